// Imported by users' configs at run time. It must stay free of imports: every load of every config pays for them.
import type { CheckedConfig } from "./checked-config.ts";
import type { UserConfig } from "./user-config.ts";

/** Argument of a config that is a function. */
export interface ConfigContext {
  /** The environment that sti was started with. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Value of `--mode`; "development" by default. */
  readonly mode: string;
  /** The command that reads the config: "run", "plan" … */
  readonly command: string;
}

/** A config that is made for each command. */
export type ConfigFunction = (context: ConfigContext) => UserConfig | Promise<UserConfig>;

/**
 * Gives an editor the types of a config; at run time it returns its argument. One signature for all forms, not
 * overloads, lets the compiler's message name the mistake. `Returned` is inferred from a function only.
 */
export function defineConfig<Returned>(config: ConfigArgument<Returned>): DefinedConfig<Returned>;
export function defineConfig(config: unknown): unknown {
  return config;
}

/** `Returned` is unknown for an object, and `any` for a function whose config cannot be checked. */
type ConfigArgument<Returned> = unknown extends Returned
  ? UserConfig | ConfigFunction
  : (context: ConfigContext) => CheckedConfig<Returned> | Promise<CheckedConfig<Returned>>;

type DefinedConfig<Returned> = unknown extends Returned ? UserConfig : ConfigFunction;

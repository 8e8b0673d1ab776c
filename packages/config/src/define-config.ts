// Imported by users' configs at run time. It must stay free of imports: every load of every config pays for them.
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

/** Gives an editor the types of a config; at run time it returns its argument. */
export function defineConfig(config: ConfigFunction): ConfigFunction;
export function defineConfig(config: UserConfig): UserConfig;
export function defineConfig(config: UserConfig | ConfigFunction): UserConfig | ConfigFunction {
  return config;
}

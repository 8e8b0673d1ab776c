// Records the inputs that a config reads while it runs: the mode, the command, variables of the environment. Runs in the
// thread of a config. What else a config could read is decided by its syntax, in follows-from-text.ts.
import type { ConfigContext } from "./define-config.ts";

/** Inputs with their values. A variable that was looked for and is not set is null. */
export interface ConfigReads {
  readonly mode?: string;
  readonly command?: string;
  readonly env: Readonly<Record<string, string | null>>;
}

export interface RecordedReads {
  /** The argument of a config that is a function. */
  readonly context: ConfigContext;
  /** Undefined if the names of all variables were listed. */
  reads(): ConfigReads | undefined;
}

/** `env` is changed where the config changes it, as without the record. */
export function recordReads(
  { command, mode }: Pick<ConfigContext, "mode" | "command">,
  env: Record<string, string | undefined>,
): RecordedReads {
  const read: { mode?: string; command?: string } = {};
  const variables = new Map<string, string | null>();
  let isListed = false;
  const note = (name: string | symbol) => {
    // The first value is the given one: a config may change a variable and read it again.
    if (typeof name === "string" && !variables.has(name)) variables.set(name, env[name] ?? null);
  };
  const recorded = new Proxy(env, {
    get: (target, name) => {
      note(name);
      return Reflect.get(target, name);
    },
    has: (target, name) => {
      note(name);
      return Reflect.has(target, name);
    },
    getOwnPropertyDescriptor: (target, name) => {
      note(name);
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
    ownKeys: (target) => {
      isListed = true;
      return Reflect.ownKeys(target);
    },
    set: (target, name, value) => {
      note(name);
      return Reflect.set(target, name, value);
    },
    deleteProperty: (target, name) => {
      note(name);
      return Reflect.deleteProperty(target, name);
    },
  });
  return {
    context: {
      env: recorded,
      get mode() {
        read.mode = mode;
        return mode;
      },
      get command() {
        read.command = command;
        return command;
      },
    },
    reads: () => (isListed ? undefined : { ...read, env: Object.fromEntries(variables) }),
  };
}

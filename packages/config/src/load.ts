// The entry "@sti/config/load": for programs that load configs, not for configs.

export { findConfig } from "./find-config.ts";
export type { ConfigFiles } from "./kept-values.ts";
export { loadConfig } from "./load-config.ts";
export { locateFailures } from "./locate-failures.ts";
export { lockFile, readLock, writeLock } from "./read-lock.ts";

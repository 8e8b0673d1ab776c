// The entry "@sti/config/load": for programs that load configs, not for configs.
export type { ConfigFiles } from "./config-memory.ts";
export { findConfig } from "./find-config.ts";
export { loadConfig } from "./load-config.ts";
export { locateFailures } from "./locate-failures.ts";
export { lockFile, readLock, writeLock } from "./read-lock.ts";

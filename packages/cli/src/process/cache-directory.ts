// Folder for data that sti reads back and that may be deleted at any time. It belongs to the user alone: it determines
// what is built, so nothing that a checkout or another user brings may be there.
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/** Absolute. A relative XDG_CACHE_HOME, which would lead into the current folder, does not count. */
export function cacheDirectory(env: Readonly<Record<string, string | undefined>>): string {
  const named = env.XDG_CACHE_HOME;
  const home = env.HOME !== undefined && isAbsolute(env.HOME) ? env.HOME : homedir();
  return join(named !== undefined && isAbsolute(named) ? named : join(home, ".cache"), "sti");
}

/** Folder of the cache for what is remembered of configs. */
export const CONFIG_MEMORY = "checked";

/** Absolute. */
export function configMemoryDirectory(env: Readonly<Record<string, string | undefined>>): string {
  return join(cacheDirectory(env), CONFIG_MEMORY);
}

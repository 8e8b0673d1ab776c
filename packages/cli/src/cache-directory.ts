// Where sti keeps what is of use to every project of a user, and may be deleted at any time.
import { homedir } from "node:os";
import { join } from "node:path";

/** Absolute. */
export function cacheDirectory(env: Readonly<Record<string, string | undefined>>): string {
  return join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), ".cache"), "sti");
}

// Reads one file that sti has written itself: a missing one, no regular file, or one behind a link counts as none.
import { FileProblem, readSmallFileSync } from "@sti/files";

/** `limit`: in bytes. Undefined for a file that is missing, larger, unreadable or none. */
export function readPlainFile(path: string, limit: number): Buffer | undefined {
  try {
    return readSmallFileSync(path, { limit, links: "refuse" });
  } catch (error) {
    if (error instanceof FileProblem) return undefined;
    throw error;
  }
}

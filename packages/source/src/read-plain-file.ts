// Reads one file that sti needs as a whole: a regular one up to a limit, never a link's target, a pipe or a device.
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** `limit`: in bytes. Undefined for a file that is missing, larger, unreadable or none. */
export function readPlainFile(path: string, limit: number): Buffer | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, FLAGS);
    const state = fstatSync(file);
    if (!state.isFile() || state.size > limit) return undefined;
    const bytes = Buffer.allocUnsafe(state.size);
    let length = 0;
    while (length < bytes.length) {
      const read = readSync(file, bytes, length, bytes.length - length, length);
      if (read === 0) break;
      length += read;
    }
    return bytes.subarray(0, length);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

// The lock file beside a config: read whole, and replaced as a whole. Its form is in parse-lock.ts.
import { join } from "node:path";
import { type Failure, failed, type Lock, type Result, success } from "@sti/core";
import { FileProblem, readSmallFile, replaceFile } from "@sti/files";
import { parseLock, printLock } from "./parse-lock.ts";

const LOCK_FILE = "sti.lock";
/** Bytes. */
const LARGEST = 16 * 1024 ** 2;

/** `directory`: of the config. */
export function lockFile(directory: string): string {
  return join(directory, LOCK_FILE);
}

/** Undefined where there is no such file. */
export async function readLock(file: string): Promise<Result<Lock | undefined>> {
  let bytes: Uint8Array;
  try {
    bytes = await readSmallFile(file, { limit: LARGEST });
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    if (error.kind === "missing") return success(undefined);
    return failed([{ code: "lock-unreadable", file, message: `it ${error.words}` }]);
  }
  try {
    return parseLock(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes), file);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return failed([{ code: "lock-unreadable", file, message: "it is not text in UTF-8" }]);
  }
}

/** The file is there whole or as it was before. Resolves to the error, if any. */
export async function writeLock(file: string, lock: Lock): Promise<Failure | undefined> {
  try {
    await replaceFile(file, printLock(lock));
    return undefined;
  } catch (error) {
    return { code: "lock-unwritable", file, message: error instanceof Error ? error.message : String(error) };
  }
}

// The digest of one file, read once. Knows when a file did not hold still; what follows from that does not
// belong here.
import { createHash, hash } from "node:crypto";
import { closeSync } from "node:fs";
import { markLfsPointer } from "./lfs-pointer.ts";
import {
  classifyFileError,
  type FileState,
  openRegularFile,
  readInto,
  SMALL_FILE,
  stateOf,
} from "./open-file.ts";

export type FileDigest =
  | {
      readonly kind: "read";
      readonly executable: boolean;
      /** Bytes. */
      readonly size: number;
      /** sha256, hex. */
      readonly digest: string;
      readonly isLfsPointer?: true;
    }
  | { readonly kind: "changed" | "gone" | "unreadable" | "too-large" };

/** What the files of one source may still have together. */
export interface ByteBudget {
  /** Bytes. */
  left: number;
}

const ATTEMPTS = 3;
const CHUNK = 256 * 1024;

/** Rejects only with the signal's reason. */
export async function digestFile(
  path: string,
  signal: AbortSignal | undefined,
  budget: ByteBudget = { left: Number.POSITIVE_INFINITY },
): Promise<FileDigest> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    signal?.throwIfAborted();
    let result: FileDigest | undefined;
    try {
      result = await readOnce(path, signal, budget);
    } catch (error) {
      signal?.throwIfAborted();
      return { kind: classifyFileError(error) };
    }
    if (result === undefined) return { kind: "gone" };
    if (result.kind !== "changed") return result;
  }
  return { kind: "changed" };
}

/** undefined when it is no regular file any more. */
async function readOnce(
  path: string,
  signal: AbortSignal | undefined,
  budget: ByteBudget,
): Promise<FileDigest | undefined> {
  const opened = await openRegularFile(path);
  if (opened === undefined) return undefined;
  const { fd, state } = opened;
  try {
    if (state.size > budget.left) return { kind: "too-large" };
    budget.left -= state.size;
    const digest = await digestBytes(fd, state.size, signal);
    if (digest === undefined || !sameState(state, stateOf(fd))) {
      budget.left += state.size;
      return { kind: "changed" };
    }
    return { kind: "read", executable: state.executable, size: state.size, ...digest };
  } finally {
    closeSync(fd);
  }
}

function sameState(before: FileState, after: FileState | undefined): boolean {
  return (
    after !== undefined &&
    after.size === before.size &&
    after.mtimeMs === before.mtimeMs &&
    after.ctimeMs === before.ctimeMs
  );
}

/** undefined when the file is shorter than `size`. */
async function digestBytes(
  fd: number,
  size: number,
  signal: AbortSignal | undefined,
): Promise<{ readonly digest: string; readonly isLfsPointer?: true } | undefined> {
  if (size <= SMALL_FILE) {
    const buffer = Buffer.allocUnsafe(size);
    if ((await readInto(fd, buffer)) < size) return undefined;
    return { digest: hash("sha256", buffer), ...markLfsPointer(buffer) };
  }
  const sha256 = createHash("sha256");
  const buffer = Buffer.allocUnsafe(CHUNK);
  for (let left = size; left > 0; ) {
    signal?.throwIfAborted();
    const chunk = left < CHUNK ? buffer.subarray(0, left) : buffer;
    if ((await readInto(fd, chunk)) < chunk.length) return undefined;
    sha256.update(chunk);
    left -= chunk.length;
  }
  return { digest: sha256.digest("hex") };
}

// The digest of one file, read once. Knows when a file did not hold still; what follows from that does not
// belong here.
import { createHash, hash } from "node:crypto";
import { closeSync } from "node:fs";
import type { SourceEntry } from "@sti/core";
import { markLfsPointer } from "./lfs-pointer.ts";
import {
  classifyFileError,
  type FileState,
  openRegularFile,
  openRegularFileSync,
  readInto,
  readIntoSync,
  SMALL_FILE,
  stateOf,
} from "./open-file.ts";

export type FileDigest =
  | ReadFile
  | { readonly kind: "changed" | "gone" | "unreadable" }
  | {
      readonly kind: "too-large";
      /** Bytes. */
      readonly size: number;
    };

/** Properties of a file's bytes. */
export interface FileContent {
  /** sha256, hex. */
  readonly digest: string;
  readonly isLfsPointer?: true;
}

export interface ReadFile {
  readonly kind: "read";
  readonly executable: boolean;
  /** Bytes. */
  readonly size: number;
  readonly content: FileContent;
  /** Start of reading its bytes, milliseconds since 1970 by this machine's clock. */
  readonly readAt: number;
  /** Before and after its bytes were read. */
  readonly state: FileState;
}

export function readFileOf(state: FileState, content: FileContent, readAt: number): ReadFile {
  return { kind: "read", executable: state.executable, size: state.size, content, readAt, state };
}

/** `path`: in the source. */
export function entryOf({ executable, size, content }: ReadFile, path: string): SourceEntry {
  return { kind: "file", path, executable, size, ...content };
}

const ATTEMPTS = 3;
const CHUNK = 256 * 1024;

/** Rejects only with the signal's reason. `mostBytes`: a larger file is not read. */
export async function digestFile(
  path: string,
  signal: AbortSignal | undefined,
  mostBytes = Number.POSITIVE_INFINITY,
): Promise<FileDigest> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    signal?.throwIfAborted();
    let result: FileDigest;
    try {
      result = await readOnce(path, signal, mostBytes);
    } catch (error) {
      signal?.throwIfAborted();
      return { kind: classifyFileError(error) };
    }
    if (result.kind !== "changed") return result;
  }
  return { kind: "changed" };
}

/** The same at once, once; "changed" also for a file that is no longer small. */
export function digestSmallFile(path: string): FileDigest {
  try {
    const opened = openRegularFileSync(path);
    if (opened === undefined) return { kind: "gone" };
    const { fd, state } = opened;
    try {
      if (state.size > SMALL_FILE) return { kind: "changed" };
      const readAt = Date.now();
      const bytes = small.subarray(0, state.size);
      const isWhole = readIntoSync(fd, bytes) === state.size;
      const content = isWhole ? contentOf(bytes) : undefined;
      return finish(state, { readAt, after: stateOf(fd), content });
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    return { kind: classifyFileError(error) };
  }
}

const small = Buffer.allocUnsafeSlow(SMALL_FILE);

async function readOnce(
  path: string,
  signal: AbortSignal | undefined,
  mostBytes: number,
): Promise<FileDigest> {
  const opened = await openRegularFile(path);
  if (opened === undefined) return { kind: "gone" };
  const { fd, state } = opened;
  try {
    if (state.size > mostBytes) return { kind: "too-large", size: state.size };
    const readAt = Date.now();
    const content = await digestBytes(fd, state.size, signal);
    return finish(state, { readAt, after: stateOf(fd), content });
  } finally {
    closeSync(fd);
  }
}

/** `content`: undefined for a file that was cut short. */
function finish(
  before: FileState,
  read: {
    readonly readAt: number;
    readonly content: FileContent | undefined;
    readonly after: FileState | undefined;
  },
): FileDigest {
  const { after, content, readAt } = read;
  const heldStill =
    after !== undefined &&
    after.size === before.size &&
    after.mtimeMs === before.mtimeMs &&
    after.ctimeMs === before.ctimeMs;
  return content !== undefined && heldStill ? readFileOf(before, content, readAt) : { kind: "changed" };
}

function contentOf(bytes: Buffer): FileContent {
  return { digest: hash("sha256", bytes), ...markLfsPointer(bytes) };
}

/** undefined when the file is shorter than `size`. */
async function digestBytes(
  fd: number,
  size: number,
  signal: AbortSignal | undefined,
): Promise<FileContent | undefined> {
  if (size <= SMALL_FILE) {
    const buffer = Buffer.allocUnsafe(size);
    return (await readInto(fd, buffer)) === size ? contentOf(buffer) : undefined;
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

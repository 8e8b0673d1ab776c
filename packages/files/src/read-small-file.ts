// Reads whole files whose path or content a checkout may decide. Nothing here waits for a pipe, drains a device or
// takes more memory than its limit, so that no file can hold the program.
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  type Stats,
  statSync,
} from "node:fs";
import { type FileHandle, lstat, open, stat } from "node:fs/promises";
import { type FileProblem, problemOfError, problemOfKind, tooLarge } from "./file-problem.ts";

export interface ReadLimits {
  /** Bytes; a larger file is a problem. */
  readonly limit: number;
  readonly signal?: AbortSignal | undefined;
  /** Treatment of a symbolic link in the file's place. Default: it is followed, as users link their own files. */
  readonly links?: "follow" | "refuse" | undefined;
}

/**
 * The whole file. Rejects with a FileProblem, or with the signal's reason. The file is read at once: in the pool of
 * threads the same takes several times as long, and a short command would start the pool for nothing else.
 */
export async function readSmallFile(file: string, { signal, ...limits }: ReadLimits): Promise<Buffer> {
  signal?.throwIfAborted();
  return readSmallFileSync(file, limits);
}

/** The same for code that cannot wait. Throws a FileProblem. */
export function readSmallFileSync(file: string, limits: Omit<ReadLimits, "signal">): Buffer {
  const { limit } = limits;
  let descriptor: number | undefined;
  try {
    // Opening a device can have effects, so the file's kind is checked before, and after for certain.
    refuseSpecial(file, follows(limits) ? statSync(file) : lstatSync(file));
    descriptor = openSync(file, flagsOf(limits));
    const state = fstatSync(descriptor);
    refuseSpecial(file, state);
    if (state.size > limit) throw tooLarge(file, limit);
    const chunks: Buffer[] = [];
    let total = 0;
    while (true) {
      // One byte more than there should be: the file may have grown, and those of /proc have no size.
      const chunk = Buffer.allocUnsafe(nextChunk({ size: state.size, total, limit }));
      const bytesRead = readSync(descriptor, chunk, 0, chunk.length, null);
      if (bytesRead === 0) return joined(chunks, total);
      chunks.push(chunk.subarray(0, bytesRead));
      total += bytesRead;
      if (total > limit) throw tooLarge(file, limit);
    }
  } catch (error) {
    throw problemOfError(error, file);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Finds a problem with reading a file, without opening it; for files that another program reads. */
export function checkSmallFile(file: string, { limit }: Pick<ReadLimits, "limit">): FileProblem | undefined {
  try {
    const state = statSync(file);
    return problemOfKind(file, state) ?? (state.size > limit ? tooLarge(file, limit) : undefined);
  } catch (error) {
    return problemOfError(error, file);
  }
}

/**
 * An open regular file of any size. The caller closes it, and reads it in pieces. Rejects with a FileProblem, or with
 * the signal's reason.
 */
export async function openRegular(
  file: string,
  limits: Omit<ReadLimits, "limit"> = {},
): Promise<{ readonly handle: FileHandle; readonly size: number }> {
  limits.signal?.throwIfAborted();
  let handle: FileHandle | undefined;
  try {
    refuseSpecial(file, await (follows(limits) ? stat(file) : lstat(file)));
    handle = await open(file, flagsOf(limits));
    const state = await handle.stat();
    refuseSpecial(file, state);
    return { handle, size: state.size };
  } catch (error) {
    await handle?.close();
    throw problemOfError(error, file);
  }
}

function refuseSpecial(file: string, state: Stats): void {
  const problem = problemOfKind(file, state);
  if (problem !== undefined) throw problem;
}

function follows({ links = "follow" }: Pick<ReadLimits, "links">): boolean {
  return links === "follow";
}

/** To open a pipe without a writer would otherwise wait for one, out of reach of every signal. */
function flagsOf(limits: Pick<ReadLimits, "links">): number {
  const { O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
  return O_RDONLY | O_NONBLOCK | O_NOCTTY | (follows(limits) ? 0 : O_NOFOLLOW);
}

const CHUNK = 64 * 1024;

function nextChunk(read: { readonly size: number; readonly total: number; readonly limit: number }): number {
  const left = read.size - read.total;
  return Math.min(left > 0 ? left + 1 : CHUNK, read.limit - read.total + 1);
}

function joined(chunks: readonly Buffer[], total: number): Buffer {
  const [first] = chunks;
  return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, total);
}

// One folder as a snapshot: listed, read and digested, or everything that stands against it.

import { lstat } from "node:fs/promises";
import { join } from "node:path";
import type { SourceEntry, SourceSnapshot } from "@sti/core";
import { digestEntries } from "./digest-entries.ts";
import { type ByteBudget, digestFile, type FileDigest } from "./digest-file.ts";
import type { IgnoreMatcher } from "./ignore.ts";
import { type FolderListing, listFolder } from "./list-folder.ts";
import { openFiles } from "./open-file.ts";
import { firstPaths, type SourceProblem } from "./source-problem.ts";

export type FolderSnapshot =
  | { readonly snapshot: SourceSnapshot }
  | { readonly problems: readonly SourceProblem[] };

const ATTEMPTS = 3;
/** More than this is a mistake, e.g. a sparse disk image; bytes. */
export const MOST_BYTES = 10 * 1000 ** 3;
/** Files of one folder that wait for their turn at a time; a bound on memory, not on open files. */
const WIDTH = 32;

/** `root` is absolute and no link itself. A folder in which files come and go is read up to three times. */
export async function snapshotFolder(
  root: string,
  matcher: IgnoreMatcher,
  signal: AbortSignal | undefined,
  mostBytes = MOST_BYTES,
): Promise<FolderSnapshot> {
  let gone = root;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const listing = await listFolder(root, matcher, signal);
    const digests = await digestFiles(root, listing.files, { budget: { left: mostBytes }, signal });
    if (digests.some((digest) => digest.kind === "too-large")) {
      return { problems: [await describeTooLarge(root, listing.files, mostBytes)] };
    }
    const vanished = listing.gone ?? firstOf(root, listing.files, digests, "gone");
    if (vanished === undefined) return assemble(root, listing, digests);
    gone = vanished;
  }
  return { problems: [{ code: "source-changed", file: gone }] };
}

/** The sizes are asked for only now: this is no place for an extra look at each file. */
async function describeTooLarge(
  root: string,
  files: readonly string[],
  limit: number,
): Promise<SourceProblem> {
  const sizes: { readonly file: string; readonly size: number }[] = [];
  for (const path of files) {
    const file = join(root, path);
    const state = await lstat(file).catch(() => undefined);
    if (state !== undefined) sizes.push({ file, size: state.size });
  }
  const largest = sizes.sort((a, b) => b.size - a.size).slice(0, 5);
  return { code: "source-too-large", file: root, limit, largest };
}

async function digestFiles(
  root: string,
  files: readonly string[],
  { budget, signal }: { readonly budget: ByteBudget; readonly signal: AbortSignal | undefined },
): Promise<readonly FileDigest[]> {
  const digests: FileDigest[] = new Array(files.length);
  const pending = files.entries();
  const work = async () => {
    for (const [index, path] of pending) {
      digests[index] = await openFiles(() => digestFile(join(root, path), signal, budget));
      // What comes after it need not be read any more.
      if (digests[index]?.kind === "too-large") budget.left = -1;
    }
  };
  // All have ended before a failure is passed on: nobody reads in the background afterwards.
  const ended = await Promise.allSettled(Array.from({ length: WIDTH }, work));
  for (const one of ended) if (one.status === "rejected") throw one.reason;
  return digests;
}

function assemble(root: string, listing: FolderListing, digests: readonly FileDigest[]): FolderSnapshot {
  const problems = findProblems(root, listing, digests);
  if (problems.length > 0) return { problems };
  const entries: SourceEntry[] = [];
  let size = 0;
  for (const [index, path] of listing.files.entries()) {
    const digest = digests[index];
    if (digest?.kind !== "read") throw new Error(`${path} has no digest`);
    size += digest.size;
    entries.push({ ...digest, kind: "file", path });
  }
  for (const path of listing.directories) entries.push({ kind: "directory", path });
  for (const link of listing.links) entries.push({ kind: "symlink", ...link });
  entries.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { snapshot: { origin: { kind: "folder", root }, entries, digest: digestEntries(entries), size } };
}

function findProblems(
  root: string,
  listing: FolderListing,
  digests: readonly FileDigest[],
): readonly SourceProblem[] {
  const unreadable = [
    ...listing.unreadable,
    ...listing.files
      .filter((_, index) => digests[index]?.kind === "unreadable")
      .map((path) => join(root, path)),
  ];
  const changed = firstOf(root, listing.files, digests, "changed");
  const problems: SourceProblem[] = [];
  if (unreadable.length > 0) problems.push({ code: "source-unreadable", files: firstPaths(unreadable) });
  if (listing.special.length > 0) {
    problems.push({ code: "source-special-file", files: firstPaths(listing.special) });
  }
  if (listing.invalid.length > 0) {
    problems.push({ code: "source-name-invalid", files: firstPaths(listing.invalid) });
  }
  if (changed !== undefined) problems.push({ code: "source-changed", file: changed });
  const empty = listing.files.length + listing.directories.length + listing.links.length === 0;
  if (empty && problems.length === 0) problems.push({ code: "source-empty", file: root });
  return problems;
}

function firstOf(
  root: string,
  files: readonly string[],
  digests: readonly FileDigest[],
  kind: FileDigest["kind"],
): string | undefined {
  const path = files.find((_, index) => digests[index]?.kind === kind);
  return path === undefined ? undefined : join(root, path);
}

// One folder as a snapshot: listed, read and digested, or everything that stands against it.

import type { SourceEntry, SourceSnapshot } from "@sti/core";
import { entryOf, type FileDigest } from "../disk/digest-file.ts";
import { createDiskView, type DiskView, pathOf } from "../disk/disk-view.ts";
import { firstPaths, type SourceProblem } from "../disk/source-problem.ts";
import type { IgnoreMatcher } from "../ignore/ignore.ts";
import { digestEntries } from "./digest-entries.ts";
import { type FolderListing, type ListedFile, listFolder } from "./list-folder.ts";

export type FolderSnapshot =
  | { readonly snapshot: SourceSnapshot }
  | { readonly problems: readonly SourceProblem[] };

const ATTEMPTS = 3;
/** More than this is a mistake, e.g. a sparse disk image; bytes. */
export const MOST_BYTES = 10 * 1000 ** 3;

/** `root` is absolute and no link itself. A folder in which files come and go is read up to three times. */
export async function snapshotFolder(
  root: string,
  matcher: IgnoreMatcher,
  signal: AbortSignal | undefined,
  { mostBytes = MOST_BYTES, view = createDiskView({ signal }) } = {},
): Promise<FolderSnapshot> {
  let gone = root;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (attempt > 0) view.forget(root);
    const listing = await listFolder(root, matcher, view);
    const sizes = await lookAtFiles(listing.files, view);
    if (sum(sizes) > mostBytes)
      return { problems: [describeTooLarge(root, listing.files, sizes, mostBytes)] };
    const digests = await digestFiles(listing.files, view, mostBytes);
    if (digests.some((digest) => digest.kind === "too-large")) {
      const grown = digests.map((digest) => ("size" in digest ? digest.size : 0));
      return { problems: [describeTooLarge(root, listing.files, grown, mostBytes)] };
    }
    const vanished = listing.gone ?? firstOf(listing.files, digests, "gone");
    if (vanished === undefined) return assemble(root, listing, digests);
    gone = vanished;
  }
  return { problems: [{ code: "source-changed", file: gone }] };
}

/** Bytes of each file, 0 for those that cannot be inspected: reading them reports the problem. */
async function lookAtFiles(files: readonly ListedFile[], view: DiskView): Promise<readonly number[]> {
  const sizes: number[] = [];
  for (const { entry } of files) {
    if (view.slices.isOver()) await view.slices.rest();
    const state = view.state(entry);
    sizes.push("problem" in state ? 0 : state.size);
  }
  return sizes;
}

function describeTooLarge(
  root: string,
  files: readonly ListedFile[],
  sizes: readonly number[],
  limit: number,
): SourceProblem {
  const largest = files
    .map(({ entry }, index) => ({ file: pathOf(entry), size: sizes[index] ?? 0 }))
    .sort((a, b) => b.size - a.size)
    .slice(0, 5);
  return { code: "source-too-large", file: root, limit, largest };
}

async function digestFiles(
  files: readonly ListedFile[],
  view: DiskView,
  mostBytes: number,
): Promise<readonly FileDigest[]> {
  const digests: FileDigest[] = new Array(files.length);
  const reading: Promise<void>[] = [];
  try {
    for (let index = 0; index < files.length; index += 1) {
      if (view.slices.isOver()) await view.slices.rest();
      const digest = view.digest((files[index] as ListedFile).entry, mostBytes);
      if ("kind" in digest) digests[index] = digest;
      else {
        reading.push(
          digest.then((read) => {
            digests[index] = read;
          }),
        );
      }
    }
  } finally {
    // All have ended before a failure is passed on: nothing reads in the background afterwards.
    await Promise.allSettled(reading);
  }
  await Promise.all(reading);
  return digests;
}

function assemble(root: string, listing: FolderListing, digests: readonly FileDigest[]): FolderSnapshot {
  const problems = findProblems(root, listing, digests);
  if (problems.length > 0) return { problems };
  const entries: SourceEntry[] = [];
  let size = 0;
  for (const [index, { path }] of listing.files.entries()) {
    const digest = digests[index];
    if (digest?.kind !== "read") throw new Error(`${path} has no digest`);
    size += digest.size;
    entries.push(entryOf(digest, path));
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
      .map(({ entry }) => pathOf(entry)),
  ];
  const changed = firstOf(listing.files, digests, "changed");
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
  files: readonly ListedFile[],
  digests: readonly FileDigest[],
  kind: FileDigest["kind"],
): string | undefined {
  const file = files.find((_, index) => digests[index]?.kind === kind);
  return file === undefined ? undefined : pathOf(file.entry);
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, 0);
}

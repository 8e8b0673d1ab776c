// An archive or a commit as a snapshot: read once from front to back, digested on the way, nothing unpacked. The
// ignore rules are part of the stream, so they are applied at the end.
import { createHash } from "node:crypto";
import type { SourceEntry, SourceSnapshot } from "@sti/core";
import { type ArchiveEntry, ArchiveError } from "../archive/archive-entry.ts";
import { LONGEST_POINTER, markLfsPointer } from "../disk/lfs-pointer.ts";
import { classifyFileError } from "../disk/open-file.ts";
import { firstPaths, type SourceProblem } from "../disk/source-problem.ts";
import type { IgnoreMatcher } from "../ignore/ignore.ts";
import { openOrigin, type StreamOrigin } from "../send/open-origin.ts";
import { digestEntries } from "./digest-entries.ts";
import type { FolderSnapshot } from "./snapshot-folder.ts";

export interface StreamRules {
  /** Files at the root that rules may come from. */
  readonly files: readonly string[];
  /** Makes the rules of those files that are there. */
  readonly create: (
    texts: ReadonlyMap<string, string>,
  ) => { readonly matcher: IgnoreMatcher } | { readonly problem: SourceProblem };
}

const LONGEST_RULES = 1 << 20;
/** Bytes of all files together, also of those that are there under several names. */
const MOST_BYTES = 4 * 1024 ** 3;

/** `file`: name of the stream, for people. */
export async function snapshotStream(
  origin: StreamOrigin,
  {
    file,
    rules,
    signal,
  }: {
    readonly file: string;
    readonly rules: StreamRules;
    readonly signal: AbortSignal | undefined;
  },
): Promise<FolderSnapshot> {
  let read: ReadStream;
  try {
    read = await readAll(openOrigin(origin), rules.files, signal);
  } catch (error) {
    return { problems: [problemOf(error, file)] };
  }
  const created = rules.create(read.texts);
  if ("problem" in created) return { problems: [created.problem] };
  const kept = keep(read.entries, created.matcher);
  const special = read.special.filter((path) => !created.matcher.ignores(path));
  if (special.length > 0) return { problems: [{ code: "source-special-file", files: firstPaths(special) }] };
  if (kept.length === 0) return { problems: [{ code: "source-empty", file }] };
  return { snapshot: assembleSnapshot(origin, kept) };
}

/** `entries` in any order, with all folders. */
export function assembleSnapshot(
  origin: SourceSnapshot["origin"],
  entries: readonly SourceEntry[],
): SourceSnapshot {
  const sorted = [...entries].sort((a, b) => (a.path < b.path ? -1 : 1));
  const size = sorted.reduce((sum, entry) => sum + (entry.kind === "file" ? entry.size : 0), 0);
  return { origin, entries: sorted, digest: digestEntries(sorted), size };
}

interface ReadStream {
  readonly entries: ReadonlyMap<string, SourceEntry>;
  readonly special: readonly string[];
  readonly texts: ReadonlyMap<string, string>;
}

async function readAll(
  stream: AsyncIterable<ArchiveEntry>,
  ruleFiles: readonly string[],
  signal: AbortSignal | undefined,
): Promise<ReadStream> {
  const entries = new Map<string, SourceEntry>();
  const special: string[] = [];
  const texts = new Map<string, string>();
  let total = 0;
  const add = (entry: SourceEntry) => {
    if (entry.kind === "file") total += entry.size;
    if (total > MOST_BYTES) throw new ArchiveError("takes the source above 4 GiB", entry.path);
    entries.set(entry.path, entry);
  };
  for await (const entry of stream) {
    signal?.throwIfAborted();
    switch (entry.kind) {
      case "directory":
      case "symlink":
        add(entry);
        break;
      case "special":
        special.push(entry.path);
        break;
      case "hardlink":
        add({ ...(entries.get(entry.linkTarget) as SourceEntry), path: entry.path });
        break;
      case "file": {
        const isRules = ruleFiles.includes(entry.path);
        const { text, ...digest } = await digestContent(entry.content, isRules, signal);
        if (text !== undefined) texts.set(entry.path, text);
        add({ kind: "file", path: entry.path, executable: entry.executable, ...digest });
        break;
      }
      default:
        entry satisfies never;
    }
  }
  return { entries, special, texts };
}

async function digestContent(
  content: AsyncIterable<Uint8Array>,
  isRules: boolean,
  signal: AbortSignal | undefined,
) {
  const sha256 = createHash("sha256");
  const kept: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of content) {
    signal?.throwIfAborted();
    size += chunk.length;
    sha256.update(chunk);
    if (size <= (isRules ? LONGEST_RULES : LONGEST_POINTER)) kept.push(Uint8Array.from(chunk));
  }
  const text = isRules ? Buffer.concat(kept).toString() : undefined;
  const pointer = size <= LONGEST_POINTER ? markLfsPointer(Buffer.concat(kept)) : {};
  return { size, digest: sha256.digest("hex"), text, ...pointer };
}

/** Entries that are not ignored, and the folders around them: exactly those that listFolder would have found. */
function keep(entries: ReadonlyMap<string, SourceEntry>, matcher: IgnoreMatcher): readonly SourceEntry[] {
  const kept = new Map<string, SourceEntry>();
  for (const [path, entry] of entries) {
    if (matcher.ignores(path)) continue;
    kept.set(path, entry);
    for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
      const parent = path.slice(0, slash);
      if (kept.has(parent)) break;
      kept.set(parent, { kind: "directory", path: parent });
    }
  }
  return [...kept.values()];
}

function problemOf(error: unknown, file: string): SourceProblem {
  if (error instanceof ArchiveError) {
    return { code: "archive-invalid", file, entry: error.entry, problem: error.problem };
  }
  return classifyFileError(error) === "gone"
    ? { code: "source-missing", file }
    : { code: "source-unreadable", files: [file] };
}

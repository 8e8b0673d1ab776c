// Notes for the user about a source that do not prevent building it. Pure.
import type { SourceEntry, SourceSnapshot } from "./source.ts";

/** A source with more than this is worth a look, bytes. */
const LARGE = 50_000_000;
const NAMED = 3;

/** `architecture`: of the engine, where it is known. One sentence each. */
export function sourceNotes(snapshot: SourceSnapshot, architecture?: string): readonly string[] {
  return [
    ...noteLinks(snapshot.entries),
    ...noteSize(snapshot),
    ...notePointers(snapshot.entries),
    ...noteOutside(snapshot),
    ...noteGit(snapshot),
    ...(snapshot.binaries ?? [])
      .filter((binary) => architecture !== undefined && binary.architecture !== architecture)
      .map(
        (binary) =>
          `${quote(binary.path)} is a program for ${binary.architecture}, the engine is ${architecture}`,
      ),
  ];
}

function noteLinks(entries: readonly SourceEntry[]): readonly string[] {
  const leaving = entries.filter(
    (entry) => entry.kind === "symlink" && leadsOut(entry.path, entry.linkTarget),
  );
  if (leaving.length === 0) return [];
  const names = leaving
    .slice(0, NAMED)
    .map((entry) => (entry.kind === "symlink" ? `${quote(entry.path)} -> ${quote(entry.linkTarget)}` : ""));
  const more = leaving.length > NAMED ? [`and ${leaving.length - NAMED} more`] : [];
  const [subject, be] =
    leaving.length === 1 ? ["a link leads", "is"] : [`${leaving.length} links lead`, "are"];
  return [`${subject} out of the source and ${be} not followed: ${[...names, ...more].join(", ")}`];
}

/** Whether a link means something else inside an image, where there is nothing around the source. */
function leadsOut(path: string, target: string): boolean {
  if (target.startsWith("/")) return true;
  let depth = path.split("/").length - 1;
  for (const part of target.split("/")) {
    if (part === "..") depth -= 1;
    else if (part !== "" && part !== ".") depth += 1;
    if (depth < 0) return true;
  }
  return false;
}

function noteSize(snapshot: SourceSnapshot): readonly string[] {
  if (snapshot.size <= LARGE) return [];
  const largest = findLargest(snapshot.entries).map(([path, size]) => `${quote(path)} ${formatSize(size)}`);
  const words = largest.length === 0 ? "" : `; largest: ${largest.join(", ")}`;
  return [`the source has ${formatSize(snapshot.size)}${words}`];
}

function notePointers(entries: readonly SourceEntry[]): readonly string[] {
  const pointers = entries.filter((entry) => entry.kind === "file" && entry.isLfsPointer === true);
  if (pointers.length === 0) return [];
  const names = pointers.slice(0, NAMED).map(({ path }) => quote(path));
  const more = pointers.length > NAMED ? [`and ${pointers.length - NAMED} more`] : [];
  const [subject, their] =
    pointers.length === 1
      ? ["a file is a pointer of Git LFS and not its", "its"]
      : [`${pointers.length} files are pointers of Git LFS and not their`, "their"];
  const advice = `to build with ${their} content, take a folder in which "git lfs pull" has run as the source`;
  return [`${subject} content: ${[...names, ...more].join(", ")}; ${advice}`];
}

/** Files that name something which no part brings. */
function noteOutside({ entries, outside = [] }: SourceSnapshot): readonly string[] {
  const present = new Set(outside.length === 0 ? [] : entries.map(({ path }) => path));
  const missing = new Map(
    outside
      .filter(({ file, path }) => present.has(file) && !present.has(path))
      .map((one) => [one.reason === undefined ? one.path : JSON.stringify([one.file, one.path]), one]),
  );
  return [...missing.values()].map(({ file, line, part, path, reason }) => {
    const place = line === undefined ? quote(file) : `${quote(file)}:${line}`;
    if (reason !== undefined) return `${place} names ${quote(path)}, ${REASONS[reason]}`;
    return `${place} names ${quote(path)}, which is not in the source${part === undefined ? "" : advisePart(part)}`;
  });
}

function noteGit({ git }: SourceSnapshot): readonly string[] {
  return git !== undefined && "problem" in git ? [`the variables STI_GIT_* are empty: ${git.problem}`] : [];
}

const REASONS = {
  outside: "which is outside of the workspace and so not in the source",
  variable: "whose place a variable decides: it is not in the source",
  ignored: "which ignore rules leave out of the source",
  missing: "which is no file or folder of the workspace",
} as const;

function advisePart({ from, to }: { readonly from: string; readonly to: string }): string {
  const place = to === "" ? "" : `, to: ${JSON.stringify(to)}`;
  return `; to add it, make it a part: { from: ${JSON.stringify(from)}${place} }`;
}

/** The largest parts: folders and files at the top, and deeper ones where nearly all is in one of them. */
function findLargest(entries: readonly SourceEntry[]): readonly (readonly [string, number])[] {
  const sizes = new Map<string, number>();
  for (const entry of entries) {
    if (entry.kind !== "file") continue;
    if (!entry.path.includes("/")) sizes.set(entry.path, entry.size);
    for (let slash = entry.path.indexOf("/"); slash > 0; slash = entry.path.indexOf("/", slash + 1)) {
      const folder = entry.path.slice(0, slash);
      sizes.set(folder, (sizes.get(folder) ?? 0) + entry.size);
    }
  }
  const below = (folder: string) =>
    [...sizes].filter(([path]) => path.startsWith(folder) && !path.slice(folder.length).includes("/"));
  const descend = ([path, size]: readonly [string, number]): readonly [string, number] => {
    const heavy = below(`${path}/`).find(([, inner]) => inner >= size * 0.9);
    return heavy === undefined ? [path, size] : descend(heavy);
  };
  return below("")
    .sort(([, a], [, b]) => b - a)
    .slice(0, NAMED)
    .map(descend);
}

function formatSize(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** Names come from outside and may hold anything. */
function quote(path: string): string {
  return /^[\w./@+-]+$/u.test(path) ? path : JSON.stringify(path);
}

// The files of a changed source that can be copied into the running container, and whether they are all changes. Pure.
import type { DevSync } from "../definition/dev-settings.ts";
import type { SourceEntry, SourceOrigin, SourceSnapshot } from "../source/source.ts";

/** The files to copy. */
export interface SyncPlan {
  /** The copied paths of the source, sorted. */
  readonly paths: readonly string[];
  /** The same, as it lies in the container: to be packed at its root. */
  readonly snapshot: SourceSnapshot;
}

/**
 * Undefined if the change needs a rebuild: something outside of the synced places changed, a file went away or became
 * something else, or its bytes cannot be read by themselves.
 */
export function planSync(
  before: SourceSnapshot,
  after: SourceSnapshot,
  rules: readonly DevSync[],
): SyncPlan | undefined {
  const old = new Map(before.entries.map((entry) => [entry.path, entry]));
  const copied: { readonly path: string; readonly part: SourceSnapshot }[] = [];
  for (const entry of after.entries) {
    const was = old.get(entry.path);
    old.delete(entry.path);
    if (was !== undefined && isSame(was, entry)) continue;
    if (was !== undefined && was.kind !== entry.kind) return undefined;
    const place = placeOf(entry.path, rules);
    if (place === undefined) return undefined;
    const origin = entry.kind === "file" ? originOf(after, entry.path) : NO_ORIGIN;
    if (origin === undefined) return undefined;
    const moved = { ...entry, path: place };
    copied.push({ path: entry.path, part: { origin, entries: [moved], digest: "", size: 0 } });
  }
  if (old.size > 0) return undefined;
  return {
    paths: copied.map(({ path }) => path),
    snapshot: {
      origin: { kind: "parts", parts: copied.map(({ part }) => ({ to: "", snapshot: part })) },
      entries: copied.flatMap(({ part }) => part.entries),
      digest: after.digest,
      size: 0,
    },
  };
}

/** Folders and links have no bytes. */
const NO_ORIGIN: SourceOrigin = { kind: "parts", parts: [] };

function isSame(one: SourceEntry, other: SourceEntry): boolean {
  if (one.kind === "file" && other.kind === "file") {
    return one.digest === other.digest && one.executable === other.executable;
  }
  if (one.kind === "symlink" && other.kind === "symlink") return one.linkTarget === other.linkTarget;
  return one.kind === other.kind;
}

/** The path of a source's file in the container, relative to its root; undefined for a file that is not synced. */
function placeOf(path: string, rules: readonly DevSync[]): string | undefined {
  for (const { from, to } of rules) {
    const root = to.slice(1);
    if (path === from) return root;
    if (from === "") return `${root}/${path}`;
    if (path.startsWith(`${from}/`)) return `${root}${path.slice(from.length)}`;
  }
  return undefined;
}

/** The origin of one file's bytes; undefined where they are not read from the disk as they are. */
function originOf(snapshot: SourceSnapshot, path: string): SourceOrigin | undefined {
  const { origin } = snapshot;
  switch (origin.kind) {
    case "folder":
      return { kind: "file", file: `${origin.root}/${path}` };
    case "file":
      return origin;
    case "parts":
      for (const { snapshot: part, to } of origin.parts) {
        if (to !== "" && !path.startsWith(`${to}/`)) continue;
        const inside = to === "" ? path : path.slice(to.length + 1);
        if (part.entries.some((entry) => entry.path === inside)) return originOf(part, inside);
      }
      return undefined;
    case "text":
    case "archive":
    case "git":
      return undefined;
    default:
      return origin satisfies never;
  }
}

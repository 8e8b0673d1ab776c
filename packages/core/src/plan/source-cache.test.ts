import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EngineDescription } from "../engine/engine.ts";
import type { SourceEntry, SourceSnapshot } from "../source/source.ts";
import { decideDelivery, refusalOfEngine, refusalOfImage, type SourceCacheFacts } from "./source-cache.ts";
import { recordFiles } from "./source-files.ts";

const ENGINE: EngineDescription = {
  version: "20.10",
  apiVersion: "1.41",
  os: "linux",
  architecture: "amd64",
  cpus: 2,
  memory: 1,
  overlays: true,
};
const OWNER = { uid: 1001, gid: 7 };
const TIME = 315_532_800;
const MANY = Array.from({ length: 300 }, (_, index) => file(`many/${index}`));

function file(path: string, digest = "one", executable = false): SourceEntry {
  return { kind: "file", path, executable, size: 10, digest };
}
const folder = (path: string): SourceEntry => ({ kind: "directory", path });
const link = (path: string, linkTarget: string): SourceEntry => ({ kind: "symlink", path, linkTarget });

function snapshotOf(entries: readonly SourceEntry[]): SourceSnapshot {
  const sorted = [...entries].sort((a, b) => (a.path < b.path ? -1 : 1));
  const size = sorted.reduce((sum, entry) => sum + (entry.kind === "file" ? entry.size : 0), 0);
  return { origin: { kind: "folder", root: "/src" }, digest: "d", size, entries: sorted };
}
const large = (...entries: readonly SourceEntry[]) => snapshotOf([folder("many"), ...MANY, ...entries]);

function cacheOf(
  snapshot: SourceSnapshot,
  changes: Partial<SourceCacheFacts["base"]> = {},
): SourceCacheFacts {
  const place = { volume: "v", folder: "/volumes/v", sealedAt: "2026-01-02T03:04:05Z" };
  const base = { ...place, owner: OWNER, time: TIME, files: recordFiles(snapshot), ...changes };
  return { project: "p", base, refusedBy: undefined };
}

function decide(
  snapshot: SourceSnapshot,
  kept: SourceCacheFacts | undefined,
  changes: Partial<Parameters<typeof decideDelivery>[0]> = {},
) {
  const given = { snapshot, owner: OWNER, time: TIME, changed: undefined, buildImageId: "i", engine: ENGINE };
  return decideDelivery({ ...given, ...changes }, kept);
}

/** The paths that are sent, removed and touched. */
function changesOf(delivery: ReturnType<typeof decide>) {
  if (delivery.kind !== "changes") throw new Error(`sends ${delivery.kind}`);
  const { removed, sent, touched } = delivery.changes;
  return { sent: [...sent].sort(), removed, touched: touched.map(({ path }) => path) };
}

describe("a source is sent whole", () => {
  const snapshot = large();
  const kept = cacheOf(snapshot);
  test.each([
    ["when nothing is kept", snapshot, undefined, {}],
    ["when it is small", snapshotOf([file("a")]), kept, {}],
    ["to an engine without overlays", snapshot, kept, { engine: { ...ENGINE, overlays: false } }],
    ["to an engine that failed", snapshot, { ...kept, refusedBy: refusalOfEngine(ENGINE) }, {}],
    ["to an image that cannot check", snapshot, { ...kept, refusedBy: refusalOfImage("i") }, {}],
    ["when all its files are new", snapshot, kept, { changed: { paths: "all" as const, time: 9 } }],
  ])("%s", (_, source, facts, changes) => {
    expect(decide(source, facts, changes).kind).toBe("whole");
  });
});

describe("a source is kept anew", () => {
  test.each([
    ["when none is kept", undefined],
    ["when the kept one has another owner", { owner: { uid: 0, gid: 0 } }],
    ["when the kept one has another time", { time: 1 }],
  ])("%s", (_, changes) => {
    const snapshot = large();
    const facts = cacheOf(snapshot, changes);
    const kept = changes === undefined ? { ...facts, base: undefined } : facts;
    const delivery = decide(snapshot, kept);
    expect(delivery).toMatchObject({ kind: "changes", base: undefined });
    expect(changesOf(delivery)).toEqual({ sent: [], removed: [], touched: [] });
  });

  test("when a large part of it changed", () => {
    const changed = large();
    const kept = cacheOf(snapshotOf([folder("many"), ...MANY.map((entry) => file(entry.path, "other"))]));
    expect(decide(changed, kept)).toMatchObject({ base: undefined });
  });

  test("but not after a change of another image's ability to check", () => {
    const snapshot = large();
    const kept = { ...cacheOf(snapshot), refusedBy: refusalOfImage("another") };
    expect(decide(snapshot, kept)).toMatchObject({ kind: "changes", base: { volume: "v" } });
  });
});

describe("what differs is sent", () => {
  const before = large(
    folder("a"),
    folder("a/b"),
    file("a/b/same"),
    file("a/b/edited"),
    file("a/b/plain"),
    file("a/gone"),
    folder("dropped"),
    folder("dropped/below"),
    file("dropped/below/file"),
    folder("turns"),
    file("turns/inner"),
    file("becomes"),
    link("link", "a"),
    file("top"),
  );
  const after = large(
    folder("a"),
    folder("a/b"),
    file("a/b/same"),
    file("a/b/edited", "two"),
    file("a/b/plain", "one", true),
    file("turns"),
    folder("becomes"),
    file("becomes/inner"),
    folder("empty"),
    link("link", "a/b"),
  );

  test("with the folders above it, and what is gone is removed at its top", () => {
    expect(changesOf(decide(after, cacheOf(before)))).toEqual({
      sent: ["a", "a/b", "a/b/edited", "a/b/plain", "becomes", "becomes/inner", "empty", "link", "turns"],
      removed: ["a/gone", "dropped", "top"],
      touched: ["a", ""],
    });
  });

  test("also when it only changed since the previous build, which may be later than the source cache", () => {
    const changed = { paths: new Set(["a/b/same", "gone"]), time: 99 };
    expect(changesOf(decide(before, cacheOf(before), { changed }))).toEqual({
      sent: ["a", "a/b", "a/b/same"],
      removed: [],
      touched: [],
    });
  });

  test("and gives what was sent before to any other tree", () => {
    const names = fc.constantFrom("a", "b", "c", "a/a", "a/b", "b/a", "b/b", "b/b/a", "b/b/b");
    const trees = fc.array(fc.tuple(names, fc.constantFrom("f1", "f2", "x", "l1", "l2", "d")), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(trees, trees, (one, two) => {
        const [from, to] = [treeOf(one), treeOf(two)];
        const changes = decide(large(...to.values()), cacheOf(large(...from.values())));
        if (changes.kind !== "changes") throw new Error("sends all");
        expect(applied(from, to, changes.changes)).toEqual(to);
      }),
    );
  });
});

type Tree = ReadonlyMap<string, SourceEntry>;

/** A tree as a file system allows it: folders above everything, nothing below a file or link. */
function treeOf(names: readonly (readonly [string, string])[]): Tree {
  const tree = new Map<string, SourceEntry>();
  for (const [path, kind] of names) {
    const above = path
      .split("/")
      .map((_, index, parts) => parts.slice(0, index).join("/"))
      .slice(1);
    const isFree = above.every((place) => (tree.get(place)?.kind ?? "directory") === "directory");
    if (!isFree || tree.has(path)) continue;
    for (const place of above) tree.set(place, folder(place));
    if (kind === "d") tree.set(path, folder(path));
    else if (kind.startsWith("l")) tree.set(path, link(path, kind));
    else tree.set(path, file(path, kind, kind === "x"));
  }
  return tree;
}

/** The effect of a changes in the engine and the check: unpack over the present files, then remove. */
function applied(
  from: Tree,
  to: Tree,
  changes: { readonly sent: ReadonlySet<string>; readonly removed: readonly string[] },
) {
  const now = new Map(from);
  const removeBelow = (path: string) => {
    for (const place of [...now.keys()]) if (place.startsWith(`${path}/`)) now.delete(place);
  };
  for (const path of [...changes.sent].filter((place) => to.has(place)).sort()) {
    const entry = to.get(path) as SourceEntry;
    if (entry.kind !== "directory") removeBelow(path);
    now.set(path, entry);
  }
  for (const path of changes.removed) {
    expect(now.has(path)).toBe(true);
    now.delete(path);
    removeBelow(path);
  }
  return new Map([...now].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, entry]) => [path, entry]));
}

import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { SourceSnapshot } from "@sti/core";
import fc from "fast-check";
import { expect, onTestFinished, test, vi } from "vitest";
import { countCalls } from "../../test/count-calls.ts";
import { appTarget, makeFolder, type Tree, unwrap } from "../../test/temp-folder.ts";
import { readSources } from "../snapshot/read-sources.ts";
import { createDigestCache, type DigestCache } from "./digest-cache.ts";
import { readFileOf } from "./digest-file.ts";
import { privateFolder } from "./private-folder.ts";

const MINUTE = 60_000;

/** The folder of remembered data is beside the project, not part of it. */
const memoryOf = (project: string) => `${project}-memory`;
const fileOf = (project: string) => join(memoryOf(project), "digests.json");
const TREE: Tree = { "src/a": "1", "src/b/c": "2", "src/b/d": { executable: "3" } };

test("files that were not touched are not opened again, and have the same digest", async () => {
  const project = await makeFolder(TREE);
  const first = await session(project);
  let second: SourceSnapshot | undefined;
  const { openSync, lstatSync } = await countCalls(async () => {
    second = await session(project);
  });
  expect(second).toEqual(first);
  expect(belowOf(project, openSync)).toEqual([]);
  expect(belowOf(project, lstatSync)).toHaveLength(3);
});

test("a file whose times alone changed is read once more, and has the same digest", async () => {
  const project = await makeFolder(TREE);
  const before = await session(project);
  utimesSync(join(project, "src/a"), 1, 1);
  expect(await openedBy(project)).toEqual(["a"]);
  expect((await session(project)).digest).toBe(before.digest);
  expect(await openedBy(project)).toEqual([]);
});

test("new content of the same size with the old time is noticed", async () => {
  const project = await makeFolder(TREE);
  const file = join(project, "src/a");
  utimesSync(file, 1000, 1000);
  await session(project);
  writeFileSync(file, "x");
  utimesSync(file, 1000, 1000);
  expect(digestOf(await session(project), "a")).toBe(sha256("x"));
});

test("another file of the same size and time in its place is noticed", async () => {
  const project = await makeFolder({ ...TREE, "other/a": "x" });
  const file = join(project, "src/a");
  utimesSync(file, 1000, 1000);
  await session(project);
  copyFileSync(join(project, "other/a"), `${file}.new`);
  utimesSync(`${file}.new`, 1000, 1000);
  renameSync(`${file}.new`, file);
  expect(digestOf(await session(project), "a")).toBe(sha256("x"));
});

test("a pointer of Git LFS is known for one without being opened", async () => {
  const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
  const project = await makeFolder({ "src/big.bin": pointer, "src/small.txt": "1" });
  const first = await session(project);
  expect(await openedBy(project)).toEqual([]);
  const { entries } = await session(project);
  expect(entries).toEqual(first.entries);
  expect(entries).toMatchObject([{ path: "big.bin", isLfsPointer: true }, { path: "small.txt" }]);
});

test("an x-bit that changed is seen", async () => {
  const project = await makeFolder(TREE);
  await session(project);
  chmodSync(join(project, "src/a"), 0o755);
  expect((await session(project)).entries[0]).toMatchObject({ path: "a", executable: true });
});

test("edits without a pause between them are all noticed", async () => {
  const project = await makeFolder(TREE);
  const file = join(project, "src/a");
  for (let edit = 100; edit < 200; edit += 1) {
    writeFileSync(file, `${edit}`);
    expect(digestOf(await session(project, { after: 0 }), "a")).toBe(sha256(`${edit}`));
  }
});

test("a file that changed just before it was read is read again in the next session", async () => {
  const project = await makeFolder(TREE);
  await session(project);
  writeFileSync(join(project, "src/a"), "new");
  const changed = statSync(join(project, "src/a")).ctimeMs;
  await session(project, { after: changed - Date.now() });
  expect(await openedBy(project)).toEqual(["a"]);
  expect(await openedBy(project)).toEqual([]);
});

test("a file from the future is read in every session", async () => {
  const project = await makeFolder(TREE);
  utimesSync(join(project, "src/a"), new Date(), new Date("2999-01-01"));
  await session(project);
  expect(await openedBy(project)).toEqual(["a"]);
});

test.each([
  ["that keeps fractions of a second, a few milliseconds", 1_700_000_000_000.5, 15, 25],
  ["that keeps whole seconds, two of them", 1_700_000_000_000, 1990, 2010],
])("on a file system %s have to lie between a change and a read", async (_name, ctimeMs, soon, late) => {
  const project = await makeFolder({ src: { directory: true } });
  const device = statSync(project).dev;
  const state = { size: 1, executable: false, mtimeMs: 1, ctimeMs, device, inode: 1 };
  const digests = cacheOf(project);
  const folder = digests.folder(join(project, "src"));
  folder.add("soon", readFileOf(state, { digest: sha256("1") }, ctimeMs + soon));
  folder.add("late", readFileOf(state, { digest: sha256("1") }, ctimeMs + late + MINUTE));
  await digests.write();
  const known = cacheOf(project).folder(join(project, "src"));
  expect(known.find("soon", state)).toBeUndefined();
  expect(known.find("late", state)).toEqual({ digest: sha256("1") });
});

test("a file system whose clock is behind is taken into account", async () => {
  const project = await makeFolder(TREE);
  const digests = cacheOf(project);
  const read = await readSources([appTarget("src")], { directory: project, digests });
  expect(read.ok).toBe(true);
  // The memory's file is on the same device, so that its time shows the clock.
  const device = statSync(project).dev;
  const state = { size: 1, executable: false, mtimeMs: 1, ctimeMs: Date.now() + 0.5, device, inode: 1 };
  const folder = digests.folder(join(project, "src"));
  folder.add("a", readFileOf(state, { digest: sha256("1") }, state.ctimeMs + MINUTE));
  const clock = vi.spyOn(Date, "now").mockReturnValue(Date.now() + 2 * MINUTE);
  await digests.write();
  clock.mockRestore();
  expect(cacheOf(project).folder(join(project, "src")).find("a", state)).toBeUndefined();
});

test("what one selection does not read is kept, what is gone is forgotten", async () => {
  const project = await makeFolder({ ...TREE, "web/a": "1", "web/b": "2", "old/a": "1" });
  for (const source of ["src", "web", "old"]) await session(project, { source });
  rmSync(join(project, "web/a"));
  rmSync(join(project, "old"), { recursive: true });
  writeFileSync(join(project, "web/b"), "new");
  await session(project, { source: "web" });
  const { folders } = JSON.parse(readFileSync(fileOf(project), "utf8"));
  expect(Object.keys(folders).sort()).toEqual(["src", "src/b", "web"]);
  expect(folders.web.names).toEqual(["b"]);
});

test("nothing is written when nothing is new", async () => {
  const project = await makeFolder(TREE);
  await session(project);
  const written = statSync(fileOf(project)).mtimeMs;
  await session(project);
  expect(statSync(fileOf(project)).mtimeMs).toBe(written);
});

const COLUMNS = ["names", "sizes", "mtimes", "ctimes", "devices", "inodes", "digests", "lfsPointers"];

test("a file of any other shape is as if it were not there", async () => {
  const project = await makeFolder(TREE);
  const whole = await session(project);
  const stored = JSON.parse(readFileSync(fileOf(project), "utf8"));
  const inColumn = fc
    .tuple(fc.constantFrom(...COLUMNS), fc.jsonValue(), fc.boolean())
    .map(([column, value, within]) => ({
      ...stored,
      folders: { src: { ...stored.folders.src, [column]: within ? [value] : value } },
    }));
  const elsewhere = fc
    .tuple(fc.constantFrom("folders", "user", "form"), fc.jsonValue())
    .map(([field, value]) => ({ ...stored, [field]: value }));
  await fc.assert(
    fc.asyncProperty(fc.oneof(inColumn, elsewhere, fc.jsonValue()), async (damaged) => {
      writeFileSync(fileOf(project), JSON.stringify(damaged));
      const known = createDigestCache(project, privateFolder(memoryOf(project)));
      const found = known.folder(join(project, "src")).find("a", stateAt(stored.folders.src));
      expect([undefined, sha256("1")]).toContain(found?.digest);
    }),
  );
  expect((await session(project)).digest).toBe(whole.digest);
});

/** State of the first file according to the columns. */
function stateAt(folder: Record<string, readonly number[]>) {
  const at = (column: string) => folder[column]?.[0] as number;
  return {
    size: at("sizes"),
    mtimeMs: at("mtimes"),
    ctimeMs: at("ctimes"),
    device: at("devices"),
    inode: at("inodes"),
    executable: false,
  };
}

test.each([
  ["was cut short", (text: string) => text.slice(0, -10)],
  ["has another form", (text: string) => text.replace('"form":1', '"form":0')],
  ["is another user's", (text: string) => text.replace(/"user":\d+/, '"user":-1')],
  ["has columns of unequal length", (text: string) => text.replaceAll('"sizes":[1', '"sizes":[1,1')],
])("a file that %s is as if it were not there", async (_name, change) => {
  const project = await makeFolder(TREE);
  await session(project);
  const file = fileOf(project);
  const text = readFileSync(file, "utf8");
  expect(change(text)).not.toBe(text);
  writeFileSync(file, change(text));
  expect(await openedBy(project)).toEqual(["a", "b/c", "b/d"]);
  expect(await openedBy(project)).toEqual([]);
});

test("a digest that was found to be wrong is replaced", async () => {
  const project = await makeFolder(TREE);
  await session(project);
  const file = fileOf(project);
  writeFileSync(file, readFileSync(file, "utf8").replace(sha256("1"), sha256("2")));
  expect(digestOf(await session(project), "a")).toBe(sha256("2"));
  expect(digestOf(await session(project, { distrust: true }), "a")).toBe(sha256("1"));
  expect(digestOf(await session(project), "a")).toBe(sha256("1"));
});

test("a project of which nothing can be remembered is read all the same", async () => {
  const project = await makeFolder(TREE);
  writeFileSync(memoryOf(project), "in the way");
  await session(project);
  expect(await openedBy(project)).toEqual(["a", "b/c", "b/d"]);
});

interface SessionOptions {
  readonly source?: string;
  readonly distrust?: boolean;
  /** Delay before the files are read, in milliseconds. */
  readonly after?: number;
}

function cacheOf(project: string): DigestCache {
  onTestFinished(() => rmSync(memoryOf(project), { recursive: true, force: true }));
  return createDigestCache(project, privateFolder(memoryOf(project)));
}

/** Reads a source of the project with what earlier sessions remembered, and remembers it. */
async function session(project: string, options: SessionOptions = {}): Promise<SourceSnapshot> {
  const { source = "src", distrust = false, after = MINUTE } = options;
  const digests = cacheOf(project);
  const clock = vi.spyOn(Date, "now").mockReturnValue(Date.now() + after);
  const read = await readSources([appTarget(source)], { directory: project, digests, distrust });
  clock.mockRestore();
  await digests.write();
  return unwrap(read).get("web") as SourceSnapshot;
}

/** Paths of the files that were opened, relative to the source. */
async function openedBy(project: string, options?: SessionOptions): Promise<readonly string[]> {
  const { openSync } = await countCalls(() => session(project, options));
  return belowOf(project, openSync).sort();
}

/** Paths in the source that were asked for; those of the memory are not. */
function belowOf(project: string, calls: ReadonlyMap<string, number>): string[] {
  const source = join(project, "src/");
  return [...calls.keys()].filter((path) => path.startsWith(source)).map((path) => path.slice(source.length));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function digestOf(snapshot: SourceSnapshot, path: string): string | undefined {
  const entry = snapshot.entries.find((one) => one.path === path);
  return entry?.kind === "file" ? entry.digest : undefined;
}

import { execFileSync } from "node:child_process";
import { appendFileSync, readdirSync, readlinkSync } from "node:fs";
import { rm, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ArchivePart, SourceChangedError, type SourceSnapshot } from "@sti/core";
import fc from "fast-check";
import { unpackTar } from "modern-tar";
import { expect, test } from "vitest";
import { makeFolder, readFolder, type Tree } from "../../test/temp-folder.ts";
import { pack } from "./pack.ts";

const root = { uid: 0, gid: 0 };
const user = { uid: 1000, gid: 3_000_000 };

async function tarOf(parts: readonly ArchivePart[]): Promise<Buffer> {
  return Buffer.concat(await chunksOf(pack(parts, { time: 1_700_000_000 })));
}

async function chunksOf(stream: AsyncIterable<Uint8Array>): Promise<readonly Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

function sourceAt(path: string, snapshot: SourceSnapshot): ArchivePart {
  return { kind: "source", snapshot, path, owner: user };
}

test("entries carry the given owner and time, modes by the x-bit, and nothing else of the host", async () => {
  const folder = await makeFolder({ "d/x": { executable: "1" }, f: "22", l: { link: "d/x" } });
  await utimes(join(folder, "f"), 5, 5);
  const entries = await unpackTar(await tarOf([sourceAt("tmp/src", await readFolder(folder))]), {
    strict: true,
  });
  const common = { uid: 1000, gid: 3_000_000, uname: "", gname: "", mtime: new Date(1_700_000_000_000) };
  expect(entries.map((entry) => entry.header)).toMatchObject([
    { ...common, name: "tmp/src/", type: "directory", mode: 0o755, size: 0 },
    { ...common, name: "tmp/src/d/", type: "directory", mode: 0o755, size: 0 },
    { ...common, name: "tmp/src/d/x", type: "file", mode: 0o755, size: 1 },
    { ...common, name: "tmp/src/f", type: "file", mode: 0o644, size: 2 },
    { ...common, name: "tmp/src/l", type: "symlink", mode: 0o777, size: 0, linkname: "d/x" },
  ]);
});

test("of a source only the wanted entries are sent, wherever they come from", async () => {
  const folder = await makeFolder({ "d/x": "1", "d/y": "2", "e/z": "3", f: "4", l: { link: "f" } });
  const snapshot = await readFolder(folder);
  const namesOf = async (sent: SourceSnapshot, only: readonly string[]) => {
    const part = { kind: "source", snapshot: sent, path: "src", owner: user, only: new Set(only) } as const;
    return (await unpackTar(await tarOf([part]))).map(({ header }) => header.name);
  };
  expect(await namesOf(snapshot, ["d", "d/y", "l"])).toEqual(["src/", "src/d/", "src/d/y", "src/l"]);
  expect(await namesOf(snapshot, [])).toEqual(["src/"]);
  const parts = [{ to: "a/b", snapshot }];
  const entries = snapshot.entries.map((entry) => ({ ...entry, path: `a/b/${entry.path}` }));
  const merged: SourceSnapshot = { ...snapshot, entries, origin: { kind: "parts", parts } };
  expect(await namesOf(merged, ["a/b/d", "a/b/d/x", "f"])).toEqual(["src/", "src/a/b/d/", "src/a/b/d/x"]);
});

test("a link that leaves the source is sent as a link, and no byte of what it leads to", async () => {
  const outside = await makeFolder({ secret: "s3cret of somebody else" });
  const links = {
    abs: { link: join(outside, "secret") },
    up: { link: "../../etc/passwd" },
    all: { link: outside },
  };
  const folder = await makeFolder({ ...links, f: "" });
  const tar = await tarOf([sourceAt("", await readFolder(folder))]);
  expect(tar.includes("s3cret")).toBe(false);
  expect(tar.includes("root:x:0")).toBe(false);
  const entries = (await unpackTar(tar)).map(({ header }) => [
    header.type,
    header.name,
    header.linkname ?? "",
  ]);
  expect(entries).toEqual([
    ["file", "f", ""],
    ["symlink", "abs", join(outside, "secret")],
    ["symlink", "all", outside],
    ["symlink", "up", "../../etc/passwd"],
  ]);
});

test("parts are written in their order, and only the entries they name", async () => {
  const snapshot = await readFolder(await makeFolder({ a: "" }));
  const tar = await tarOf([
    { kind: "file", path: "z/deep/file", content: "é", mode: 0o600, owner: root },
    { kind: "directory", path: "src", mode: 0o700, owner: root },
    sourceAt("src", snapshot),
    sourceAt("", snapshot),
    { kind: "file", path: "empty", content: new Uint8Array(), mode: 0o444, owner: root },
  ]);
  const entries = await unpackTar(tar, { strict: true });
  expect(entries.map(({ header }) => [header.name, header.mode, header.size])).toEqual([
    ["z/deep/file", 0o600, 2],
    ["src/", 0o700, 0],
    ["src/a", 0o644, 0],
    ["a", 0o644, 0],
    ["empty", 0o444, 0],
  ]);
});

const nasty = fc
  .oneof(
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 }),
    fc.constantFrom(
      " a ",
      "-rf",
      "new\nline",
      "tab\t",
      "é",
      "e\u0301",
      "a\\b",
      '"',
      "x".repeat(255),
      "ü".repeat(127),
    ),
  )
  .filter((name) => !/[/\0]/.test(name) && ![".", "..", ".git", "node_modules"].includes(name))
  .filter((name) => Buffer.byteLength(name) <= 255);
const nastyTree: fc.Arbitrary<Tree> = fc.dictionary(
  fc.array(nasty, { minLength: 1, maxLength: 3 }).map((names) => ["top", ...names].join("/")),
  fc.oneof(
    fc.string({ maxLength: 3 }),
    nasty.map((link) => ({ link })),
    fc.constant({ executable: "x" }),
  ),
  { minKeys: 1, maxKeys: 5 },
);

test("what tar unpacks is the tree that was packed, whatever its names", async () => {
  await fc.assert(
    fc.asyncProperty(nastyTree, async (tree) => {
      const paths = Object.keys(tree);
      fc.pre(!paths.some((path) => paths.some((other) => other.startsWith(`${path}/`))));
      const snapshot = await readFolder(await makeFolder(tree));
      const tar = await tarOf([{ kind: "source", snapshot, path: "", owner: root }]);
      const unpacked = await makeFolder();
      execFileSync("tar", ["-x", "-C", unpacked], { input: tar });
      expect((await readFolder(unpacked)).entries).toEqual(snapshot.entries);
      const decoded = await unpackTar(tar, { strict: true });
      expect(decoded.map(({ header }) => header.name.replace(/\/$/, "")).sort()).toEqual(
        snapshot.entries.map((entry) => entry.path),
      );
    }),
    { numRuns: 40 },
  );
});

test("a folder whose name and place need every length of header comes out as it went in", async () => {
  const lengths = [98, 99, 100, 101, 154, 155, 156, 157, 200, 254, 255];
  const tree = Object.fromEntries(
    lengths.flatMap((length) => [
      ["d".repeat(length), { directory: true } as const],
      [`${"e".repeat(length)}/${"f".repeat(length)}`, "x"] as const,
      [`l${length}`, { link: "t".repeat(length) }] as const,
    ]),
  );
  const snapshot = await readFolder(await makeFolder(tree));
  const unpacked = await makeFolder();
  const tar = await tarOf([{ kind: "source", snapshot, path: "", owner: root }]);
  execFileSync("tar", ["-x", "-C", unpacked], { input: tar });
  expect((await readFolder(unpacked)).digest).toBe(snapshot.digest);
});

test("small and big files keep their bytes and their order", async () => {
  const tree = Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [`f${index}`, String(index).repeat(index * 3000)]),
  );
  const snapshot = await readFolder(await makeFolder(tree));
  const entries = await unpackTar(await tarOf([sourceAt("", snapshot)]), { strict: true });
  expect(entries.map(({ header, data }) => [header.name, Buffer.from(data ?? []).toString()])).toEqual(
    Object.entries(tree).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
});

test.each([
  ["other bytes", (file: string) => writeFile(file, "after!")],
  ["more bytes", (file: string) => writeFile(file, "before and after")],
  ["fewer bytes", (file: string) => writeFile(file, "be")],
  ["no file", (file: string) => rm(file)],
  ["a pipe", (file: string) => replace(file, "mkfifo", [])],
  ["a link", (file: string) => replace(file, "ln", ["-s", "other"])],
])("a file that has become %s since its snapshot ends the stream with an error", async (_, change) => {
  const folder = await makeFolder({ a: "", file: "before", other: "before" });
  const snapshot = await readFolder(folder);
  await change(join(folder, "file"));
  const error = await tarOf([sourceAt("", snapshot)]).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(SourceChangedError);
  expect(error).toMatchObject({ path: join(folder, "file") });
});

test("a big file that changes while it is sent ends the stream with an error", async () => {
  const folder = await makeFolder({ big: "" });
  const big = join(folder, "big");
  await truncate(big, 32 << 20);
  const stream = pack([sourceAt("", await readFolder(folder))], { time: 0 });
  await stream.next();
  await truncate(big, 20 << 20);
  await expect(chunksOf(stream)).rejects.toBeInstanceOf(SourceChangedError);
});

test("a reader that stops early leaves no file open", async () => {
  const tree = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`f${index}`, "x"]));
  const folder = await makeFolder({ ...tree, big: "" });
  await truncate(join(folder, "big"), 64 << 20);
  for await (const chunk of pack([sourceAt("", await readFolder(folder))], { time: 0 })) {
    expect(chunk.length).toBeGreaterThan(0);
    break;
  }
  expect(openBelow(folder)).toEqual([]);
});

test("a file of more than 8 GiB has its size in the header that can hold it", async () => {
  const folder = await makeFolder({ big: "" });
  const size = 9 * 2 ** 30;
  await truncate(join(folder, "big"), size);
  const snapshot: SourceSnapshot = {
    origin: { kind: "folder", root: folder },
    entries: [{ kind: "file", path: "big", executable: false, size, digest: "not reached" }],
    digest: "",
    size,
  };
  for await (const chunk of pack([sourceAt("", snapshot)], { time: 0 })) {
    expect(Buffer.from(chunk).toString("latin1", 512, 1024)).toContain(`size=${size}\n`);
    break;
  }
});

test("a file that grows only after its snapshot was sent does not matter", async () => {
  const folder = await makeFolder({ a: "x" });
  const snapshot = await readFolder(folder);
  const tar = await tarOf([sourceAt("", snapshot)]);
  appendFileSync(join(folder, "a"), "y");
  expect((await unpackTar(tar, { strict: true }))[0]?.data?.length).toBe(1);
});

async function replace(file: string, command: string, args: readonly string[]): Promise<void> {
  await rm(file);
  execFileSync(command, [...args, file]);
}

function openBelow(folder: string): readonly string[] {
  return readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      const file = readlinkSync(`/proc/self/fd/${fd}`);
      return file.startsWith(folder) ? [file] : [];
    } catch {
      return []; // the descriptor of the listing itself
    }
  });
}

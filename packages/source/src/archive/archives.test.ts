// Hostile archives and odd entries: snapshot/corpus.test.ts.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { SourceChangedError, type SourceSnapshot } from "@sti/core";
import { makeZip, type ZipEntry } from "@sti/testing/make-zip";
import { packTar, unpackTar } from "modern-tar";
import { describe, expect, test } from "vitest";
import { appTarget, makeFolder, pathsOf, readFolder, type Tree } from "../../test/temp-folder.ts";
import { pack } from "../send/pack.ts";
import { readSources } from "../snapshot/read-sources.ts";

const TREE: Tree = {
  ".stiignore": "*.log\n!keep.log\n",
  "a.log": "ignored",
  "keep.log": "kept",
  "bin/start": { executable: "#!/bin/sh\n" },
  "data/empty": { directory: true },
  "data/ünï code.txt": "é".repeat(70_000),
  "node_modules/x/index.js": "ignored",
  link: { link: "data/nowhere" },
  [`${"long/".repeat(40)}name`]: "deep",
};

describe("the same tree", async () => {
  const forms: readonly [string, (folder: string) => Promise<Buffer> | Buffer][] = [
    ["a tar archive in GNU form", (folder) => tarOf(folder, "--format=gnu")],
    ["a tar archive in POSIX form", (folder) => tarOf(folder, "--format=posix")],
    ["a gzipped tar archive", async (folder) => gzipSync(await tarOf(folder))],
    ["a zstd tar archive", async (folder) => zstdCompressSync(await tarOf(folder))],
    ["a zip archive", () => zipOf(TREE)],
  ];
  test.each(forms)("has the same digest as %s, and the same is sent", async (_, make) => {
    const folder = await makeFolder(TREE);
    const asFolder = await readFolder(folder);
    const asArchive = await readArchive(await make(folder));
    expect(pathsOf(asArchive)).toEqual(pathsOf(asFolder));
    expect(asArchive).toMatchObject({ digest: asFolder.digest, size: asFolder.size });
    expect(await sentOf(asArchive)).toEqual(await sentOf(asFolder));
  });
});

test("hard links in a tar are files, whatever was ignored of them and in whatever number", async () => {
  const file = { name: "a.log", size: 2, type: "file" } as const;
  const link = (name: string, linkname: string) => ({
    header: { name, linkname, size: 0, type: "link" } as const,
  });
  const tar = await packTar([
    { header: { name: ".stiignore", size: 5 }, body: "*.log" },
    { header: file, body: "hi" },
    link("b", "a.log"),
    link("c", "b"),
  ]);
  const snapshot = await readArchive(Buffer.from(tar));
  expect(await sentOf(snapshot)).toEqual(
    [
      [".stiignore", 0o644, undefined, "*.log"],
      ["b", 0o644, undefined, "hi"],
      ["c", 0o644, undefined, "hi"],
    ].map((one) => expect.arrayContaining([one[0], one[3]])),
  );
});

test("a single top folder is kept as it is", async () => {
  expect(pathsOf(await readArchive(makeZip([{ name: "app-1.0/main.js" }])))).toEqual([
    "app-1.0",
    "app-1.0/main.js",
  ]);
});

test("an archive that is cut short anywhere is refused and never a smaller source", async () => {
  const folder = await makeFolder({ a: "1", b: "2".repeat(2000), c: "3" });
  const tar = await tarOf(folder);
  const whole = (await readArchive(tar)).entries.length;
  expect(whole).toBe(3);
  for (let length = 512; length < 5632; length += 256) {
    expect(await problemOf(tar.subarray(0, length))).toContain("ends too early");
  }
  const zipped = gzipSync(tar);
  expect(await problemOf(zipped.subarray(0, zipped.length - 4))).toContain("is corrupt");
});

test("flipped bits are found out, wherever they are in what is packed", async () => {
  const folder = await makeFolder({ a: "text ".repeat(500), b: "other" });
  const zipped = gzipSync(await tarOf(folder));
  for (let at = 400; at < zipped.length; at += 7) {
    const damaged = Buffer.from(zipped);
    damaged[at] = (damaged[at] ?? 0) ^ 0x10;
    const problem = await problemOf(damaged).catch(String);
    expect(problem).toMatch(/corrupt|ends too early|checksum|no archive/);
  }
});

test("an archive that nobody reads here is not taken for a file", async () => {
  expect(await problemOf(Buffer.from("fd377a585a0000000000", "hex"))).toContain("is packed with xz");
});

describe("a file with the name of an archive", () => {
  const contents: readonly [string, (tar: Buffer) => Buffer][] = [
    ["nothing", () => Buffer.alloc(0)],
    ["the page of an error", () => Buffer.from("<html>404</html>\n")],
    ["a part of the first block of a tar", (tar) => tar.subarray(0, 100)],
    ["the beginning of gzipped data", (tar) => gzipSync(tar).subarray(0, 30)],
    ["gzipped text", () => gzipSync("text")],
    ["zeros", () => Buffer.alloc(2048)],
  ];
  const names = ["a.tar", "a.tgz", "a.tar.gz", "A.ZIP", "a.tar.zst", "a.tar.xz", "a.tbz2", "a.7z"];
  test.each(contents)("that holds %s is refused, whatever the ending", async (_, make) => {
    const bytes = make(await tarOf(await makeFolder({ a: "1" })));
    const directory = await makeFolder();
    for (const name of names) {
      await writeFile(join(directory, name), bytes);
      const result = await readSources([appTarget(name)], { directory });
      expect(result).toMatchObject({
        failures: [
          {
            code: "archive-invalid",
            file: join(directory, name),
            problem: "is damaged: it has the name of an archive, but not the content",
          },
        ],
      });
    }
  });

  test("is a single file when it has the name of one packed file", async () => {
    const folder = await makeFolder({ "data.gz": "not packed", tar: "x", "a.tar.txt": "x" });
    for (const name of ["data.gz", "tar", "a.tar.txt"]) {
      expect(pathsOf(await readFolder(folder, appTarget(name)))).toEqual([name]);
    }
  });
});

test("an archive that changed since it was read is not sent", async () => {
  const folder = await makeFolder({ "tree/a": "1".repeat(100_000) });
  const file = join(folder, "source");
  await writeFile(file, await tarOf(join(folder, "tree")));
  const snapshot = await readFolder(folder, appTarget("source"));
  const bytes = readFileSync(file);
  bytes[50_000] = 0x32;
  await writeFile(file, bytes);
  await expect(sentOf(snapshot)).rejects.toThrow(SourceChangedError);
  await truncate(file, 2000);
  await expect(sentOf(snapshot)).rejects.toThrow(SourceChangedError);
});

test("programs and scripts can be executed, other single files stay as they are", async () => {
  const elf = Buffer.alloc(64);
  elf.write("\x7fELF\x02\x01", "latin1");
  elf.writeUInt16LE(0xb7, 18);
  const folder = await makeFolder({ script: "#!/bin/sh\n", text: "hello", empty: "" });
  await writeFile(join(folder, "program"), elf);
  const read = async (name: string) => await readFolder(folder, appTarget(name));
  expect((await read("script")).entries).toMatchObject([{ path: "script", executable: true }]);
  expect((await read("text")).entries).toMatchObject([{ path: "text", executable: false }]);
  expect((await read("empty")).entries).toMatchObject([{ path: "empty", size: 0 }]);
  const program = await read("program");
  expect(program.entries).toMatchObject([{ path: "program", executable: true }]);
  expect(program.binaries).toEqual([{ path: "program", architecture: "arm64" }]);
  expect((await sentOf(program))[0]?.slice(0, 2)).toEqual(["program", 0o755]);
});

function zipOf(tree: Tree): Buffer {
  return makeZip(
    Object.entries(tree).map(([name, node]): ZipEntry => {
      if (typeof node === "string") return { name, content: node };
      if ("link" in node) return { name, content: node.link, mode: 0o120777 };
      if ("directory" in node) return { name: `${name}/` };
      return { name, content: node.executable, mode: 0o100755 };
    }),
  );
}

async function tarOf(folder: string, ...flags: string[]): Promise<Buffer> {
  return execFileSync("tar", ["-C", folder, ...flags, "-cf", "-", "."], { maxBuffer: 1 << 26 });
}

async function readArchive(bytes: Buffer): Promise<SourceSnapshot> {
  const folder = await makeFolder();
  await writeFile(join(folder, "source"), bytes);
  return await readFolder(folder, appTarget("source"));
}

async function problemOf(bytes: Buffer): Promise<string> {
  const directory = await makeFolder();
  await writeFile(join(directory, "source"), bytes);
  const result = await readSources([appTarget("source")], { directory });
  const [failure] = result.ok ? [] : result.failures;
  if (failure?.code !== "archive-invalid") throw new Error(JSON.stringify(result));
  return failure.entry === undefined ? failure.problem : `${failure.entry}: ${failure.problem}`;
}

async function sentOf(snapshot: SourceSnapshot) {
  const chunks: Uint8Array[] = [];
  const part = { kind: "source", snapshot, path: "", owner: { uid: 0, gid: 0 } } as const;
  for await (const chunk of pack([part], { time: 0 })) chunks.push(chunk);
  const entries = await unpackTar(Buffer.concat(chunks), { strict: true });
  return entries
    .map(({ header, data }) => [
      header.name,
      header.mode,
      header.linkname,
      Buffer.from(data ?? "").toString(),
    ])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}

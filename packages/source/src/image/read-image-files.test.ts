import { createHash } from "node:crypto";
import { EngineError, type Mask } from "@sti/core";
import { makeTar, type TarFile } from "@sti/testing/make-tar";
import { describe, expect, test } from "vitest";
import { LARGEST_MASKED } from "./mask-content.ts";
import { readImageFiles } from "./read-image-files.ts";

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(members: readonly TarFile[], mask: readonly Mask[] = []) {
  return await readImageFiles(inPieces(makeTar(members), 700), { mask });
}

function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

test("an entry has all that can be compared, and its content's digest", async () => {
  const big = Buffer.alloc(5000, "big");
  const files = await read([
    { name: "app/", type: "5", mode: 0o100755, mtime: 7 },
    { name: "app/run", mode: 0o104755, uid: 1, gid: 2, mtime: 3, content: "run" },
    { name: "app/big", content: big },
    { name: "app/link", type: "2", mode: 0o777, link: "../../../etc/shadow" },
    { name: "app/null", type: "3", device: [1, 3] },
    { name: "app/pipe", type: "6" },
  ]);
  expect([...files.values()]).toEqual([
    { path: "app", type: "directory", mode: 0o755, uid: 0, gid: 0, mtime: 7 },
    { path: "app/run", type: "file", mode: 0o4755, uid: 1, gid: 2, mtime: 3, size: 3, digest: sha256("run") },
    { path: "app/big", type: "file", mode: 0o644, uid: 0, gid: 0, mtime: 0, size: 5000, digest: sha256(big) },
    {
      path: "app/link",
      type: "symlink",
      mode: 0o777,
      uid: 0,
      gid: 0,
      mtime: 0,
      linkTarget: "../../../etc/shadow",
    },
    { path: "app/null", type: "character-device", mode: 0o644, uid: 0, gid: 0, mtime: 0, device: "1:3" },
    { path: "app/pipe", type: "fifo", mode: 0o644, uid: 0, gid: 0, mtime: 0 },
  ]);
});

test("owners beyond the header's digits, long names and capabilities come from extended headers", async () => {
  const path = `${"long/".repeat(100)}name`;
  const capability = Buffer.from([1, 0, 0, 2, 0xff]);
  const pax = { path, uid: "3000000000", "SCHILY.xattr.security.capability": capability };
  const files = await read([{ name: "cut", pax, content: "x" }, { name: "next" }]);
  expect(files.get(path)).toMatchObject({ uid: 3_000_000_000, xattrs: ["security.capability=0x01000002ff"] });
  expect(files.get("next")).not.toHaveProperty("xattrs");
});

test("names that are no UTF-8 stay apart, and are distinct from those that only look like them", async () => {
  const names = [
    Buffer.from([0x61, 0xff]),
    Buffer.from([0x61, 0xfe]),
    Buffer.from("aÿ"),
    Buffer.from([0xc3, 0xbf, 0xc3]),
  ];
  const files = await read(names.map((name) => ({ name })));
  expect([...files.keys()]).toEqual(["a\udcff", "a\udcfe", "aÿ", "ÿ\udcc3"]);
  expect(JSON.parse(JSON.stringify([...files.keys()]))).toEqual([...files.keys()]);
});

test("of several entries with one name the last one counts", async () => {
  const files = await read([
    { name: "a", content: "first" },
    { name: "./a", content: "second" },
  ]);
  expect([...files.values()]).toEqual([expect.objectContaining({ path: "a", digest: sha256("second") })]);
});

test("which name of a file comes first in the stream makes no difference", async () => {
  const one = await read([
    { name: "a", content: "x" },
    { name: "b", type: "1", link: "a" },
  ]);
  const other = await read([
    { name: "b", content: "x" },
    { name: "a", type: "1", link: "b" },
  ]);
  expect(other.get("a")).toEqual(one.get("a"));
  expect(other.get("b")).toEqual(one.get("b"));
  expect(one.get("b")).toMatchObject({ type: "file", size: 1, digest: sha256("x"), hardLink: "a" });
});

test("a second name of nothing is an entry without content", async () => {
  const files = await read([{ name: "b", type: "1", link: "/../outside" }]);
  expect(files.get("b")).not.toHaveProperty("digest");
});

test("what the engine makes in every container is no part of the image", async () => {
  const files = await read([
    { name: ".dockerenv" },
    { name: "dev/", type: "5", mtime: 1 },
    { name: "dev/console" },
    { name: "etc/", type: "5", mtime: 1 },
    { name: "etc/hosts" },
    { name: "etc/passwd", mtime: 1 },
  ]);
  expect([...files.values()].map(({ path, mtime }) => [path, mtime])).toEqual([
    ["dev", undefined],
    ["etc", undefined],
    ["etc/passwd", 1],
  ]);
});

describe("a masked digest", () => {
  const maskedOf = async (member: TarFile, mask?: readonly Mask[]) =>
    [...(await read([member], mask)).values()][0]?.masked;

  test("of compiled Python leaves its stamp out, wherever the stream is cut", async () => {
    const [code, stamp] = [Buffer.alloc(2000, "code"), Buffer.alloc(16, "s")];
    const expected = { rule: "pyc-stamps", digest: sha256(code) };
    const content = Buffer.concat([stamp, code]);
    expect(await maskedOf({ name: "x.pyc", content })).toEqual(expected);
    for (const size of [1, 15, 16, 17, 513, 521]) {
      const files = await readImageFiles(inPieces(makeTar([{ name: "x.pyc", content }]), size), { mask: [] });
      expect(files.get("x.pyc")?.masked).toEqual(expected);
    }
    expect(await maskedOf({ name: "x.pyc", content: "short" })).toBeUndefined();
    expect(await maskedOf({ name: "x.py", content })).toBeUndefined();
  });

  test("leaves out what the patterns for the file match", async () => {
    const mask = [
      { files: ["app"], pattern: String.raw`\d+` },
      { files: ["**/*.txt"], pattern: "^time: .*$" },
    ];
    const content = "build 17\ntime: now\nend\n";
    expect(await maskedOf({ name: "app/a.txt", content }, mask)).toEqual({
      rule: "mask",
      digest: sha256("build \n\nend\n"),
    });
    expect(await maskedOf({ name: "b.txt", content }, mask)).toEqual({
      rule: "mask",
      digest: sha256("build 17\n\nend\n"),
    });
    expect(await maskedOf({ name: "b.json", content }, mask)).toBeUndefined();
  });

  test("is not made of a file that is too large for patterns", async () => {
    const mask = [{ files: ["a"], pattern: "x" }];
    expect(await maskedOf({ name: "a", content: Buffer.alloc(LARGEST_MASKED) }, mask)).toBeDefined();
    expect(await maskedOf({ name: "a", content: Buffer.alloc(LARGEST_MASKED + 1) }, mask)).toBeUndefined();
  });
});

describe("a stream that is no whole export is a lost engine", () => {
  const whole = makeTar([{ name: "a", content: "x".repeat(1000) }]);
  const cases: readonly (readonly [string, Buffer])[] = [
    ["cut in a header", whole.subarray(0, 100)],
    ["cut in a content", whole.subarray(0, 1000)],
    ["without an end", whole.subarray(0, 512 + 1024)],
    ["with a damaged header", Buffer.concat([Buffer.alloc(512, "x"), whole])],
    ["with a kind that nobody knows", makeTar([{ name: "a", type: "Z" }])],
  ];
  test.each(cases)("%s", async (_, bytes) => {
    const error = await readImageFiles(inPieces(bytes, 512), { mask: [] }).catch(
      (problem: unknown) => problem,
    );
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toMatchObject({ reason: "lost" });
  });
});

test("progress is reported", async () => {
  const reported: unknown[] = [];
  const stream = inPieces(
    makeTar([
      { name: "a", content: "12345" },
      { name: "b", content: "1" },
    ]),
    512,
  );
  await readImageFiles(stream, { mask: [], onProgress: (progress) => reported.push(progress) });
  expect(reported).toEqual([
    { files: 1, bytes: 5 },
    { files: 2, bytes: 6 },
  ]);
});

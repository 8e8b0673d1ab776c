import { EngineError } from "@sti/core";
import { makeTar, type TarFile } from "@sti/testing/make-tar";
import { describe, expect, test } from "vitest";
import { hasFiles } from "./holds-files.ts";

const FOLDER: TarFile = { name: "src/", type: "5" };
const FILE: TarFile = { name: "src/a", content: "hello" };
const LONG = `src/${"a".repeat(200)}/`;
/** GNU tar's way to write a long name. */
const gnuName = (name: string): TarFile => ({ name: "././@LongLink", type: "L", content: `${name}\0` });
/** Looks like the header of a file, but is the content of something else. */
const DECOY = makeTar([{ name: "decoy", content: "x" }]).subarray(0, 1024);

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe.each([1, 511, 512, 100_000])("in chunks of %i bytes", (size) => {
  const holds = (members: readonly TarFile[]) => hasFiles(inChunks(makeTar(members), size));

  test.each<[string, readonly TarFile[]]>([
    ["nothing", []],
    ["a folder", [FOLDER]],
    ["folders in folders", [FOLDER, { name: "src/a/", type: "5" }, { name: "src/a/b/", type: "5" }]],
    ["a folder with a long name in pax headers", [FOLDER, { ...FOLDER, pax: { path: LONG } }]],
    ["a folder with a long name as GNU tar writes it", [gnuName(LONG), FOLDER]],
    ["a folder after an extension header that contains a tar", [{ ...FOLDER, pax: { comment: DECOY } }]],
    ["a folder after a global header", [{ name: "pax", type: "g", content: "9 a=bcde\n" }, FOLDER]],
  ])("%s holds no files", async (_, members) => {
    expect(await holds(members)).toBe(false);
  });

  test.each<[string, readonly TarFile[]]>([
    ["a file", [FILE]],
    ["an empty file", [{ name: "src" }]],
    ["a file after folders", [FOLDER, FOLDER, FILE]],
    ["a file with the old type flag", [{ ...FILE, type: "\0" }]],
    ["a file with a long name", [FOLDER, gnuName(LONG), { ...FILE, pax: { path: `${LONG}a` } }]],
    ["a link", [FOLDER, { name: "src/a", type: "2", link: "b" }]],
    ["a hard link", [FOLDER, { name: "src/a", type: "1", link: "b" }]],
    ["a pipe", [FOLDER, { name: "src/a", type: "6" }]],
    ["a device", [{ name: "src/a", type: "3", device: [1, 3] }]],
  ])("%s is one", async (_, members) => {
    expect(await holds(members)).toBe(true);
  });
});

test("nothing is read after the first file", async () => {
  let read = 0;
  let isClosed = false;
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      yield makeTar([FOLDER, FILE]).subarray(0, 1024);
      for (;;) {
        read += 1;
        yield Buffer.alloc(1 << 16, "x");
      }
    } finally {
      isClosed = true;
    }
  }
  expect(await hasFiles(endless())).toBe(true);
  expect({ isClosed, read }).toEqual({ isClosed: true, read: 0 });
});

test("an archive that stops before its end mark proves nothing", async () => {
  const whole = makeTar([FOLDER, FOLDER]);
  for (const length of [0, 100, 512, 1024, 1500]) {
    const problem = await hasFiles(inChunks(whole.subarray(0, length), 512)).catch((error: unknown) => error);
    expect(problem).toBeInstanceOf(EngineError);
    expect(problem).toMatchObject({ reason: "lost" });
  }
});

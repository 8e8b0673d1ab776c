import { makeTar, type TarFile } from "@sti/testing/make-tar";
import { expect, test } from "vitest";
import { hasSecondEntry } from "./read-tar-head.ts";

const folder: TarFile = { name: "src/", type: "5" };
const file = (name: string, size = 4): TarFile => ({ name, content: "x".repeat(size) });

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test.each([
  ["nothing", [], false],
  ["an empty folder", [folder], false],
  ["a folder with a file", [folder, file("src/a")], true],
  ["one long file", [file("a", 5000)], false],
  ["a file after a long one", [file("a", 5000), file("b")], true],
  ["a folder with a long name", [{ ...folder, pax: { path: "long/".repeat(300) } }], false],
  ["a folder with a long name and a file", [{ ...folder, pax: { path: "l/".repeat(300) } }, file("a")], true],
])("of %s it is known whether more than one entry comes, wherever chunks end", async (_, members, more) => {
  const bytes = makeTar(members);
  for (const size of [1, 511, 512, 700, 100_000]) {
    expect(await hasSecondEntry(inChunks(bytes, size))).toBe(more);
  }
});

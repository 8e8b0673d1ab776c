import { execFileSync } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SourceSnapshot } from "@sti/core";
import { expect, test } from "vitest";
import { makeFolder, readFolder } from "../../test/temp-folder.ts";

const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${"0123456789abcdef".repeat(4)}\nsize 12345\n`;

function pointersOf({ entries }: SourceSnapshot): readonly string[] {
  return entries.flatMap((entry) =>
    entry.kind === "file" && entry.isLfsPointer === true ? [entry.path] : [],
  );
}

test("pointers of Git LFS are known by their content in every kind of source, and change no digest", async () => {
  const folder = await makeFolder({
    "model.bin": POINTER,
    "deep/model.bin": POINTER,
    "notes.md": `See ${POINTER}`,
    "long.txt": POINTER + "x".repeat(2000),
    empty: "",
  });
  const place = await makeFolder();
  const archive = join(place, "source.tar.gz");
  execFileSync("tar", ["-czf", archive, "-C", folder, "."]);
  const asFolder = await readFolder(folder);
  const asArchive = await readFolder(archive);
  expect(pointersOf(asFolder)).toEqual(["deep/model.bin", "model.bin"]);
  expect(pointersOf(asArchive)).toEqual(["deep/model.bin", "model.bin"]);
  expect(pointersOf(await readFolder(join(folder, "model.bin")))).toEqual(["model.bin"]);
  expect(asArchive.digest).toBe(asFolder.digest);

  await rm(join(folder, "deep"), { recursive: true });
  await writeFile(join(folder, "model.bin"), "the content");
  expect(pointersOf(await readFolder(folder))).toEqual([]);
});

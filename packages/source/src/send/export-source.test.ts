import { mkdir, readFile, readlink, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { appTarget, makeFolder, pathsOf, readFolder } from "../../test/temp-folder.ts";
import { exportSource } from "./export-source.ts";

const source = async () => {
  const folder = await makeFolder({ "bin/run": "#!/bin/sh\n", "data.txt": "data", "empty/.keep": "" });
  await symlink("data.txt", join(folder, "link"));
  await symlink("/etc/passwd", join(folder, "out"));
  return folder;
};

test("a source is written with its bytes, modes and links, and is the same source again", async () => {
  const snapshot = await readFolder(await source(), appTarget("."));
  const out = join(await makeFolder({}), "a/b");
  expect(await exportSource(snapshot, out)).toBeUndefined();
  const again = await readFolder(out, appTarget("."));
  expect({ digest: again.digest, paths: pathsOf(again) }).toEqual({
    digest: snapshot.digest,
    paths: pathsOf(snapshot),
  });
  expect(await readlink(join(out, "out"))).toBe("/etc/passwd");
  const executable = (await stat(join(out, "bin/run"))).mode & 0o777;
  expect(executable).toBe(
    snapshot.entries.some((entry) => entry.kind === "file" && entry.executable) ? 0o755 : 0o644,
  );
});

test("a folder that has something in it, or is a file, is refused and left as it is", async () => {
  const snapshot = await readFolder(await source(), appTarget("."));
  const out = await makeFolder({ file: "mine" });
  expect(await exportSource(snapshot, out)).toBe("is not empty");
  expect(await exportSource(snapshot, join(out, "file"))).toBe("is not a folder");
  expect(await readFile(join(out, "file"), "utf8")).toBe("mine");
  await mkdir(join(out, "empty"));
  expect(await exportSource(snapshot, join(out, "empty"))).toBeUndefined();
});

test("a source that changed meanwhile leaves nothing behind", async () => {
  const folder = await source();
  const snapshot = await readFolder(folder, appTarget("."));
  await writeFile(join(folder, "data.txt"), "DATA");
  const parent = await makeFolder({});
  await expect(exportSource(snapshot, join(parent, "out"))).rejects.toThrow(
    "changed while it was being read",
  );
  await expect(stat(join(parent, "out"))).rejects.toThrow("ENOENT");
});

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { UNPACK_EXIT, unpackingCommand } from "./unpack-artifacts.ts";

const { artifactsEmpty, artifactsInvalid, tarMissing } = UNPACK_EXIT;

test.each([
  ["a tar archive", "tar cf - -C in .", 0, ["a", "b"]],
  [
    "an archive with megabytes of zeros after it",
    "tar cf - -C in .; head -c 3000000 /dev/zero",
    0,
    ["a", "b"],
  ],
  ["nothing", "true", artifactsEmpty, []],
  ["an archive of nothing", "tar cf - -T /dev/null", artifactsEmpty, []],
  ["text before the archive", "echo Saving; tar cf - -C in .", artifactsInvalid, []],
  ["half an archive", "tar cf - -C in a | head -c 100000", artifactsInvalid, ["a"]],
  ["an archive, and fails", "tar cf - -C in a; exit 3", 3, ["a"]],
  ["nothing, and fails", "exit 3", 3, []],
])("a script that writes %s", (_, script, status, names) => {
  const { code, found } = unpack(script, "/usr/bin:/bin");
  expect({ code, found }).toEqual({ code: status, found: names });
});

test("an image without tar", () => {
  expect(unpack("true", "/nonexistent")).toMatchObject({
    code: tarMissing,
    stderr: "sti: there is no tar in the image\n",
  });
});

function unpack(script: string, path: string | undefined) {
  const folder = mkdtempSync(join(tmpdir(), "sti-unpack-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const name of ["in", "out"]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, "in/a"), new Uint8Array(200_000).fill(1));
  writeFileSync(join(folder, "in/b"), "b");
  writeFileSync(join(folder, "save"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const { status, stderr } = spawnSync("/bin/sh", ["-c", unpackingCommand("./save", "./out")], {
    cwd: folder,
    encoding: "utf8",
    env: { PATH: path },
  });
  return { code: status, stderr, found: readdirSync(join(folder, "out")).sort() };
}

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import {
  ARTIFACTS_MARK,
  keepingCommand,
  RECEIVE_EXIT,
  receivingCommand,
  removingCommand,
  UNPACK_EXIT,
  unpackingCommand,
} from "./unpack-artifacts.ts";

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
  const { code, found } = unpack(script);
  expect({ code, found }).toEqual({ code: status, found: names });
  const kept = run(keepingCommand("./save", "./out"), script);
  expect(kept.code).toBe(status);
  if (status !== 0) return;
  const received = kept.next(receivingCommand({ from: "./out", to: "./layer" }));
  expect(received).toEqual({ code: 0, stderr: "", found: names });
});

test("a folder that has files already gets no artifacts", () => {
  const { next } = run(keepingCommand("./save", "./out"), "tar cf - -C in .");
  const { code, stderr } = next(receivingCommand({ from: "./out", to: "./in" }));
  expect({ code, stderr }).toEqual({
    code: RECEIVE_EXIT.folderFilled,
    stderr: `${ARTIFACTS_MARK}the build image has files in ./in\n`,
  });
});

test("an archive that is gone is reported", () => {
  const { next } = run("true", "true");
  const { code, stderr } = next(receivingCommand({ from: "./out", to: "./layer" }));
  expect(code).toBe(RECEIVE_EXIT.unpackFailed);
  expect(stderr.split("\n").at(-2)).toBe(`${ARTIFACTS_MARK}they cannot be unpacked`);
});

test("what is left of the artifacts is removed, also from folders that cannot be written to", () => {
  const { next } = run(
    "mkdir -p layer/fixed; touch layer/.hidden layer/fixed/a; chmod 500 layer/fixed",
    "true",
  );
  const { code, found } = next(`${removingCommand("./layer")}; exit 0`);
  expect({ code, found }).toEqual({ code: 0, found: undefined });
});

test("an image without tar", () => {
  expect(unpack("true", "/nonexistent")).toMatchObject({
    code: tarMissing,
    stderr: "sti: there is no tar in the image\n",
  });
});

function unpack(script: string, path?: string) {
  return run(unpackingCommand("./save", "./out"), script, path);
}

/** Runs a command in a folder of its own, where `script` is the file "save". `found`: the names in "out". */
function run(command: string, script: string, path = "/usr/bin:/bin") {
  const cwd = mkdtempSync(join(tmpdir(), "sti-unpack-"));
  onTestFinished(() => rmSync(cwd, { recursive: true }));
  for (const name of ["in", "out", "layer"]) mkdirSync(join(cwd, name));
  writeFileSync(join(cwd, "in/a"), new Uint8Array(200_000).fill(1));
  writeFileSync(join(cwd, "in/b"), "b");
  writeFileSync(join(cwd, "save"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const shell = (text: string) => {
    const { status, stderr } = spawnSync("/bin/sh", ["-c", text], {
      cwd,
      encoding: "utf8",
      env: { PATH: path },
    });
    return { code: status, stderr };
  };
  const namesIn = (name: string) =>
    existsSync(join(cwd, name)) ? readdirSync(join(cwd, name)).sort() : undefined;
  return {
    ...shell(command),
    found: namesIn("out"),
    /** Runs another command there. `found`: the names in "layer". */
    next: (text: string) => ({ ...shell(text), found: namesIn("layer") }),
  };
}

import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { completeWords } from "./complete-words.ts";
import { completionScript } from "./completion-script.ts";
import { makeProgram } from "./program.ts";

test.each([
  [["ru"], ["run"]],
  [["com"], ["compare", "completion"]],
  [["--v"], ["--version"]],
  [
    ["run", ""],
    ["api", "web"],
  ],
  [["run", "api", "w"], ["web"]],
  [["run", "--fo"], ["--force"]],
  [
    ["run", "--on-failure", ""],
    ["continue", "finish", "kill"],
  ],
  [["run", "--on-failure", "k"], ["kill"]],
  [
    ["run", "--push", ""],
    ["api", "web"],
  ],
  [["run", "--push=a"], ["--push=atomic"]],
  [["watch", "w"], ["web"]],
  [["watch", "--on-busy", "q"], ["queue"]],
  [
    ["watch", "--poll", ""],
    ["api", "web"],
  ],
  [["plan", "--files", "a"], ["api"]],
  [["run", "-C", "other", ""], ["of other"]],
  [["completion", "z"], ["zsh"]],
  [["attach", "3f"], ["3f9c2a1b"]],
  [["attach", "--c"], ["--cancel"]],
  [["validate", ""], []],
  [["nonsense", ""], []],
])("after `sti %j` may stand %j", async (words, candidates) => {
  const targets = async (folder: string | undefined) =>
    folder === undefined ? ["api", "web"] : [`of ${folder}`];
  const found = await completeWords(
    makeProgram("1.0.0", async () => {}),
    words,
    targets,
    async () => ["3f9c2a1b\tsti run --on redis://queue", "0a0a0a0a\tsti run"],
  );
  expect(found.map((candidate) => candidate.split("\t")[0])).toEqual(candidates);
});

test("bash takes a line apart and puts together again what it had split", () => {
  const folder = mkdtempSync(join(tmpdir(), "sti-completion-"));
  try {
    // Prints its question, so that the answer shows it.
    writeFileSync(join(folder, "sti"), `#!/bin/sh\nshift 2\nprintf '%s\\tx\\n' "$*"\n`);
    writeFileSync(join(folder, "completion"), completionScript("bash"));
    chmodSync(join(folder, "sti"), 0o755);
    const ask = (words: string) =>
      spawnSync(
        "bash",
        [
          "-c",
          `source ./completion; COMP_WORDS=(sti ${words}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _sti; echo "\${COMPREPLY[@]}"`,
        ],
        { cwd: folder, env: { PATH: `${folder}:${process.env.PATH}` }, encoding: "utf8" },
      ).stdout.trimEnd();
    expect(ask("run ap")).toBe("run ap");
    expect(ask('run --force ""')).toBe("run --force");
    expect(ask("run --push = at")).toBe("run --push=at");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

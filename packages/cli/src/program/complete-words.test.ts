import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, Option } from "commander";
import { expect, test } from "vitest";
import { completeWords } from "./complete-words.ts";
import { completionScript } from "./completion-script.ts";

function program(): Command {
  const root = new Command("sti").option("-V, --version", "print the version");
  root
    .command("run")
    .description("Bring targets up to date: all of them.")
    .argument("[target...]")
    .addOption(new Option("--on-failure <policy>", "what then").choices(["continue", "kill"]))
    .addOption(new Option("--push [when]", "push").choices(["each", "atomic"]))
    .addOption(new Option("--files <target>", "list"))
    .option("-C, --cwd <folder>", "folder")
    .option("--force", "build anyway");
  root.command("validate").argument("<image>").description("Check an image.");
  root.command("complete", { hidden: true });
  return root;
}

test.each([
  [[""], ["run\tBring targets up to date", "validate\tCheck an image"]],
  [["r"], ["run\tBring targets up to date"]],
  [["-"], ["--version\tprint the version"]],
  [
    ["run", ""],
    ["api", "web"],
  ],
  [["run", "api", "w"], ["web"]],
  [
    ["run", "--f"],
    ["--files\tlist", "--force\tbuild anyway"],
  ],
  [
    ["run", "--on-failure", ""],
    ["continue", "kill"],
  ],
  [["run", "--on-failure", "k"], ["kill"]],
  [
    ["run", "--push", ""],
    ["api", "web"],
  ],
  [["run", "--push=a"], ["--push=atomic"]],
  [["run", "--files", "a"], ["api"]],
  [["run", "-C", "other", ""], ["of other"]],
  [["validate", ""], []],
  [["nonsense", ""], []],
])("after `sti %j` may stand %j", async (words, candidates) => {
  const targets = async (folder: string | undefined) =>
    folder === undefined ? ["api", "web"] : [`of ${folder}`];
  expect(await completeWords(program(), words, targets)).toEqual(candidates);
});

test("bash takes a line apart and puts together again what it had split", () => {
  const folder = mkdtempSync(join(tmpdir(), "sti-completion-"));
  try {
    // Says what it was asked, so that the answer shows it.
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

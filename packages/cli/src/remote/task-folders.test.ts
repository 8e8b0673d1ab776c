import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { formatSessionId } from "@sti/core";
import { expect, onTestFinished, test } from "vitest";
import { currentOwner } from "../process/session-owner.ts";
import { taskFolders } from "./task-folders.ts";

test("folders of tasks are private, and a later worker removes those of a process that was killed", async () => {
  const home = mkdtempSync(join(tmpdir(), "sti-tasks-"));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const folders = taskFolders({ XDG_CACHE_HOME: home });
  await folders.sweep();
  const own = await folders.make();
  expect(lstatSync(own).mode & 0o777).toBe(0o700);
  const all = join(home, "sti", "tasks");
  const dead = join(all, `${formatSessionId({ ...currentOwner(), pid: 2 ** 22 + 1 })}-abcdef`);
  mkdirSync(dead);
  writeFileSync(join(dead, "source.tar.zst"), "source");
  mkdirSync(join(all, "of-somebody"));
  await folders.sweep();
  expect(readdirSync(all).sort()).toEqual([basename(own), "of-somebody"].sort());
});

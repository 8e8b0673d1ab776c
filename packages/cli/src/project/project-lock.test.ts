import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readProjectLock } from "./project-lock.ts";

async function createFolder(hasLock: boolean): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "sti-lock-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  if (hasLock) await writeFile(join(folder, "sti.lock"), '{ "schemaVersion": 1, "images": {} }');
  return folder;
}

async function isFrozen(hasLock: boolean, ci: string | undefined, frozen?: boolean) {
  const read = await readProjectLock(await createFolder(hasLock), { frozen, env: { CI: ci } });
  return read.ok ? read.value.frozen : read.failures.map(({ code }) => code);
}

test("what is locked is frozen in CI, and where the command line says so", async () => {
  expect(await isFrozen(true, "true")).toBe(true);
  expect(await isFrozen(true, undefined)).toBe(false);
  expect(await isFrozen(true, "false")).toBe(false);
  expect(await isFrozen(true, undefined, true)).toBe(true);
  expect(await isFrozen(true, "true", false)).toBe(false);
});

test("without a lock file nothing is frozen in CI, and asking for it is a failure", async () => {
  expect(await isFrozen(false, "true")).toBe(false);
  expect(await isFrozen(false, "true", true)).toEqual(["lock-missing"]);
});

import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { commandInside, HELD_OPEN, holdOpen, scriptCommand } from "./script-command.ts";

const WORK = { script: "/usr/bin/prepare", installs: [], collects: [] };

test.each([true, false])("the command of a container can run beside it: reads secrets %j", (readsSecrets) => {
  const plain = scriptCommand(WORK);
  expect(commandInside({ entrypoint: scriptCommand(WORK, { readsSecrets }) })).toEqual(plain);
});

test("a container that is held open prints so once it has its secrets, and ends with its input", () => {
  const { entrypoint, hasInput } = holdOpen({ entrypoint: ["/usr/bin/prepare"], hasInput: false });
  expect(hasInput).toBe(true);
  const [program = "", ...words] = entrypoint;
  expect(execFileSync(program, words, { input: "\nmore\n", encoding: "utf8" })).toBe(`${HELD_OPEN}\n`);
});

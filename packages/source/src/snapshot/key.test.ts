import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { makeFolder } from "../../test/temp-folder.ts";

const SCRIPT = new URL("../../test/print-key.ts", import.meta.url).pathname;
const run = promisify(execFile);

const NAMES = ["Zebra", "apple", "ärger", "Äpfel", "i", "I", "ı", "item10", "item9", "z/a", "z-a", "z/B"];

/** Writes a source in a process with this umask and order, and prints its key in one with this locale. */
async function keyOf(machine: {
  readonly umask: string;
  readonly locale: string;
  readonly names: readonly string[];
}): Promise<string> {
  const folder = await makeFolder({});
  const write = machine.names.map((name) => `printf '%s' '${name}' > '${name}'`).join(" && ");
  const commands = [
    `umask ${machine.umask}`,
    `mkdir -p '${folder}/src/z' && cd '${folder}/src' && ${write}`,
    `printf '#!/bin/sh' > script && chmod u+x script && ln -s apple link`,
    `exec '${process.execPath}' --conditions=sti-source '${SCRIPT}' '${folder}'`,
  ];
  const { locale } = machine;
  const env = { ...process.env, LC_ALL: locale, LANG: locale, NODE_OPTIONS: "" };
  const { stdout } = await run("/bin/sh", ["-c", commands.join("\n")], { env });
  return stdout.trim();
}

test("two machines with another umask, locale and order of files have the same key", async () => {
  const one = await keyOf({ umask: "022", locale: "C", names: NAMES });
  const other = await keyOf({ umask: "077", locale: "tr_TR.UTF-8", names: NAMES.toReversed() });
  expect(one).toMatch(/^[0-9a-f]{64}$/);
  expect(other).toBe(one);
  expect(await keyOf({ umask: "022", locale: "C", names: NAMES.slice(1) })).not.toBe(one);
}, 90_000);

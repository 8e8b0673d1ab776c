import { expect, test } from "vitest";
import { scriptCommand } from "./script-command.ts";
import { writeSecretInput } from "./secret-input.ts";

test("what is sent is lines of plain characters, with an empty one at the end", () => {
  const values = new Map([
    ["TOKEN", new TextEncoder().encode("a-1/%\\'\"é")],
    ["bytes", Uint8Array.of(0, 10, 13, 255)],
  ]);
  expect(new TextDecoder().decode(writeSecretInput(values))).toBe(
    "TOKEN\na-1/\\0045\\0134\\0047\\0042\\0303\\0251\nbytes\n\\0000\\0012\\0015\\0377\n\n",
  );
});

test("a command reads its secrets before its variables, and only where it has some", () => {
  const work = { script: "/usr/bin/prepare", installs: [], collects: [] };
  expect(scriptCommand(work)[2]).toBe(". /run/sti/env && exec /usr/bin/prepare");
  expect(scriptCommand(work, { readsSecrets: true })[2]).toMatch(
    /^\( umask 0277; .* > "\/run\/secrets\/\$name" .*\) && exec < \/dev\/null && \. \/run\/sti\/env && exec/,
  );
});

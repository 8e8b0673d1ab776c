// Files that a checkout may bring in the place of a config, and beside it: none of them holds the program.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadConfig } from "./load-config.ts";
import { readLock } from "./read-lock.ts";

let folder: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "sti-special-")));
  mkdirSync(join(folder, ".git"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const KINDS = {
  "a named pipe": (name: string) => void execFileSync("mkfifo", [join(folder, name)]),
  "a device": (name: string) => symlinkSync("/dev/zero", join(folder, name)),
};
const kinds = Object.entries(KINDS);
const load = (file?: string) => loadConfig({ cwd: folder, command: "run", file });

describe.each(kinds)("%s", (words, plant) => {
  test.each(["sti.config.json", "sti.config.yaml", "sti.config.ts", "sti.config.cjs"])(
    "as %s is refused, found or named",
    async (name) => {
      plant(name);
      const failures = [{ code: "config-unreadable", file: join(folder, name), message: `it is ${words}` }];
      expect(await load()).toEqual({ ok: false, failures });
      expect(await load(name)).toEqual({ ok: false, failures });
    },
  );

  test("as package.json is passed over when a config is looked for", async () => {
    plant("package.json");
    expect(await load()).toMatchObject({ failures: [{ code: "config-not-found" }] });
    writeFileSync(join(folder, "sti.config.json"), "{}");
    expect(await load()).toMatchObject({ ok: true });
  });

  test("as package.json is refused where Node would read it for a config that is code", async () => {
    plant("package.json");
    writeFileSync(join(folder, "sti.config.js"), "export default {};");
    const message = `${join(folder, "package.json")} is ${words}`;
    expect(await load()).toMatchObject({ failures: [{ code: "config-threw", message }] });
  });

  test("as a module that a config imports is refused", async () => {
    plant("names.mjs");
    writeFileSync(join(folder, "sti.config.mjs"), 'import "./names.mjs";\nexport default {};');
    const message = `${join(folder, "names.mjs")} is ${words}`;
    expect(await load()).toMatchObject({ failures: [{ code: "config-threw", message }] });
  });

  test("as sti.lock is refused", async () => {
    plant("sti.lock");
    const file = join(folder, "sti.lock");
    const failures = [{ code: "lock-unreadable", file, message: `it is ${words}` }];
    expect(await readLock(file)).toEqual({ ok: false, failures });
  });
});

test("a config beyond the limit is refused without being read", async () => {
  writeFileSync(join(folder, "sti.config.json"), Buffer.alloc(16 * 1024 ** 2 + 1, " "));
  expect(await load()).toMatchObject({ failures: [{ message: "it is larger than 16 MiB" }] });
});

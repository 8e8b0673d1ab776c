// "Ten minutes" of CONTRIBUTING.md, followed in a copy of the checkout.
import { readFileSync } from "node:fs";
import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { readPage } from "@sti/testing/page-blocks";
import { openPageShell } from "@sti/testing/page-shell";
import { expect, onTestFinished, test } from "vitest";

const ROOT = new URL("../../../../", import.meta.url).pathname;
/** Entries of the root that are large and of no use to the exercise, or linked. */
const LEFT_OUT = new Set([".git", ".tools", "node_modules"]);

test("the exercise of CONTRIBUTING.md moves exactly the test that it names", async () => {
  const page = readFileSync(join(ROOT, "CONTRIBUTING.md"), "utf8");
  const section = readPage(page).find(({ heading }) => heading === "Ten minutes");
  const commands = section?.blocks.map((block) => (block.kind === "commands" ? block.text : block.kind));
  expect(commands).toHaveLength(4);
  const [check, plans = "", change = "", restore = ""] = commands ?? [];
  // It runs all unit tests: too long for one test.
  expect(check).toBe("./pnpmw check\n");

  const copy = await copyCheckout();
  const shell = await openPageShell(copy, { FORCE_COLOR: "0" });
  expect(await shell.run(plans)).toMatch(/storefront.*^FROM .*^CMD /ms);

  // The shell ends with a command that fails, and this one has to.
  const output = await shell.run(change.replace(/\n$/, " || echo FAILED\n"));
  const failed = [...output.matchAll(/^ *FAIL .*\/([^/]+\.test\.ts > .+)$/gm)].map(([, name]) => name);
  const [, named] = /its name is the rule:\s+`(.+)`/.exec(page) ?? [];
  expect({ failed, output }).toEqual({ failed: [named], output: expect.stringMatching(/FAILED\n$/) });

  await shell.run(restore);
  const [file = ""] = /\S+decide-target\.ts$/m.exec(restore) ?? [];
  expect(readFileSync(join(copy, file), "utf8")).toBe(readFileSync(join(ROOT, file), "utf8"));
});

/** With the compiled program, and a link to the installed packages. Removed when the test ends. */
async function copyCheckout(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), "sti-contributing-"));
  onTestFinished(() => rm(copy, { recursive: true }));
  await cp(ROOT, copy, {
    recursive: true,
    preserveTimestamps: true,
    verbatimSymlinks: true,
    filter: (path) => !LEFT_OUT.has(relative(ROOT, path)),
  });
  await symlink(join(ROOT, "node_modules"), join(copy, "node_modules"));
  return copy;
}

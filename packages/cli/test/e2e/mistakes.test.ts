// docs/mistakes.md: each mistake is made, and sti prints the page's text.
import { readFileSync } from "node:fs";
import { withEngine } from "@sti/testing/e2e";
import { BY_CONTAINER } from "@sti/testing/engine-methods";
import { compareOutput } from "@sti/testing/page-output";
import { runSti } from "@sti/testing/run-cli";
import { createWorkspace } from "@sti/testing/workspace";
import { expect, test } from "vitest";
import { BUILD_MISTAKES, MISTAKES, type Mistake, PROJECT } from "./mistakes.fixtures.ts";

await withEngine("mistakes", { check: "file" });
const PAGE = readFileSync(new URL("../../../../docs/mistakes.md", import.meta.url), "utf8");
/** The block below each heading. */
const BLOCKS = new Map(
  [...PAGE.matchAll(/^### (.+)\n\n```text\n([\s\S]*?)^```$/gm)].map(([, heading = "", text = ""]) => [
    heading,
    text,
  ]),
);
const FAITHFUL = { missing: [], surplus: [] };

test("docs/mistakes.md has all mistakes, and no others", () => {
  const names = [...Object.keys(MISTAKES), ...Object.keys(BUILD_MISTAKES)];
  expect([...BLOCKS.keys()].sort()).toEqual(names.map(headingOf).sort());
});

test.each(Object.entries(MISTAKES))("%s", async (name, mistake) => {
  expect(compareOutput(BLOCKS.get(headingOf(name)) ?? "", await make(mistake))).toEqual(FAITHFUL);
});

// Podman words its failures differently.
test.runIf(BY_CONTAINER).each(Object.entries(BUILD_MISTAKES))("%s", async (name, mistake) => {
  expect(compareOutput(BLOCKS.get(headingOf(name)) ?? "", await make({ args: ["run"], ...mistake }))).toEqual(
    FAITHFUL,
  );
});

function headingOf(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** The command and what it prints on standard error, as the page shows it. */
async function make({ args = ["plan", "--offline"], env = {}, files = {} }: Mistake): Promise<string> {
  const present = Object.entries({ ...PROJECT, ...files }).flatMap(([path, text]) =>
    text === undefined ? [] : [[path, text] as const],
  );
  const { folder } = await createWorkspace(Object.fromEntries(present));
  const { exitCode, stderr } = await runSti(args, { cwd: folder, env });
  return `$ sti ${args.join(" ")}\n${stderr.trim()}\nexit code ${exitCode}\n`.replaceAll(folder, "/shop");
}

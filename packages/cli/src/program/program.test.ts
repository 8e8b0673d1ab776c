import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { exitCodes } from "../process/exit-code.ts";
import { describeProgram } from "./describe-commands.ts";
import { methodOption } from "./options.ts";
import { makeProgram } from "./program.ts";

const namesOf = (only?: string) =>
  makeProgram("1.0.0", async () => {}, only)
    .commands.map((command) => command.name())
    .filter((name) => name !== "help");

test("each command can be made without the others", () => {
  const names = namesOf();
  expect(names).toContain("run");
  // Completion of words needs all commands and is installed with the script that calls it.
  const own = (name: string) => (name === "completion" ? ["completion", "complete"] : [name]);
  for (const name of names.filter((one) => one !== "complete")) expect(namesOf(name)).toEqual(own(name));
});

const readText = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
const described = describeProgram(makeProgram("1.0.0", async () => {}));

test("the help and docs/run.md have each exit code", () => {
  const codes = Object.values(exitCodes).map(String);
  const [, listed = ""] = /^Exit codes: (.+)\.$/ms.exec(described.closing) ?? [];
  expect([...listed.matchAll(/(?:^|,\s)(\d+) (?!\+)/g)].map(([, code]) => code)).toEqual(codes);
  const [, table = ""] = readText("../../../../docs/run.md").split("## Exit codes");
  const rows = [...table.matchAll(/^\| (\d[\d, ]*?) *\|/gm)].map(([, code]) => code);
  expect(rows).toEqual([...codes, "129, 130, 143"]);
});

test("the start script ends with the exit code for an old Node.js", () => {
  const [, code] = /process\.exitCode = (\d+)/.exec(readText("../../bin/sti.cjs")) ?? [];
  expect(Number(code)).toBe(exitCodes.nodeTooOld);
});

/** Options of one name that mean different things in different commands. */
const HOMONYMS = ["--cwd", "--force", "--incremental", "--runtime-image"];

test("an option has the same heading in the help of each command", () => {
  const headings = new Map<string, Set<string>>();
  for (const { options } of described.commands.flatMap(({ members }) => members))
    for (const { heading, members } of options)
      for (const { term } of members) {
        const [name = term] = /--[a-z-]+/.exec(term) ?? [];
        headings.set(name, (headings.get(name) ?? new Set()).add(heading));
      }
  const divided = [...headings].filter(([, found]) => found.size > 1).map(([name]) => name);
  expect(divided.sort()).toEqual(HOMONYMS);
});

test.each([
  ["dockerfile", "dockerfile"],
  ["container", "container"],
  ["build", "dockerfile"],
  ["run", "container"],
])("-m %s selects the method %s in every command that has it", async (written, method) => {
  const parsed: unknown[] = [];
  const execute = async (options: Readonly<Record<string, unknown>>) => void parsed.push(options.method);
  for (const name of ["run", "plan", "push", "why", "watch", "compare"]) {
    await makeProgram("1.0.0", execute, name).parseAsync([name, "-m", written], { from: "user" });
  }
  const one = ["build", ".", "acme/builder", "acme/web", "--method", written];
  await makeProgram("1.0.0", execute, "build").parseAsync(one, { from: "user" });
  expect(parsed).toEqual(Array.from({ length: 7 }, () => method));
});

test("the help offers the names of the methods, and another one is refused with them", () => {
  const option = methodOption("");
  expect(option.argChoices).toEqual(["dockerfile", "container"]);
  expect(() => option.parseArg?.("docker", undefined)).toThrow("Allowed choices are dockerfile, container.");
});

import { expect, test } from "vitest";
import { makeProgram } from "./program.ts";

const namesOf = (only?: string) =>
  makeProgram("1.0.0", async () => {}, only)
    .commands.map((command) => command.name())
    .filter((name) => name !== "help");

test("each command can be made without the others", () => {
  const names = namesOf();
  expect(names).toContain("run");
  for (const name of names) expect(namesOf(name)).toEqual([name]);
});

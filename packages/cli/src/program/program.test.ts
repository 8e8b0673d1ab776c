import { expect, test } from "vitest";
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

import { expect, test } from "vitest";
import { makeProgram } from "./program.ts";

const namesOf = (only?: string) =>
  makeProgram("1.0.0", async () => {}, only)
    .commands.map((command) => command.name())
    .filter((name) => name !== "help");

test("each command can be made without the others", () => {
  const names = namesOf();
  expect(names).toContain("run");
  // What completes words comes with the script that calls it, and needs them all.
  const own = (name: string) => (name === "completion" ? ["completion", "complete"] : [name]);
  for (const name of names.filter((one) => one !== "complete")) expect(namesOf(name)).toEqual(own(name));
});

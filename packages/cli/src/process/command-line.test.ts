import { expect, test } from "vitest";
import { describeCommandLine } from "./command-line.ts";

test("a line is shown as it was typed, and its targets can be built again with the same config", () => {
  expect(describeCommandLine(["run", "-C", "my shop", "web", "--mode=dev"])).toEqual({
    command: "sti run -C 'my shop' web --mode=dev",
    again: "sti run -C 'my shop' --mode=dev",
  });
});

test("values of variables, secrets and settings are left out", () => {
  const { again, command } = describeCommandLine([
    "build",
    ".",
    "-e",
    "TOKEN=abc",
    "--set=env.KEY=abc",
    "-e",
    "HOME",
  ]);
  expect(command).toBe("sti build . -e TOKEN=… --set=env.KEY=… -e HOME");
  expect(again).toBeUndefined();
});

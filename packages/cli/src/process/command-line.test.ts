import { expect, test } from "vitest";
import { describeCommandLine } from "./command-line.ts";

test("a line is shown as it was typed, and its targets can be built again with the same config", () => {
  expect(describeCommandLine(["run", "-C", "my shop", "web", "--mode=dev"])).toEqual({
    command: "sti run -C 'my shop' web --mode=dev",
    again: "sti run -C 'my shop' --mode=dev",
  });
});

test("credentials in an address are left out", () => {
  const words = ["run", "--on", "redis://sti:secret@queue:6379?queue=pr", "--engine=ssh://me:pw@host/a@b"];
  expect(describeCommandLine(words).command).toBe(
    "sti run --on 'redis://…@queue:6379?queue=pr' '--engine=ssh://…@host/a@b'",
  );
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

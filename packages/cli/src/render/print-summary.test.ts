import type { SessionFinished, TargetFinished } from "@sti/core";
import { expect, test } from "vitest";
import { fakeFinish, fakeSession, viewOf } from "../../test/fake-session.ts";
import { finishedLine } from "./finished-line.ts";
import { printLine } from "./line.ts";
import { printFailed, printFailedTarget } from "./print-summary.ts";

const view = { columns: 200, colour: false, cwd: "/repo" };
const numbered = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${name} ${index}`);

const failed = (name: string, fields: Partial<TargetFinished> = {}): TargetFinished => ({
  ...fakeFinish(name, "failed", 1),
  ...fields,
});

test("the line of a failed target ends with the error in its output, made safe and not too long", () => {
  const text = (errorLine: string) =>
    printLine(finishedLine(failed("web", { errorLine }), undefined, 200), { ...view, columns: 1000 });
  expect(text(" \u001b[31mx.ts(1,2): error TS1: no\u001b[0m")).toBe(
    "✖ web  failed 0.4s  (prepare exited with 1: x.ts(1,2): error TS1: no)",
  );
  expect(text("x".repeat(1000))).toMatch(/: x{200}…\)$/);
});

test("an error that is far from the end is shown with its lines, and how many are left out", () => {
  const event = failed("web", { firstLines: ["error: no", "why"], left: 70, lastLines: numbered("end", 20) });
  const output = printFailedTarget(event, view).filter((line) => line.includes("│"));
  expect(output).toEqual(
    ["error: no", "why", "… 80 more lines …", ...numbered("end", 20).slice(10)].map((line) => `  │ ${line}`),
  );
});

test("targets that failed in the same way are one block; another error is another block", () => {
  const names = numbered("app", 12).map((name) => name.replace(" ", "-"));
  const session = fakeSession({
    names: [...names, "other"],
    concurrency: 1,
    outcomes: Object.fromEntries([...names, "other"].map((name) => [name, "failed"])),
  }).map((event) =>
    event.type === "target-finished" && event.target === "other" ? { ...event, errorLine: "no disk" } : event,
  );
  const end = session.at(-1) as SessionFinished;
  const headlines = printFailed(viewOf(session), end, view).filter((line) => line.startsWith("✖"));
  const words = "/usr/bin/prepare of acme/builder exited with 1";
  expect(headlines).toEqual([`✖ ${names.join(", ")}: ${words}`, `✖ apps.other: ${words}`]);
});

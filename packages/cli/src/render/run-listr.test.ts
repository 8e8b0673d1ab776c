import type { TargetFinished } from "@sti/core";
import { expect, it } from "vitest";
import { fakeFinish } from "../../test/fake-session.ts";
import { runTasks } from "./run-listr.ts";

const targets = ["api", "web", "admin"];

function createCountingRenderer() {
  const calls: string[] = [];
  return { calls, open: () => calls.push("open"), render() {}, close: () => calls.push("close") };
}

it("waits for every target, whether it fails, is skipped or is built", async () => {
  const pending = new Map(targets.map((name) => [name, Promise.withResolvers<TargetFinished>()]));
  const renderer = createCountingRenderer();
  let ended = false;
  const run = runTasks({
    targets,
    targetFinished: (name) => pending.get(name)?.promise ?? Promise.reject(new Error(name)),
    renderer,
  }).then(() => {
    ended = true;
  });
  pending.get("api")?.resolve(fakeFinish("api", "failed", 1));
  pending.get("web")?.resolve(fakeFinish("web", "skipped", 1));
  await pending.get("web")?.promise;
  expect(ended).toBe(false);
  pending.get("admin")?.resolve(fakeFinish("admin", "built", 1));
  await run;
  expect(renderer.calls).toEqual(["open"]);
});

it("rejects with what went wrong inside, after all the others have finished", async () => {
  const targetFinished = async (name: string) => {
    if (name === "api") throw new Error("a defect");
    return fakeFinish(name, "built", 1);
  };
  await expect(runTasks({ targets, targetFinished, renderer: createCountingRenderer() })).rejects.toThrow(
    "a defect",
  );
});

it("leaves the signals to the program", async () => {
  const before = process.listenerCount("SIGINT");
  let during = -1;
  const targetFinished = async (name: string) => {
    during = process.listenerCount("SIGINT");
    return fakeFinish(name, "built", 1);
  };
  await runTasks({ targets, targetFinished, renderer: createCountingRenderer() });
  expect(during).toBe(before);
});

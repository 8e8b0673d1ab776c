import type { BuildTask } from "@sti/core/remote";
import { expect, test } from "vitest";
import { judgeTask } from "./judge-task.ts";

const limits = { network: "default", memory: undefined, cpus: 4, timeout: 60 };
const target = { kind: "app", name: "api", method: "container", limits };
const task = {
  store: { repository: "registry.example/acme/store" },
  node: { target, images: [{ reference: "registry.example/acme/base:1", target: undefined }] },
} as unknown as BuildTask;
const open = { registries: undefined, allowsHostNetwork: false };

test.each([
  ["registry.example/acme", undefined],
  ["registry.example", undefined],
  ["registry.example/ac", "uses registry.example/acme/store, which this worker does not allow"],
  ["registry.example/acme/store", "uses registry.example/acme/base:1, which this worker does not allow"],
])("with %s allowed, the problem is %s", (allowed, problem) => {
  const judged = judgeTask(task, { ...open, registries: [allowed] });
  expect("problem" in judged ? judged.problem : undefined).toBe(problem);
});

test("limits of the worker are upper limits", () => {
  const judged = judgeTask(task, { ...open, memory: 1000, cpus: 2, timeout: 600 });
  const expected = { network: "default", memory: 1000, cpus: 2, timeout: 60 };
  expect(judged).toMatchObject({ task: { node: { target: { limits: expected } } } });
});

test("the network of the host has to be allowed", () => {
  const asking = { ...target, limits: { ...limits, network: "host" } };
  const other = { ...task, node: { ...task.node, target: asking } } as unknown as BuildTask;
  expect(judgeTask(other, open)).toHaveProperty("problem");
  expect(judgeTask(other, { ...open, allowsHostNetwork: true })).toHaveProperty("task");
});

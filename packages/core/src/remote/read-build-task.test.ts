import { buildTask, withField } from "@sti/testing/build-task";
import { nodeOf } from "@sti/testing/definitions";
import { expect, test } from "vitest";
import { shareableNode } from "./build-task.ts";
import { readBuildTask } from "./read-build-task.ts";

const task = buildTask();

/** As the queue brings it. */
const sent = (value: unknown) => JSON.parse(JSON.stringify(value));

test("tasks of apps and image entries are read as they were sent", () => {
  const rich = {
    apps: {
      api: {
        source: [{ from: "api" }, { from: { git: "https://git.example/lib.git" }, to: "lib" }],
        buildImage: "acme/builder",
        runtimeImage: "debian:12",
        method: "container" as const,
        tag: "acme/api",
        secrets: { token: { env: "TOKEN" } },
        memory: "1GB",
        allowedUids: [1000, "2000-"],
      },
    },
    images: { base: { context: "base", tag: "acme/base", args: { VERSION: "1" } } },
  };
  for (const name of ["api", "base"]) {
    const given = sent({ ...task, node: shareableNode(nodeOf(rich as never, name)) });
    expect(readBuildTask(given)).toEqual({ task: given });
  }
});

test.each([
  ["node", null],
  ["node.target.kind", "service"],
  ["node.target.tag", "acme/api"],
  ["node.target.source", []],
  ["node.target.limits.network", "bridge"],
  ["node.target.env", { A: 1 }],
  ["node.images", {}],
  ["dependencies", [{}]],
  ["key", "../../key"],
  ["source.packed.digest", "sha256:1"],
  ["source.facts.checkout", "main"],
  ["flags.time", "now"],
  ["store.repository", 1],
  ["locked", [["debian:12"]]],
  ["platform", undefined],
])("a task with another %s is refused, and the place is named", (path, value) => {
  const place = path === "dependencies" || path === "locked" ? `${path}.0` : path;
  expect(readBuildTask(withField(task, path, value))).toEqual({
    problem: expect.stringContaining(`has another shape than tasks of this version of sti: ${place}`),
  });
});

test.each([undefined, null, "task", [], 1])("%j is no task", (value) => {
  expect(readBuildTask(value)).toHaveProperty("problem");
});

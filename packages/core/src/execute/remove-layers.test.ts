import type { HeldCall } from "@sti/testing/call-log";
import { graphOf, snapshot } from "@sti/testing/definitions";
import { builderApp, builderEngine, PLAIN_BUILDER, runPlan } from "@sti/testing/session";
import { expect, test } from "vitest";
import { INPUTS_LABEL } from "../plan/dependency-layer.ts";

const SCRIPT = { content: "#!/bin/sh\n", mode: 0o755 };
const BUILDER = {
  ...PLAIN_BUILDER,
  files: { ...PLAIN_BUILDER.files, "/usr/bin/prepare-dependencies": SCRIPT },
  config: { labels: { [INPUTS_LABEL]: "lock" } },
};

test("the layer of earlier dependencies goes while containers are still being removed", async () => {
  const engine = builderEngine({ images: [BUILDER] });
  const run = (lock: string) =>
    runPlan(graphOf({ apps: { api: builderApp("api", { method: "container" }) } } as never), {
      engine,
      snapshot: () =>
        snapshot({
          digest: lock,
          entries: [{ kind: "file", path: "lock", executable: false, size: 1, digest: lock }],
        }),
      sources: { matchPaths: (patterns) => (path) => patterns.includes(path) },
    });
  const layers = () => [...engine.state.tags.keys()].filter((tag) => tag.includes("sti-dependencies"));
  await run("one");
  const [first = ""] = layers();
  expect(first).toContain("sti-dependencies:");
  const removals = engine.hold("removeContainer");
  const committed = () =>
    engine.calls.filter(({ operation }) => operation === "commitContainer").map(({ args }) => args[0]);
  const held: HeldCall[] = [];
  const holdCommitted = async () => {
    for (;;) {
      const call = await removals.next();
      if (committed().includes(call.args[0])) held.push(call);
      else call.continue();
    }
  };
  void holdCommitted();
  const second = run("two");
  await expect.poll(layers).not.toContain(first);
  expect(layers()).toHaveLength(1);
  expect(held).toHaveLength(2);
  removals.release();
  for (const call of held) call.continue();
  expect((await second).outcomes).toEqual({ api: "built" });
});

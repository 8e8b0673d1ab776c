// Removals that go on while a session does.
import type { HeldCall } from "@sti/testing/call-log";
import { graphOf, snapshotOf } from "@sti/testing/definitions";
import type { FakeEngine } from "@sti/testing/fake-engine";
import { createMemoryRecords } from "@sti/testing/memory-records";
import { builderApp, builderEngine, runPlan, untaggedImages } from "@sti/testing/session";
import { expect, test } from "vitest";
import type { SessionEvent } from "./event.ts";

test("a target that needs an image does not wait for the container that it was made in", async () => {
  const engine = builderEngine();
  const graph = graphOf({
    apps: { api: builderApp("api"), web: builderApp("web", { buildImage: "acme/api" }) },
  });
  const { promise: started, resolve } = Promise.withResolvers<void>();
  const emit = (event: SessionEvent) => {
    if (event.type === "target-started" && event.target === "web") resolve();
  };
  const removal = holdRemoval(engine, (id) =>
    engine.calls.some(({ args, operation }) => operation === "commitContainer" && args[0] === id),
  );
  const running = runPlan(graph, { engine, emit });
  const held = await removal;
  await started;
  held.continue();
  expect((await running).outcomes).toEqual({ api: "built", web: "built" });
  expect(engine.state.containers.size).toBe(0);
});

test("a replaced image that a container holds until then is removed after it", async () => {
  const engine = builderEngine();
  const records = createMemoryRecords();
  const graph = graphOf({ apps: { web: builderApp("web") } });
  const build = (version: string) =>
    runPlan(graph, { engine, records, snapshot: (name) => snapshotOf(name, version) });
  await build("1");
  const old = engine.state.tags.get("acme/web:latest");
  const removal = holdRemoval(engine, (id) => engine.state.containers.get(id)?.image.id === old);
  const images = engine.hold("removeImage");
  const running = build("2");
  const held = await removal;
  const refused = await images.next();
  expect(refused.args[0]).toBe(old);
  refused.continue();
  held.continue();
  const removed = await images.next();
  expect(removed.args[0]).toBe(old);
  removed.continue();
  images.release();
  const { ended, warnings } = await running;
  expect(ended.web).toMatchObject({ outcome: "built", reuse: { kind: "incremental" } });
  expect([untaggedImages(engine), warnings]).toEqual([[], []]);
});

/** Holds the first removal of such a container; the others go on. */
async function holdRemoval(engine: FakeEngine, isIt: (id: string) => boolean): Promise<HeldCall> {
  const removals = engine.hold("removeContainer");
  for (;;) {
    const call = await removals.next();
    if (isIt(call.args[0] as string)) {
      removals.release();
      return call;
    }
    call.continue();
  }
}

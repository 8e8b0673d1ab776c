import { graphOf, snapshot } from "@sti/testing/definitions";
import { createFakeEngine, type FakeEngine } from "@sti/testing/fake-engine";
import type { FakeEngineOptions } from "@sti/testing/fake-work";
import { runPlan } from "@sti/testing/session";
import { describe, expect, test } from "vitest";
import { EngineError } from "../engine/engine-error.ts";
import { decidePushes, type PushRequest } from "../plan/decide-pushes.ts";

/** Three image entries, of which "web" needs "base". */
const IMAGES = {
  base: { context: "base", tag: "r.test/base:1" },
  web: { context: "web", tag: "r.test/web:1", dependsOn: ["base"] },
  api: { context: "api", tag: "r.test/api:1" },
};

describe("what is pushed", () => {
  test("is nothing when nobody asks", async () => {
    expect((await run()).pushed).toEqual([]);
  });

  test("is every target when the command line asks and names none, but those that say false", async () => {
    const { pushed } = await run({ request: "each", push: { api: false } });
    expect(pushed).toEqual(["r.test/base:1", "r.test/web:1"]);
  });

  test("is what is named, not what that needs", async () => {
    expect((await run({ request: "each", named: ["web"] })).pushed).toEqual(["r.test/web:1"]);
  });

  test("is what the config says, unless the command line says no", async () => {
    expect((await run({ push: { api: true } })).pushed).toEqual(["r.test/api:1"]);
    expect((await run({ push: { api: true }, request: "none" })).pushed).toEqual([]);
  });

  test("is what is up to date, too", async () => {
    const { engine } = await run();
    const { ended, pushed } = await run({ engine, request: "each", named: ["api"] });
    expect(ended.api).toMatchObject({ outcome: "up-to-date", pushed: { reference: "r.test/api:1" } });
    expect(pushed).toEqual(["r.test/api:1"]);
  });
});

describe("each by itself", () => {
  test("a push is a step of its target, after its tag, and its digest is reported", async () => {
    const { ended, events } = await run({ request: "each", named: ["api"] });
    expect(ended.api).toMatchObject({
      outcome: "built",
      pushed: { reference: "r.test/api:1", digest: expect.stringMatching(/^sha256:/) },
    });
    const steps = events.flatMap((event) =>
      event.type === "step-started" && event.target === "api" ? [event.step] : [],
    );
    expect(steps).toEqual(["build-image", "tag-image", "push-image"]);
    expect(events).toContainEqual(
      expect.objectContaining({ type: "step-progress", step: "push-image", current: 1000 }),
    );
  });

  test("a target that fails is not pushed, the others are", async () => {
    const { pushed } = await run({ request: "each", failing: "base" });
    expect(pushed).toEqual(["r.test/api:1"]);
  });

  test("a push that is refused fails its target, which keeps image and tag", async () => {
    const { ended, engine } = await run({
      request: "each",
      onPush: (reference) => (reference === "r.test/base:1" ? "push-denied" : undefined),
    });
    expect(ended.base).toMatchObject({
      outcome: "failed",
      failure: {
        code: "push-failed",
        reason: "denied",
        tag: "r.test/base:1",
        path: ["images", "base", "tag"],
      },
    });
    expect(ended.web).toMatchObject({ outcome: "skipped" });
    expect(ended.api).toMatchObject({ outcome: "built" });
    expect((await engine.inspectImage("r.test/base:1"))?.id).toBe(ended.base?.imageId);
  });

  test("a tag that somebody moved meanwhile is not reported as pushed", async () => {
    const engine = createFakeEngine({
      images: [{ id: "sha256:other", tags: ["other"] }],
      buildImage: () => ({}),
    });
    const hold = engine.hold("pushImage");
    const running = run({ engine, request: "each", named: ["api"] });
    const push = await hold.next();
    await engine.tagImage("sha256:other", "r.test/api:1");
    push.continue();
    hold.release();
    expect((await running).ended.api).toMatchObject({
      outcome: "failed",
      failure: { code: "push-failed", reason: "other" },
    });
  });

  test("a push that names no digest counts when the tag is still at the built image", async () => {
    const engine = createFakeEngine({ buildImage: () => ({}) });
    const silent = {
      ...engine,
      pushImage: async (reference: string) => {
        await engine.pushImage(reference);
        return undefined;
      },
    };
    const { ended } = await run({ engine: silent, request: "each", named: ["api"] });
    expect(ended.api).toMatchObject({ outcome: "built", pushed: { reference: "r.test/api:1" } });
    expect(ended.api?.pushed?.digest).toBeUndefined();
  });

  test("an interrupt says of images that are pushed together which may be there and which are not", async () => {
    const engine = createFakeEngine({ buildImage: () => ({}) });
    const abort = new AbortController();
    const hold = engine.hold("pushImage");
    const running = run({ engine, request: "atomic", named: ["api", "web"], signal: abort.signal });
    await hold.next();
    abort.abort(new Error("stop"));
    const warnings = (await running).events.flatMap((event) =>
      event.type === "target-warning" ? [event.message] : [],
    );
    expect(warnings).toEqual([
      "interrupted during its push: the registry may have it",
      "not pushed: interrupted",
    ]);
  });

  test("an interrupt during a push cancels the target", async () => {
    const engine = createFakeEngine({ buildImage: () => ({}) });
    const abort = new AbortController();
    const hold = engine.hold("pushImage");
    const running = run({ engine, request: "each", named: ["api"], signal: abort.signal });
    await hold.next();
    abort.abort(new Error("stop"));
    expect((await running).ended.api).toMatchObject({
      outcome: "cancelled",
      reason: expect.stringMatching(/^interrupted during its push: it was built/),
    });
  });
});

describe("all together", () => {
  test("pushes come after the last target has finished, and are reported", async () => {
    const { events, pushed } = await run({ request: "atomic" });
    expect(pushed).toHaveLength(3);
    const types = events.map((event) => event.type);
    expect(types.lastIndexOf("target-finished")).toBeLessThan(types.indexOf("target-pushed"));
    expect(types.at(-1)).toBe("session-finished");
  });

  test("nothing is pushed when one target fails, and that is said", async () => {
    const { events, pushed } = await run({ request: "atomic", failing: "api" });
    expect(pushed).toEqual([]);
    expect(events).toContainEqual(
      expect.objectContaining({ type: "target-warning", target: "web", message: "not pushed: api failed" }),
    );
  });

  test("after a push that is refused nothing more is pushed", async () => {
    const { events, finished, pushed } = await run({
      request: "atomic",
      onPush: (reference) => (reference === "r.test/base:1" ? "push-rate-limit" : undefined),
    });
    expect(pushed).toEqual(["r.test/base:1"]);
    expect(finished.failures).toMatchObject([{ code: "push-failed", target: "base", reason: "rate-limit" }]);
    expect(events.filter((event) => event.type === "target-warning")).toHaveLength(2);
  });
});

interface Given {
  readonly request?: PushRequest;
  readonly named?: readonly string[];
  readonly push?: Readonly<Record<string, boolean>>;
  readonly onPush?: FakeEngineOptions["onPush"];
  readonly failing?: string;
  readonly engine?: FakeEngine;
  readonly signal?: AbortSignal;
}

/** Builds all entries; `failing` is the one whose build fails. */
async function run({ failing, named, onPush, push = {}, request, ...more }: Given = {}) {
  const images = Object.entries(IMAGES).map(([name, entry]) => [
    name,
    push[name] === undefined ? entry : { ...entry, push: push[name] },
  ]);
  const graph = graphOf({ images: Object.fromEntries(images) });
  const {
    engine = createFakeEngine({
      ...(onPush === undefined ? {} : { onPush }),
      buildImage: ({ build }) => {
        if (build.labels["sti.target"] !== failing) return {};
        throw new EngineError({ reason: "build-failed", operation: "build image", message: "no" });
      },
    }),
  } = more;
  const ran = await runPlan(graph, {
    ...more,
    engine,
    snapshot: () => snapshot(),
    pushes: decidePushes(graph, { request, selected: named ?? [...graph.nodes.keys()] }),
  });
  return {
    ...ran,
    engine,
    pushed: engine.calls.filter(({ operation }) => operation === "pushImage").map(({ args }) => args[0]),
  };
}

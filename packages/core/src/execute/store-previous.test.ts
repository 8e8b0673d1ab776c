// The previous image of an incremental build, from a store.
import { graphOf, snapshot } from "@sti/testing/definitions";
import type { FakeEngine } from "@sti/testing/fake-engine";
import { createFakeStore, type FakeStore } from "@sti/testing/fake-store";
import { createMemoryRecords } from "@sti/testing/memory-records";
import { BUILDER, builderApp, builderEngine, runPlan, type SessionGiven } from "@sti/testing/session";
import { describe, expect, test } from "vitest";
import { LABEL } from "../plan/labels.ts";
import type { StoreBranches } from "./store-use.ts";

const APP = { apps: { api: builderApp("api") } };
const EDITED = { apps: { api: builderApp("api", { env: { A: "1" } }) } };
const LAYERS = ["sha256:builder"];

const engineOf = (store: FakeStore, options: Parameters<typeof builderEngine>[0] = {}) =>
  builderEngine({
    images: [{ ...BUILDER, layers: LAYERS }],
    registry: store.images,
    pushed: store.images,
    ...options,
  });
const run = (engine: FakeEngine, config: object, given: Omit<SessionGiven, "engine"> = {}) =>
  runPlan(graphOf(config as never), { snapshot: () => snapshot(), ...given, engine });
const on = (own: string | undefined, ...others: string[]) => ({
  branches: async (): Promise<StoreBranches> => ({ own, others }),
});

describe("the last result of a target", () => {
  test("is named by its branch, and gives its artifacts to the build of another engine", async () => {
    const store = createFakeStore();
    await run(engineOf(store), APP, { store: store.use(on("main")) });
    expect([...store.pointers.keys()]).toEqual(["api-main"]);
    const there = engineOf(store, { firstId: 1_000 });
    const { ended, events, warnings } = await run(there, EDITED, { store: store.use(on("fix", "main")) });
    expect(warnings).toEqual([]);
    expect(ended.api).toMatchObject({ outcome: "built", reuse: { kind: "incremental" } });
    expect(events).toContainEqual(
      expect.objectContaining({ type: "step-started", title: "pull the last result of main from the store" }),
    );
    expect([...store.pointers.keys()].sort()).toEqual(["api-fix", "api-main"]);
    // The pulled one is gone, with its tag and its name by digest.
    expect([...there.state.tags.keys()].sort()).toEqual(["acme/api:latest", "acme/builder:latest"]);
    expect(there.state.images.size).toBe(2);
  });

  test("has no branch in its name where none is checked out", async () => {
    const store = createFakeStore();
    await run(engineOf(store), APP, { store: store.use(on(undefined)) });
    expect([...store.pointers.keys()]).toEqual(["api"]);
  });

  test("is not asked for where the engine has a previous image", async () => {
    const store = createFakeStore();
    const here = engineOf(store);
    const given = { store: store.use(), records: createMemoryRecords() };
    await run(here, APP, given);
    store.asked.length = 0;
    const { ended } = await run(here, EDITED, given);
    expect(ended.api?.reuse).toEqual({ kind: "incremental" });
    expect(store.asked.filter((request) => request.startsWith("pointer"))).toEqual([]);
  });

  test.each([
    [
      "is larger than the limit",
      {},
      { largestPrevious: 1 },
      "in the store: previous image is larger than cache.previous",
    ],
    ["is not wanted", {}, { largestPrevious: undefined }, "no previous image"],
    ["is not to be read", {}, { reads: false }, "no previous image"],
    [
      "was built on another build image",
      { layers: ["sha256:other"] },
      {},
      "in the store: build image changed",
    ],
  ])("is not pulled if it %s", async (_name, builder, use, reason) => {
    const store = createFakeStore();
    await run(engineOf(store), APP, { store: store.use() });
    const there = engineOf(store, { firstId: 1_000, images: [{ ...BUILDER, layers: LAYERS, ...builder }] });
    const { ended } = await run(there, EDITED, { store: store.use(use) });
    expect(ended.api?.reuse).toEqual({ kind: "clean", reason });
    expect(there.calls).not.toContain("pullImage");
  });

  test("of another target is not used, whoever moved the name", async () => {
    const store = createFakeStore();
    await run(engineOf(store), { apps: { web: builderApp("web") } }, { store: store.use() });
    await store.use().store.movePointer("api-main", store.pointers.get("web-main") as never);
    const there = engineOf(store, { firstId: 1_000 });
    const { ended } = await run(there, EDITED, { store: store.use() });
    expect(ended.api?.reuse).toEqual({ kind: "clean", reason: "in the store: previous image is of web" });
  });

  test("that is gone by its pull is a warning, and the build is clean", async () => {
    const store = createFakeStore();
    await run(engineOf(store), APP, { store: store.use() });
    store.images.length = 0;
    const there = engineOf(store, { firstId: 1_000 });
    const { ended, warnings } = await run(there, EDITED, { store: store.use() });
    expect(ended.api).toMatchObject({
      outcome: "built",
      reuse: { kind: "clean", reason: "no previous image" },
    });
    expect(warnings).toEqual([
      expect.stringMatching(/^its last result of main cannot be pulled from the store/),
    ]);
  });

  test("does not keep the tag of a target whose build fails", async () => {
    const store = createFakeStore();
    await run(engineOf(store), APP, { store: store.use() });
    const there = engineOf(store, {
      firstId: 1_000,
      runContainer: ({ spec }) => (JSON.stringify(spec).includes("save-artifacts") ? 0 : 1),
    });
    const { ended } = await run(there, EDITED, { store: store.use() });
    expect(ended.api?.outcome).toBe("failed");
    expect([...there.state.tags.keys()]).toEqual(["acme/builder:latest"]);
    expect(there.state.images.size).toBe(1);
  });

  test("is not named for an app without artifacts", async () => {
    const store = createFakeStore();
    const config = { apps: { api: builderApp("api", { incremental: false }) } };
    await run(engineOf(store), config, { store: store.use() });
    expect(store.names()).toHaveLength(1);
    expect(store.pointers.size).toBe(0);
    expect(store.images[0]?.config?.labels?.[LABEL.target]).toBe("api");
  });
});

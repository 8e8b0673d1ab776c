// Sessions for a platform that nothing builds: results come from the store alone.
import { dockerfileOf, graphOf, snapshotOf } from "@sti/testing/definitions";
import { createFakeStore, type FakeStore } from "@sti/testing/fake-store";
import { createMemoryRecords } from "@sti/testing/memory-records";
import { builderApp, builderEngine, PLAIN_BUILDER, packParts, runPlan } from "@sti/testing/session";
import { expect, test } from "vitest";
import type { TargetFinished } from "../execute/event.ts";
import { executeWith } from "../execute/execute-plan.ts";
import { success } from "../failure/result.ts";
import { unknownEngine } from "../plan/platform-parts.ts";
import { createRemoteExecutor } from "./remote-executor.ts";

const BASE = { ...PLAIN_BUILDER, digest: "sha256:base", layers: ["sha256:builder"] };

async function runWithoutBuilder(store: FakeStore, platform: string): Promise<TargetFinished | undefined> {
  const [os = "", architecture = ""] = platform.split("/");
  const ended: TargetFinished[] = [];
  const session = {
    id: "sti-build-h-b-1-1-1",
    graph: graphOf({ apps: { api: builderApp("api") } }),
    targetNames: ["api"],
    dockerfiles: new Map([["api", dockerfileOf("FROM x")]]),
    snapshots: new Map([["api", snapshotOf("api")]]),
    facts: { engine: unknownEngine(platform), images: new Map() },
    flags: { clean: false, force: false, time: 1 },
    records: createMemoryRecords(),
    toolVersion: "1.0.0",
    secrets: new Map(),
    concurrency: 1,
    onFailure: "continue" as const,
    signal: new AbortController().signal,
    clock: { now: () => 0 },
    sources: {
      pack: packParts,
      matchPaths: () => () => false,
      hostTrust: async () => success({ caBundle: undefined, env: {} }),
      readAgain: async () => success(snapshotOf("api")),
    },
    store: store.use(),
    emit: (event: { readonly type: string }) => {
      if (event.type === "target-finished") ended.push(event as TargetFinished);
    },
  };
  const inputs = {
    builder: undefined,
    engine: "linux/s390x",
    platform: { os, architecture },
    insecure: false,
  };
  await executeWith(session, (given) => createRemoteExecutor(session, inputs, given)).finished;
  return ended[0];
}

test("a result that another machine has added is restored, and without one nothing is ordered", async () => {
  const store = createFakeStore();
  store.images.push(BASE);
  expect(await runWithoutBuilder(store, "linux/amd64")).toMatchObject({
    outcome: "failed",
    failure: {
      code: "platform-unbuildable",
      target: "api",
      platform: "linux/amd64",
      engine: "linux/s390x",
      store: "registry.test/acme/store",
    },
  });
  const there = builderEngine({ images: [], registry: store.images, pushed: store.images });
  const graph = graphOf({ apps: { api: builderApp("api") } });
  await runPlan(graph, { engine: there, store: store.use() });
  expect(await runWithoutBuilder(store, "linux/amd64")).toMatchObject({
    outcome: "restored",
    restored: { isLoaded: false },
  });
});

test("a base image that its registry has for another platform only is none", async () => {
  const store = createFakeStore();
  store.images.push(BASE);
  expect(await runWithoutBuilder(store, "linux/arm64")).toMatchObject({
    outcome: "failed",
    failure: {
      code: "pull-failed",
      reason: "not-found",
      message: expect.stringContaining("no such image for linux/arm64"),
    },
  });
});

import { dockerfileOf, graphOf, snapshot } from "@sti/testing/definitions";
import { createFakeEngine } from "@sti/testing/fake-engine";
import { createFakeStore } from "@sti/testing/fake-store";
import { PLAIN_BUILDER, runPlan } from "@sti/testing/session";
import { SHARED_CONFIG, twoEngines } from "@sti/testing/shared-store";
import { expect, test } from "vitest";
import type { DecisionInputs } from "../plan/decide-targets.ts";
import { decideTargets } from "../plan/decide-targets.ts";
import { surveyEngine } from "../survey/survey-engine.ts";
import { decideWithStore } from "./decide-with-store.ts";
import { createStoreHealth } from "./store-health.ts";
import { createStoreReader } from "./store-reader.ts";

const SOURCE = snapshot();
const FLAGS = { clean: false, force: false, time: 1 };

test("results are found in the store level by level, on an engine without any image", async () => {
  const store = createFakeStore();
  const config = {
    ...SHARED_CONFIG,
    apps: Object.fromEntries(
      Object.entries(SHARED_CONFIG.apps).map(([name, app]) => [
        name,
        { ...app, buildImage: app.buildImage.replace("acme/builder", "registry.test/builder") },
      ]),
    ),
  };
  store.images.push({
    ...PLAIN_BUILDER,
    tags: ["registry.test/builder"],
    digest: `sha256:${"b".repeat(64)}`,
    layers: ["sha256:builder"],
  });
  const graph = graphOf(config as never);
  const [here] = twoEngines(store);
  const built = await runPlan(graph, { engine: here, store: store.use(), snapshot: () => SOURCE });
  expect(built.outcomes).toEqual({ base: "built", api: "built", web: "built" });

  const inputs: Omit<DecisionInputs, "pasts"> = {
    graph,
    snapshots: new Map([...graph.nodes.keys()].map((name) => [name, SOURCE])),
    dockerfiles: new Map([...graph.nodes.keys()].map((name) => [name, dockerfileOf("FROM x")])),
    facts: await surveyEngine(createFakeEngine({})),
    identities: new Map(),
    flags: FLAGS,
    matchPaths: () => () => false,
  };
  const { signal } = new AbortController();
  const warnings: string[] = [];
  const telling = { signal, warn: (message: string) => void warnings.push(message) };
  const use = store.use();
  const health = createStoreHealth(use.store, { ...telling, now: () => 0 });
  const reader = createStoreReader(use, {
    ...telling,
    health,
    lock: undefined,
    platform: { os: "linux", architecture: "amd64" },
  });
  store.asked.length = 0;
  const { results, shared } = await decideWithStore(inputs, reader);
  expect([...results.keys()].sort()).toEqual(["api", "base", "web"]);
  expect(store.asked.filter((request) => request === "find result")).toHaveLength(3);
  const decided = decideTargets({ ...inputs, shared, pasts: new Map() });
  for (const [name, { key }] of results)
    expect(decided.get(name)).toMatchObject({ decision: { kind: "build", key }, imageId: undefined });
  expect(warnings).toEqual([]);

  const changed = {
    ...inputs,
    snapshots: new Map(inputs.snapshots).set("base", snapshot({ digest: "new" })),
  };
  const edited = await decideWithStore(changed, reader);
  expect([...edited.results.keys()]).toEqual(["api"]);
  const open = decideTargets({ ...changed, shared: edited.shared, pasts: new Map() });
  expect(open.get("web")?.decision).toMatchObject({ kind: "open", reason: "waits for base" });
});

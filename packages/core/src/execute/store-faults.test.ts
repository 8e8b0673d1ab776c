// Stores that lie, lose results, refuse or keep a session waiting.
import { graphOf } from "@sti/testing/definitions";
import type { FakeEngine } from "@sti/testing/fake-engine";
import { createFakeStore, pause, refusal } from "@sti/testing/fake-store";
import { builderApp, MACHINE_CLOCK, runPlan, type SessionGiven } from "@sti/testing/session";
import { SHARED_CONFIG as CONFIG, twoEngines } from "@sti/testing/shared-store";
import { describe, expect, test } from "vitest";
import { EngineError } from "../engine/engine-error.ts";
import { LABEL } from "../plan/labels.ts";
import { STORE_PATIENCE } from "./store-health.ts";
import type { StoreUse } from "./store-use.ts";

const run = (engine: FakeEngine, given: Omit<SessionGiven, "engine">, config: object = CONFIG) =>
  runPlan(graphOf(config as never), { ...given, engine });
const keyOf = ({ state }: FakeEngine, tag: string) =>
  state.images.get(state.tags.get(`${tag}:latest`) ?? "")?.config.labels[LABEL.key];

describe("a store that fails", () => {
  test("is given up with one warning, and everything is built", async () => {
    const store = createFakeStore();
    const use = store.use();
    const failing = {
      ...use,
      store: {
        ...use.store,
        find: async (names: readonly unknown[]) =>
          names.map(() => ({ kind: "failed" as const, error: refusal("unreachable", "no route to host") })),
        has: async () => {
          throw refusal("unreachable", "no route to host");
        },
      },
    };
    const [here] = twoEngines(store);
    const { finished, outcomes, warnings } = await run(here, { store: failing });
    expect(outcomes).toEqual({ base: "built", api: "built", web: "built" });
    expect(warnings).toEqual([
      "the store registry.test/acme/store cannot be used, the session goes on as without it: no route to host",
    ]);
    expect(finished.failures).toEqual([]);
  });

  test("has another image under the name of a result: a warning, and the target is built", async () => {
    const store = createFakeStore();
    const [here, there] = twoEngines(store);
    await run(here, { store: store.use() });
    const [first] = store.images;
    const strange = { ...first, tags: first?.tags ?? [], config: { ...first?.config, labels: {} } };
    store.images.splice(0, 1, strange);
    const { outcomes, warnings } = await run(there, { store: store.use() });
    expect(outcomes.base).toBe("built");
    expect(warnings).toEqual([expect.stringContaining("is not the result of")]);
  });

  test("has results that the engine cannot get: one warning, and everything is built", async () => {
    const store = createFakeStore();
    const [here, there] = twoEngines(store);
    await run(here, { store: store.use() });
    const pullImage = async () => {
      throw new EngineError({ reason: "pull-network", operation: "pull image", message: "cut off" });
    };
    const { outcomes, warnings } = await runPlan(graphOf(CONFIG as never), {
      engine: { ...there, pullImage },
      store: store.use(),
    });
    expect(outcomes).toEqual({ base: "built", api: "built", web: "built" });
    expect(warnings).toEqual([
      "the store registry.test/acme/store cannot be used, the session goes on as without it: cut off",
    ]);
  });

  test("loses a result after it was found: its target is built for those that need it", async () => {
    const store = createFakeStore();
    const [here, there] = twoEngines(store);
    await run(here, { store: store.use() });
    const pullImage = async () => {
      throw new EngineError({
        reason: "pull-not-found",
        operation: "pull image",
        message: "manifest unknown",
      });
    };
    const edited = { ...CONFIG, apps: { ...CONFIG.apps, web: { ...CONFIG.apps.web, env: { A: "1" } } } };
    const { ended, outcomes, warnings } = await runPlan(graphOf(edited as never), {
      engine: { ...there, pullImage },
      store: store.use({ load: "needed" }),
    });
    expect(outcomes).toEqual({ base: "restored", api: "restored", web: "built" });
    expect(warnings).toEqual([
      "the result of base cannot be pulled from the store, so it is built: manifest unknown",
    ]);
    expect(ended.web?.imageId).toBeDefined();
    expect([...there.state.tags.keys()].sort()).toEqual([
      "acme/base:latest",
      "acme/builder:latest",
      "acme/web:latest",
    ]);
  });

  test("has an image with another key after the pull: it never gets the tag", async () => {
    const store = createFakeStore();
    const [here, there] = twoEngines(store);
    await run(here, { store: store.use() });
    const use = store.use();
    const lying = {
      ...use,
      store: {
        ...use.store,
        find: async (names: Parameters<typeof use.store.find>[0]) => {
          const found = await use.store.find(names);
          const key = names[0]?.key ?? "";
          const labels = { [LABEL.key]: key };
          store.images.forEach((image, index) => {
            store.images[index] = { ...image, config: { ...image.config, labels: { [LABEL.key]: "other" } } };
          });
          return found.map((lookup) =>
            lookup.kind === "found"
              ? { ...lookup, image: { ...lookup.image, config: { ...lookup.image.config, labels } } }
              : lookup,
          );
        },
      },
    };
    const { outcomes } = await run(there, { store: lying });
    expect(outcomes.base).toBe("built");
    expect(keyOf(there, "acme/base")).not.toBe("other");
  });

  test("leaves no tag of its own in the engine", async () => {
    const store = createFakeStore();
    const [here] = twoEngines(store);
    await run(here, { store: store.use() });
    expect([...here.state.tags.keys()].filter((tag) => tag.includes("registry.test"))).toEqual([]);
  });
});

describe("a store that keeps a session waiting", () => {
  const NAMES = Array.from({ length: 100 }, (_, index) => `app-${index}`);
  const MANY = { apps: Object.fromEntries(NAMES.map((name) => [name, builderApp(name)])) };
  const patience = { total: 120, quick: 10, silence: 1000 };
  const slow = (use: StoreUse, milliseconds: number, asked: string[]): StoreUse => ({
    ...use,
    patience,
    store: {
      ...use.store,
      find: async (names, options) => {
        asked.push("find");
        await pause(milliseconds, options?.signal);
        return await use.store.find(names, options);
      },
    },
  });

  test.each([
    ["with each answer", 50, 99],
    ["and never answers", 60_000, 16],
  ])(
    "%s is given up after its patience, however many targets there are",
    async (_name, milliseconds, most) => {
      const store = createFakeStore();
      const [here] = twoEngines(store);
      const asked: string[] = [];
      const { finished, outcomes, warnings } = await run(
        here,
        { store: slow(store.use(), milliseconds, asked), clock: MACHINE_CLOCK },
        MANY,
      );
      expect(new Set(Object.values(outcomes))).toEqual(new Set(["built"]));
      expect(finished.failures).toEqual([]);
      expect(warnings).toEqual([
        "the store registry.test/acme/store cannot be used, the session goes on as without it: its answers took longer than 0.12 s",
      ]);
      expect(asked.length).toBeLessThanOrEqual(most);
    },
  );

  test.each(["pullImage", "pushImage"] as const)("by a %s of the engine is given up", async (call) => {
    const store = createFakeStore();
    const [here, there] = twoEngines(store);
    await run(here, { store: store.use() });
    if (call === "pushImage") store.images.length = 0;
    const hanging: FakeEngine = {
      ...there,
      [call]: async (_reference: string, options?: { readonly signal?: AbortSignal }) =>
        await pause(60_000, options?.signal),
    };
    const { outcomes, warnings } = await run(hanging, {
      store: { ...store.use(), patience: { ...STORE_PATIENCE, silence: 40 } },
      clock: MACHINE_CLOCK,
    });
    expect(outcomes).toEqual({ base: "built", api: "built", web: "built" });
    expect(warnings).toEqual([
      expect.stringMatching(
        /cannot be (?:used|written), .*the engine reported nothing of a transfer for 0\.04 s/,
      ),
    ]);
    expect([...there.state.tags.keys()].filter((tag) => tag.includes("registry.test"))).toEqual([]);
  });
});

describe("a result of the store", () => {
  test("that another session on the engine has added meanwhile is no problem", async () => {
    const store = createFakeStore();
    const [here] = twoEngines(store);
    const racing: FakeEngine = {
      ...here,
      pushImage: async (reference, options) => {
        await here.pushImage(reference, options);
        const message = `An image does not exist locally with the tag: ${reference}`;
        throw new EngineError({ reason: "push-not-found", operation: "push image", message });
      },
    };
    const { warnings } = await run(racing, { store: store.use() });
    expect(warnings).toEqual([]);
    expect(store.names()).toHaveLength(3);
  });

  test.each([
    [1, 3, []],
    [
      2,
      0,
      ["the store registry.test/acme/store cannot be written, new results are not added to it: status: 500"],
    ],
  ] as const)(
    "whose push is answered %i times by an error of the registry's own",
    async (times, added, expected) => {
      const store = createFakeStore();
      const [here] = twoEngines(store);
      const tried = new Map<string, number>();
      const racing: FakeEngine = {
        ...here,
        pushImage: async (reference, options) => {
          const earlier = tried.get(reference) ?? 0;
          tried.set(reference, earlier + 1);
          if (earlier >= times) return await here.pushImage(reference, options);
          throw new EngineError({ reason: "push-network", operation: "push image", message: "status: 500" });
        },
      };
      const { outcomes, warnings } = await run(racing, { store: store.use() });
      expect(outcomes).toEqual({ base: "built", api: "built", web: "built" });
      expect(warnings).toEqual(expected);
      expect(store.names()).toHaveLength(added);
      expect(Math.max(...tried.values())).toBe(2);
      expect([...here.state.tags.keys()].filter((tag) => tag.includes("registry.test"))).toEqual([]);
    },
  );

  test("that is gone when it gets its pushed tag is built and pushed", async () => {
    const store = createFakeStore();
    const [here, there] = twoEngines(store);
    await run(here, { store: store.use() });
    const use = store.use({ load: "needed" });
    const publish = async () => {
      throw refusal("not-found", "manifest unknown");
    };
    const pullImage = async () => {
      throw new EngineError({
        reason: "pull-not-found",
        operation: "pull image",
        message: "manifest unknown",
      });
    };
    const pushes = { targets: new Set(["api"]), when: "each" as const };
    const { ended, finished, warnings } = await run(
      { ...there, pullImage },
      { store: { ...use, store: { ...use.store, publish } }, pushes },
    );
    expect(ended.api).toMatchObject({ pushed: { reference: "docker.io/acme/api:latest" } });
    expect(finished.failures).toEqual([]);
    expect(warnings).toEqual([
      "its result cannot be pulled from the store, so it is built: manifest unknown",
    ]);
    expect(store.names()).toContain("docker.io/acme/api:latest");
  });

  test("for another platform is built", async () => {
    const store = createFakeStore();
    const [here, there] = twoEngines(store);
    await run(here, { store: store.use() });
    const use = store.use();
    const find: typeof use.store.find = async (names, options) =>
      (await use.store.find(names, options)).map((lookup) =>
        lookup.kind === "found" ? { ...lookup, image: { ...lookup.image, architecture: "arm64" } } : lookup,
      );
    const { outcomes, warnings } = await run(there, { store: { ...use, store: { ...use.store, find } } });
    expect(outcomes.api).toBe("built");
    expect(warnings).toContainEqual(expect.stringMatching(/sha256:\w+ is for linux\/arm64/));
  });
});

test("three unusable images are enough: the store is not read any more", async () => {
  const store = createFakeStore();
  const [here] = twoEngines(store);
  const names = ["a", "b", "c", "d", "e"];
  const config = { apps: Object.fromEntries(names.map((name) => [name, builderApp(name)])) };
  const use = store.use();
  const find = async () => [{ kind: "unfit" as const, problem: "sti-1 has the key of nothing" }];
  const { outcomes, warnings } = await run(
    here,
    { store: { ...use, store: { ...use.store, find } } },
    config,
  );
  expect(new Set(Object.values(outcomes))).toEqual(new Set(["built"]));
  expect(warnings).toEqual([
    "the store registry.test/acme/store: sti-1 has the key of nothing",
    "the store registry.test/acme/store cannot be used, the session goes on as without it: 3 of its images cannot be used",
  ]);
});

// Sessions of two engines that share a store.
import { graphOf, snapshot } from "@sti/testing/definitions";
import type { FakeEngine } from "@sti/testing/fake-engine";
import { createFakeStore, type FakeStore, refusal } from "@sti/testing/fake-store";
import { builderApp, builderEngine, PLAIN_BUILDER, runPlan, type SessionGiven } from "@sti/testing/session";
import { SHARED_CONFIG as CONFIG, twoEngines } from "@sti/testing/shared-store";
import { describe, expect, test } from "vitest";
import { INPUTS_LABEL } from "../plan/dependency-layer.ts";
import { LABEL } from "../plan/labels.ts";
import { completePulls } from "./complete-pulls.ts";

const TEXT = { kind: "file", path: "text", executable: false, size: 1, digest: "t" } as const;
const COMMIT = "org.opencontainers.image.revision";

const run = (engine: FakeEngine, given: Omit<SessionGiven, "engine">, config: object = CONFIG) =>
  runPlan(graphOf(config as never), { ...given, engine });
const keyOf = ({ state }: FakeEngine, tag: string) =>
  state.images.get(state.tags.get(`${tag}:latest`) ?? "")?.config.labels[LABEL.key];

describe("a result that another engine has built", () => {
  test("is restored, with the same key, and builds nothing", async () => {
    const store = createFakeStore();
    const [here, there] = twoEngines(store);
    const first = await run(here, { store: store.use() });
    expect(first.outcomes).toEqual({ base: "built", api: "built", web: "built" });
    expect(store.names()).toHaveLength(3);
    const second = await run(there, { store: store.use() });
    expect(second.warnings).toEqual([]);
    expect(second.outcomes).toEqual({ base: "restored", api: "restored", web: "restored" });
    expect(second.ended.web?.restored).toMatchObject({ isLoaded: true, built: 1_000 });
    for (const tag of ["acme/base", "acme/api", "acme/web"]) {
      expect(keyOf(there, tag)).toMatch(/^[0-9a-f]{64}$/);
      expect(keyOf(there, tag)).toBe(keyOf(here, tag));
    }
    expect((await run(there, { store: store.use() })).outcomes).toEqual({
      base: "up-to-date",
      api: "up-to-date",
      web: "up-to-date",
    });
  });

  test("is built where the engine has another image after the pull, though one of equal content", async () => {
    const store = createFakeStore();
    const [here, there] = twoEngines(store);
    await run(here, { store: store.use() });
    const use = store.use();
    const find: typeof use.store.find = async (names) =>
      (await use.store.find(names)).map((found) =>
        found.kind === "found"
          ? { ...found, image: { ...found.image, configDigest: "sha256:other" } }
          : found,
      );
    const { outcomes, warnings } = await run(there, { store: { ...use, store: { ...use.store, find } } });
    expect(outcomes).toEqual({ base: "built", api: "built", web: "built" });
    expect(warnings).toContainEqual(
      expect.stringMatching(/is not the image with key \w+ after its pull, but /),
    );
    expect([...there.state.tags.keys()].filter((tag) => tag.includes("@"))).toEqual([]);
  });

  test("is restored whole where the engine leaves out layers that it has by another digest", async () => {
    const store = createFakeStore();
    const [here, leavingOut] = twoEngines(store, { leavesOut: true });
    const { readContent } = store.use().registry;
    const there = completePulls(leavingOut, {
      platform: { os: "linux", architecture: "amd64" },
      open: async () => ({ readContent, close: async () => {} }),
    });
    await run(here, { store: store.use() });
    const { outcomes, warnings } = await run(there, { store: store.use() });
    expect({ outcomes, warnings }).toEqual({
      outcomes: { base: "restored", api: "restored", web: "restored" },
      warnings: [],
    });
    expect(keyOf(there, "acme/web")).toBe(keyOf(here, "acme/web"));
    expect(there.count("pullImage")).toBe(3);
  });

  test("is built where its image has no config after the pull", async () => {
    const store = createFakeStore();
    const [here, there] = twoEngines(store, { leavesOut: true });
    await run(here, { store: store.use() });
    const { outcomes, warnings } = await run(there, { store: store.use() });
    expect(outcomes).toEqual({ base: "built", api: "built", web: "built" });
    expect(warnings).toContainEqual(
      expect.stringMatching(/the engine has left layers of \S+ out of its pull/),
    );
    expect([...there.state.tags.keys()].filter((tag) => tag.includes("@"))).toEqual([]);
  });

  test("is pulled as soon as it is found, and gets its tag in its turn", async () => {
    const store = createFakeStore();
    const [here, there] = twoEngines(store);
    await run(here, { store: store.use() });
    const held = there.hold("pullImage");
    const session = run(there, { store: store.use() });
    const pulls = [await held.next(), await held.next(), await held.next()];
    expect(there.count("tagImage")).toBe(0);
    for (const pull of pulls.reverse()) pull.continue();
    held.release();
    expect((await session).outcomes).toEqual({ base: "restored", api: "restored", web: "restored" });
    expect(there.count("pullImage")).toBe(3);
    expect([...there.state.tags.keys()].filter((tag) => tag.includes("@"))).toEqual([]);
  });

  test("stays in the store where nothing is to be loaded, and is pulled for a target that is built from it", async () => {
    const store = createFakeStore();
    const [here, there] = twoEngines(store);
    await run(here, { store: store.use() });
    const use = store.use({ load: "needed" });
    const restored = await run(there, { store: use });
    expect(restored.outcomes).toEqual({ base: "restored", api: "restored", web: "restored" });
    expect(restored.ended.web).toMatchObject({ restored: { isLoaded: false } });
    expect(restored.ended.web).not.toHaveProperty("imageId");
    expect([...there.state.tags.keys()]).toEqual(["acme/builder:latest"]);
    const edited = { ...CONFIG, apps: { ...CONFIG.apps, web: { ...CONFIG.apps.web, env: { A: "1" } } } };
    expect((await run(there, { store: use }, edited)).outcomes).toEqual({
      base: "restored",
      api: "restored",
      web: "built",
    });
    expect([...there.state.tags.keys()].sort()).toEqual([
      "acme/base:latest",
      "acme/builder:latest",
      "acme/web:latest",
    ]);
  });

  test("gets the pushed tag in the registry, without the engine", async () => {
    const store = createFakeStore();
    const [here, there] = twoEngines(store);
    await run(here, { store: store.use() });
    const pushes = { targets: new Set(["api"]), when: "each" as const };
    const { ended } = await run(there, { store: store.use({ load: "needed" }), pushes });
    expect(ended.api).toMatchObject({
      outcome: "restored",
      pushed: { reference: "docker.io/acme/api:latest" },
    });
    expect(store.asked).toContain("publish docker.io/acme/api:latest");
    expect(there.calls).not.toContain("pushImage");
  });

  test("is pushed by the engine where sti does not reach the registry of its tag", async () => {
    const store = createFakeStore();
    const [here, there] = twoEngines(store);
    await run(here, { store: store.use() });
    const use = store.use();
    const publish = async () => {
      throw refusal("untrusted", "its certificate is not trusted");
    };
    const pushes = { targets: new Set(["api"]), when: "each" as const };
    const { ended } = await run(there, { store: { ...use, store: { ...use.store, publish } }, pushes });
    expect(ended.api).toMatchObject({
      outcome: "restored",
      pushed: { reference: "docker.io/acme/api:latest" },
    });
    expect(store.names()).toContain("docker.io/acme/api:latest");
  });

  test.each([
    ["forced", { clean: false, force: true, time: 1 }],
    ["clean", { clean: true, force: false, time: 1 }],
  ])("is not used for a %s build", async (_name, flags) => {
    const store = createFakeStore();
    const [here, there] = twoEngines(store);
    await run(here, { store: store.use() });
    expect((await run(there, { store: store.use(), flags })).outcomes.api).toBe("built");
  });

  test("is used by its reader only, and added by its writer only", async () => {
    const store = createFakeStore();
    const [here, there] = twoEngines(store);
    await run(here, { store: store.use({ writes: false }) });
    expect(store.names()).toEqual([]);
    await run(here, { store: store.use(), flags: { clean: false, force: true, time: 1 } });
    expect(store.names()).toHaveLength(3);
    expect((await run(there, { store: store.use({ reads: false }) })).outcomes.api).toBe("built");
  });
});

describe("an external image that the engine lacks", () => {
  const config = { apps: { api: { ...builderApp("api"), buildImage: "registry.test/base:1" } } };
  const withBase = (store: FakeStore) =>
    store.images.push({
      ...PLAIN_BUILDER,
      tags: ["registry.test/base:1"],
      digest: `sha256:${"b".repeat(64)}`,
      layers: ["sha256:builder"],
    });

  test("is not pulled for a restored result", async () => {
    const store = createFakeStore();
    withBase(store);
    const [here, there] = twoEngines(store);
    expect((await run(here, { store: store.use() }, config)).outcomes).toEqual({ api: "built" });
    const { outcomes } = await run(there, { store: store.use({ load: "needed" }) }, config);
    expect(outcomes).toEqual({ api: "restored" });
    expect([...there.state.tags.keys()]).toEqual(["acme/builder:latest"]);
  });

  test("is asked for by its locked digest, also where its tag has moved", async () => {
    const store = createFakeStore();
    withBase(store);
    const digest = `sha256:${"b".repeat(64)}`;
    const locked = { short: "registry.test/base:1", digest, id: "sha256:base", platform: "linux/amd64" };
    const lock = new Map([["registry.test/base:1", locked]]);
    const [here, there] = twoEngines(store);
    expect((await run(here, { store: store.use(), lock }, config)).outcomes).toEqual({ api: "built" });
    store.images.push({
      ...PLAIN_BUILDER,
      tags: ["registry.test/base:1"],
      digest: `sha256:${"c".repeat(64)}`,
      layers: ["sha256:moved"],
    });
    store.asked.length = 0;
    const use = store.use({ load: "needed" });
    expect((await run(there, { store: use, lock }, config)).outcomes).toEqual({ api: "restored" });
    expect(store.asked).toContain(`read registry.test/base@${digest}`);
    expect([...there.state.tags.keys()]).toEqual(["acme/builder:latest"]);
    const updated = new Map([["registry.test/base:1", { ...locked, digest: `sha256:${"c".repeat(64)}` }]]);
    expect((await run(there, { store: use, lock: updated }, config)).outcomes).toEqual({ api: "built" });
  });

  test("is another one by the time of its pull: the key is that of the pulled one", async () => {
    const store = createFakeStore();
    withBase(store);
    const [here] = twoEngines(store);
    const use = store.use();
    const moved = {
      ...use,
      registry: {
        ...use.registry,
        readImage: async (...args: Parameters<typeof use.registry.readImage>) => {
          const image = await use.registry.readImage(...args);
          return image && { ...image, layers: ["sha256:earlier"] };
        },
      },
    };
    await run(here, { store: moved }, config);
    const again = await run(here, {}, config);
    expect(again.outcomes).toEqual({ api: "up-to-date" });
  });
});

test("a dependency layer that another engine has made is pulled, and not made again", async () => {
  const store = createFakeStore();
  const files = {
    ...PLAIN_BUILDER.files,
    "/usr/bin/prepare-dependencies": { content: "#!/bin/sh\n", mode: 0o755 },
  };
  const engineOf = (id: string, firstId: number) =>
    builderEngine({
      images: [
        {
          ...PLAIN_BUILDER,
          id,
          files,
          layers: ["sha256:builder"],
          config: { labels: { [INPUTS_LABEL]: "text" } },
        },
      ],
      registry: store.images,
      pushed: store.images,
      firstId,
    });
  const snapshotOfApp = () => snapshot({ digest: "s", entries: [TEXT] });
  const sources = { matchPaths: (patterns: readonly string[]) => (path: string) => patterns.includes(path) };
  const given = { store: store.use(), snapshot: snapshotOfApp, sources };
  const config = { apps: { api: builderApp("api") } };
  const here = await run(engineOf("sha256:builder-here", 0), given, config);
  expect(here.ended.api).toMatchObject({ outcome: "built", dependencies: "made" });
  const edited = { apps: { api: builderApp("api", { env: { A: "1" } }) } };
  const there = await run(engineOf("sha256:builder-there", 1_000), given, edited);
  expect(there.warnings).toEqual([]);
  expect(there.ended.api).toMatchObject({ outcome: "built", dependencies: "reused" });
});

test("a restored result names the commit that it was built from", async () => {
  const store = createFakeStore();
  const [here, there] = twoEngines(store);
  await run(here, { store: store.use() });
  store.images.forEach((image, index) => {
    const labels = { ...image.config?.labels, [COMMIT]: "1a2b3c4d" };
    store.images[index] = { ...image, config: { ...image.config, labels } };
  });
  const { ended } = await run(there, { store: store.use() });
  expect(ended.api?.restored).toMatchObject({ commit: "1a2b3c4d" });
});

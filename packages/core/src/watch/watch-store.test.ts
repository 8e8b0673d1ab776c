// A watch with a shared store.
import { graphOf } from "@sti/testing/definitions";
import { createFakeStore, refusal } from "@sti/testing/fake-store";
import { builderEngine, PLAIN_BUILDER, runPlan } from "@sti/testing/session";
import { expect, test } from "vitest";
import { app, watch } from "../../test/watched-config.ts";

const CONFIG = { apps: { base: app("base"), api: app("api", { buildImage: { target: "base" } }) } };
const IMAGES = [{ ...PLAIN_BUILDER, layers: ["sha256:builder"] }];

/** A store with the results of the config. */
async function filledStore() {
  const store = createFakeStore();
  const engine = builderEngine({ images: IMAGES, pushed: store.images });
  const given = { engine, store: store.use(), dockerfiles: new Map() };
  const { outcomes } = await runPlan(graphOf(CONFIG as never), given);
  expect(outcomes).toEqual({ base: "built", api: "built" });
  store.asked.length = 0;
  return store;
}

test("takes its first results from the store, all of them into the engine, and asks it no more", async () => {
  const store = await filledStore();
  const engine = { images: IMAGES, registry: store.images, firstId: 1_000 };
  const {
    edit,
    engine: fake,
    idle,
    outcomes,
    typed,
    watching,
  } = await watch({
    config: CONFIG,
    engine,
    store: store.use({ load: "needed" }),
  });
  expect(await idle(1)).toMatchObject({ changed: ["base", "api"], failed: [] });
  expect([outcomes("base"), outcomes("api")]).toEqual([["restored"], ["restored"]]);
  for (const event of typed("target-finished"))
    expect(Object.keys(event)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(made|stored|inputs)$/)]),
    );
  expect([...fake.state.tags.keys()].sort()).toEqual([
    "acme/api:latest",
    "acme/base:latest",
    "acme/builder:latest",
  ]);
  const [asked, names] = [store.asked.length, store.names().length];
  expect(await edit({ base: "2" })).toMatchObject({ changed: ["base", "api"] });
  expect([outcomes("base"), outcomes("api")]).toEqual([
    ["restored", "built"],
    ["restored", "built"],
  ]);
  await edit({ base: "1" });
  expect(outcomes("base")).toEqual(["restored", "built", "built"]);
  const finished = await watching.stop();
  expect(finished.outcomes).toMatchObject({ built: 2 });
  expect([store.asked.length, store.names().length]).toEqual([asked, names]);
  expect(fake.state.images.size).toBe(3);
});

test("builds as without a store where it cannot be read, with one warning", async () => {
  const store = await filledStore();
  const use = store.use();
  const failing = {
    ...use,
    store: {
      ...use.store,
      find: async (names: readonly unknown[]) =>
        names.map(() => ({ kind: "failed", error: refusal("unreachable", "it is down") }) as const),
    },
  };
  const { idle, outcomes, typed, watching } = await watch({
    config: CONFIG,
    engine: { images: IMAGES, registry: store.images, firstId: 1_000 },
    store: failing,
  });
  await idle(1);
  expect([outcomes("base"), outcomes("api")]).toEqual([["built"], ["built"]]);
  expect(typed("session-warning").map(({ message }) => message)).toEqual([
    expect.stringContaining("cannot be used, the session goes on as without it: it is down"),
  ]);
  await watching.stop();
});

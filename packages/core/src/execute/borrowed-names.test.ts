// Names of a store in an engine: whatever happens to a session, none stays.
import { graphOf } from "@sti/testing/definitions";
import type { FakeEngine } from "@sti/testing/fake-engine";
import { addImage } from "@sti/testing/fake-images";
import { createFakeStore, type FakeStore } from "@sti/testing/fake-store";
import { createMemoryLedger } from "@sti/testing/memory-ledger";
import { runPlan } from "@sti/testing/session";
import { SHARED_CONFIG, twoEngines } from "@sti/testing/shared-store";
import { expect, test } from "vitest";
import type { Engine } from "../engine/engine.ts";
import { surveyEngine } from "../survey/survey-engine.ts";
import { workOffLedger } from "./work-off-ledger.ts";

const [SESSION, OTHER] = ["sti-build-h-b-1-1-1", "sti-build-h-b-2-1-2"];
const LABELS = { "sti.key": "k", "sti.target": "base" };

test("an image whose tag another session has moved keeps no name that a container held during the push", async () => {
  const { engine, ledger, run } = start();
  const held = holdPushedBase(engine);
  const { warnings } = await run(held.engine);
  expect(warnings).toEqual([]);
  expect(held.refused()).toBeGreaterThan(0);
  expect(namesOf(engine)).toEqual([]);
  expect(JSON.stringify([...ledger.entries])).not.toContain("named");
});

test("one that a container still holds when the session ends goes with a later one", async () => {
  const { engine, ledger, run, workOff } = start();
  const held = holdPushedBase(engine, { lasts: true });
  expect((await run(held.engine)).warnings).toEqual([]);
  expect(namesOf(engine)).toHaveLength(1);
  ledger.kill(SESSION);
  await workOff();
  expect(namesOf(engine)).toHaveLength(1);
  await held.release();
  await workOff();
  expect(namesOf(engine)).toEqual([]);
});

test("the end of a session leaves the names that its pushes still need", async () => {
  const { engine, store } = start();
  await runSession(engine, store);
  const tidied = Promise.withResolvers<void>();
  const tagged: boolean[] = [];
  const old = engine.state.tags.get("acme/api:latest");
  const removeImage: Engine["removeImage"] = async (reference, options) => {
    if (reference === old) tidied.resolve();
    return await engine.removeImage(reference, options);
  };
  const pushImage: Engine["pushImage"] = async (reference, options) => {
    await tidied.promise;
    tagged.push(engine.state.tags.has(reference));
    return await engine.pushImage(reference, options);
  };
  const { api } = SHARED_CONFIG.apps;
  const edited = { ...SHARED_CONFIG, apps: { ...SHARED_CONFIG.apps, api: { ...api, env: { A: "1" } } } };
  const session = { engine: { ...engine, pushImage, removeImage }, store: store.use() };
  const { outcomes, warnings } = await runPlan(graphOf(edited as never), session);
  expect({ outcomes, tagged, warnings }).toMatchObject({
    outcomes: { api: "built" },
    tagged: [true],
    warnings: [],
  });
  expect(namesOf(engine)).toEqual([]);
});

test.each([
  ["pushed", `registry.test/acme/store:sti-${"a".repeat(64)}`],
  ["pulled", `registry.test/acme/store@sha256:${"b".repeat(64)}`],
])(
  "the name by which a killed session %s is removed, but not while another session uses it",
  async (_, name) => {
    const { engine, ledger, workOff } = start();
    const { state } = engine;
    const [tag] = name.includes("@") ? [] : [name];
    const id = addImage(state, {
      tags: ["acme/base:1", ...(tag ? [tag] : [])],
      config: { labels: { ...LABELS, "sti.managed": "1" } },
    });
    if (tag === undefined) state.digests.set(id, [name]);
    ledger.put(SESSION, [{ kind: "named", name }]);
    ledger.put(OTHER, [{ kind: "named", name }]);
    ledger.kill(SESSION);
    await workOff();
    expect(namesOf(engine)).toEqual([name]);
    ledger.kill(OTHER);
    await workOff();
    expect(namesOf(engine)).toEqual([]);
    expect(state.tags.get("acme/base:1")).toBe(id);
  },
);

test("the name by digest that a killed session's push gave goes, though another session has moved its tag", async () => {
  const { engine, ledger, workOff } = start();
  const { state } = engine;
  const [name, digest] = [`registry.test/acme/store:sti-${"a".repeat(64)}`, `sha256:${"b".repeat(64)}`];
  const config = { labels: { ...LABELS, "sti.managed": "1" } };
  const pushed = addImage(state, { tags: ["acme/base:1"], config });
  const theirs = `registry.test/acme/store@sha256:${"c".repeat(64)}`;
  state.digests.set(pushed, [`registry.test/acme/store@${digest}`, theirs]);
  const other = addImage(state, { tags: [name], config });
  ledger.put(SESSION, [{ kind: "named", name, pushed: { id: pushed, spared: [theirs] } }]);
  ledger.put(OTHER, [{ kind: "named", name, pushed: { id: other, spared: [] } }]);
  ledger.kill(SESSION);
  await workOff();
  expect(state.digests.get(pushed)).toHaveLength(2);
  ledger.kill(OTHER);
  await workOff();
  expect(namesOf(engine)).toEqual([theirs]);
  expect(ledger.entries.size).toBe(0);
});

test("a result that the user has pulled by its digest is used, and keeps that name", async () => {
  const { store } = start();
  const [here, there] = twoEngines(store);
  await runSession(here, store);
  const [theirs] = await pullAsUser(there, store);
  const before = there.count("pullImage");
  expect(await runSession(there, store)).toMatchObject({
    outcomes: { base: "restored", api: "restored", web: "restored" },
    warnings: [],
  });
  expect(there.count("pullImage")).toBe(before + 2);
  expect(namesOf(there)).toEqual([theirs]);
});

test("one whose name goes before it has its tag is pulled", async () => {
  const { store } = start();
  const [here, there] = twoEngines(store);
  await runSession(here, store);
  const [theirs = ""] = await pullAsUser(there, store);
  let isGone = false;
  const tagImage: Engine["tagImage"] = async (...given) => {
    if (!isGone) await there.removeImage(theirs);
    isGone = true;
    await there.tagImage(...given);
  };
  expect(await runSession({ ...there, tagImage }, store)).toMatchObject({
    outcomes: { base: "restored", api: "restored", web: "restored" },
    warnings: [],
  });
  expect(namesOf(there)).toEqual([]);
});

test("an image that is pushed keeps the digest that the user has pulled it by", async () => {
  const { engine, store } = start();
  await runSession(engine, store);
  const id = engine.state.tags.get("acme/base:latest") ?? "";
  const theirs = `registry.test/acme/store@${store.images[0]?.digest}`;
  // The store has lost it, and a machine builds it again, bit by bit.
  store.images.splice(0);
  const [again] = twoEngines(store);
  addImage(again.state, { id, tags: [] });
  again.state.digests.set(id, [theirs]);
  expect((await runSession(again, store)).outcomes.base).toBe("built");
  expect(again.state.tags.get("acme/base:latest")).toBe(id);
  expect(store.names()).toHaveLength(3);
  expect(namesOf(again)).toEqual([theirs]);
});

test("a name that a killed session's transfer may still make is looked for during ten minutes", async () => {
  const { ledger, workOff } = start();
  ledger.put(SESSION, [{ kind: "named", name: "registry.test/acme/store:sti-1" }]);
  ledger.kill(SESSION, 599);
  await workOff();
  expect(ledger.entries.size).toBe(1);
  ledger.kill(SESSION, 600);
  await workOff();
  expect(ledger.entries.size).toBe(0);
});

test("a result is pulled again whose name another process has taken away", async () => {
  const { store } = start();
  const [here, there] = twoEngines(store);
  await runSession(here, store);
  let taken = 0;
  const pullImage: Engine["pullImage"] = async (name, options) => {
    await there.pullImage(name, options);
    if (taken++ === 0) await there.removeImage(name);
  };
  const { outcomes, warnings } = await runSession({ ...there, pullImage }, store);
  expect(outcomes).toEqual({ base: "restored", api: "restored", web: "restored" });
  expect(warnings).toEqual([]);
  expect(namesOf(there)).toEqual([]);
});

function start() {
  const store = createFakeStore();
  const [engine] = twoEngines(store);
  const ledger = createMemoryLedger();
  return {
    engine,
    ledger,
    store,
    run: (given: FakeEngine) => runSession(given, store, { id: SESSION, ledger: () => ledger }),
    workOff: async () => await workOffLedger(engine, { facts: await surveyEngine(engine), ledger }),
  };
}

function runSession(engine: FakeEngine, store: FakeStore, more: object = {}) {
  return runPlan(graphOf(SHARED_CONFIG as never), { engine, store: store.use(), ...more });
}

/** Pulls the first result by its digest. Resolves to the name. */
async function pullAsUser(engine: FakeEngine, { images }: FakeStore): Promise<readonly string[]> {
  const name = `registry.test/acme/store@${images[0]?.digest}`;
  await engine.pullImage(name);
  return [name];
}

/** Names of the store in the engine. */
function namesOf({ state }: FakeEngine): readonly string[] {
  const names = [...state.tags.keys(), ...[...state.digests.values()].flat()];
  return names.filter((name) => name.startsWith("registry.test/"));
}

/**
 * While the base is pushed, another session gives its tag to an image of its own, and a build still has a container of the
 * first one. It is gone with the first refused removal, unless it `lasts`.
 */
function holdPushedBase(engine: FakeEngine, { lasts = false } = {}) {
  let container: string | undefined;
  let refused = 0;
  const release = async () => {
    if (container !== undefined) await engine.removeContainer(container);
    container = undefined;
  };
  const pushImage: Engine["pushImage"] = async (reference, options) => {
    const id = engine.state.tags.get(reference);
    if (id !== undefined && id === engine.state.tags.get("acme/base:latest")) {
      addImage(engine.state, { tags: ["acme/base:latest"], config: { labels: LABELS } });
      container = await engine.createContainer({
        image: id,
        name: "held",
        entrypoint: [],
        cmd: [],
        env: [],
        user: "",
        labels: {},
        mounts: [],
      });
    }
    return await engine.pushImage(reference, options);
  };
  const removeImage: Engine["removeImage"] = async (reference, options) => {
    const removal = await engine.removeImage(reference, options);
    if (removal === "in-use" && reference.startsWith("registry.test/")) {
      refused += 1;
      if (!lasts) await release();
    }
    return removal;
  };
  return { engine: { ...engine, pushImage, removeImage }, refused: () => refused, release };
}

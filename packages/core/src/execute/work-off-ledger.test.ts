import { createFakeEngine } from "@sti/testing/fake-engine";
import type { FakeImage } from "@sti/testing/fake-state";
import { createMemoryLedger } from "@sti/testing/memory-ledger";
import { expect, test } from "vitest";
import { LABEL } from "../plan/labels.ts";
import { surveyEngine } from "../survey/survey-engine.ts";
import { workOffLedger } from "./work-off-ledger.ts";

const DEAD = "sti-build-host-boot-1-1-abc";
const LIVING = "sti-build-host-boot-2-1-abc";
const ELSEWHERE = "sti-build-other-boot-1-1-abc";
const BUILD = { kind: "build", key: "key", target: "web" } as const;
const REPLACED = { kind: "replaced", id: "sha256:old", target: "web" } as const;

function set({
  id = "sha256:old",
  tags = [],
  ...more
}: Partial<Pick<FakeImage, "history" | "id" | "tags">> = {}) {
  const labels = { [LABEL.managed]: "1", [LABEL.key]: "key" };
  const engine = createFakeEngine({
    images: [
      { id, tags, config: { labels }, ...more },
      { id: "sha256:base", tags: ["base"] },
    ],
  });
  const ledger = createMemoryLedger();
  const workOff = async () => workOffLedger(engine, { facts: await surveyEngine(engine), ledger });
  const hold = (name: string, image = id) =>
    engine.createContainer({
      image,
      name,
      entrypoint: ["/x"],
      cmd: [],
      env: [],
      user: "",
      labels: {},
      mounts: [],
    });
  const ids = () => [...engine.state.images.keys()].filter((one) => one !== "sha256:base");
  return { engine, ledger, workOff, hold, ids };
}

test.each([[BUILD], [REPLACED]])("what a dead session left is removed (%o)", async (entry) => {
  const { ids, ledger, workOff } = set();
  ledger.put(DEAD, [entry]);
  ledger.kill(DEAD);
  await workOff();
  expect(ids()).toEqual([]);
  expect(ledger.entries.size).toBe(0);
});

test.each([[BUILD], [REPLACED]])("an image that somebody made from a result stays (%o)", async (entry) => {
  const { ids, ledger, workOff } = set({ history: [{ createdBy: "CMD x", comment: "" }] });
  ledger.put(DEAD, [entry]);
  ledger.kill(DEAD);
  await workOff();
  expect(ids()).toEqual(["sha256:old"]);
});

test.each([[BUILD], [REPLACED]])("what a living session wrote down is not touched (%o)", async (entry) => {
  const { ids, ledger, workOff } = set();
  ledger.put(LIVING, [entry]);
  await workOff();
  expect(ids()).toHaveLength(1);
  expect(ledger.entries.get(LIVING)).toEqual([entry]);
});

test.each([[BUILD], [REPLACED]])("an image that a living session may have made stays (%o)", async (entry) => {
  const { ids, ledger, workOff } = set();
  ledger.put(DEAD, [entry]);
  ledger.kill(DEAD);
  ledger.put(LIVING, [BUILD]);
  await workOff();
  expect(ids()).toHaveLength(1);
  expect(ledger.entries.get(DEAD)).toEqual([entry]);
});

test("an image that another machine's session may have made stays", async () => {
  const { hold, ids, ledger, workOff } = set();
  ledger.put(DEAD, [BUILD]);
  ledger.kill(DEAD);
  await hold(`${ELSEWHERE}-1`);
  await workOff();
  expect(ids()).toHaveLength(1);
  expect(ledger.entries.get(DEAD)).toEqual([BUILD]);
});

test("containers of a living session of which it is known what it builds keep no image", async () => {
  const { hold, ids, ledger, workOff } = set();
  ledger.put(DEAD, [BUILD]);
  ledger.kill(DEAD);
  ledger.put(LIVING, [{ ...BUILD, kind: "made" }]);
  await hold(`${LIVING}-1`, "sha256:base");
  await workOff();
  expect(ids()).toEqual([]);
  expect(ledger.entries.has(DEAD)).toBe(false);
});

test("an image that is used stays noted, and goes when it is free", async () => {
  const { engine, hold, ids, ledger, workOff } = set();
  ledger.put(DEAD, [REPLACED]);
  ledger.kill(DEAD);
  const container = await hold("mine");
  await workOff();
  expect(ids()).toHaveLength(1);
  expect(ledger.writes()).toBe(0);
  await engine.removeContainer(container);
  await workOff();
  expect(ids()).toEqual([]);
});

test("an image that has a tag again is kept, and the note goes", async () => {
  const { ids, ledger, workOff } = set({ tags: ["acme/web:dev"] });
  ledger.put(DEAD, [REPLACED]);
  ledger.kill(DEAD);
  await workOff();
  expect(ids()).toHaveLength(1);
  expect(ledger.entries.size).toBe(0);
});

test.each([
  [BUILD, 23 * 3600, 25 * 3600],
  [{ ...BUILD, kind: "made" }, 500, 700],
] as const)(
  "an image that is not there may still appear for a while (%o, %d s)",
  async (entry, young, old) => {
    const { ledger, workOff } = set({ id: "sha256:unrelated", tags: ["acme/other:1"] });
    ledger.put(DEAD, [entry]);
    ledger.kill(DEAD, young);
    await workOff();
    expect(ledger.entries.get(DEAD)).toEqual([entry]);
    ledger.kill(DEAD, old);
    await workOff();
    expect(ledger.entries.size).toBe(0);
  },
);

test("without dead sessions the engine is asked for nothing", async () => {
  const { engine, ledger } = set();
  const facts = await surveyEngine(engine);
  const before = engine.calls.length;
  ledger.put(LIVING, [BUILD]);
  await workOffLedger(engine, { facts, ledger });
  expect(engine.calls).toHaveLength(before);
});

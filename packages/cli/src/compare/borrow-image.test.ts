import { graphOf } from "@sti/testing/definitions";
import { createFakeStore } from "@sti/testing/fake-store";
import { createMemoryLedger } from "@sti/testing/memory-ledger";
import { runPlan } from "@sti/testing/session";
import { SHARED_CONFIG, twoEngines } from "@sti/testing/shared-store";
import { expect, test } from "vitest";
import { borrowImage } from "./borrow-image.ts";

const signal = new AbortController().signal;
const ledger = createMemoryLedger();
const silent = { signal, stderr: { write: (text: string) => expect(text).toBe("") } };

async function shared() {
  const store = createFakeStore();
  const [here, there] = twoEngines(store);
  await runPlan(graphOf(SHARED_CONFIG as never), { engine: here, store: store.use() });
  const [name] = store.names().map((tag) => /sti-([0-9a-f]{64})$/.exec(tag)?.[1] ?? "");
  const [lookup] = await store.use().store.find([{ key: name ?? "", stage: "result" }]);
  if (lookup?.kind !== "found") throw new Error("the store has no result");
  return { there, image: lookup.image };
}

test("an image of the store is in the engine until it is given back", async () => {
  const { image, there } = await shared();
  const before = [...there.state.images.keys()];
  const { details, release } = await borrowImage({ engine: there, ledger }, image, silent);
  expect(details.config.labels["sti.key"]).toBe(image.config.labels["sti.key"]);
  expect(there.state.images.has(details.id)).toBe(true);
  const name = `${image.repository}@${image.referenceDigest}`;
  expect([...ledger.entries.values()]).toEqual([[{ kind: "named", name }]]);
  await release();
  expect([...there.state.images.keys()]).toEqual(before);
  expect(ledger.entries.size).toBe(0);
});

test("an image that the engine had stays", async () => {
  const { image, there } = await shared();
  await there.pullImage(`${image.repository}@${image.referenceDigest}`);
  const { details, release } = await borrowImage({ engine: there, ledger }, image, silent);
  await release();
  expect(there.state.images.has(details.id)).toBe(true);
});

test("an image with another key than it was described with is refused, and nothing is left", async () => {
  const { image, there } = await shared();
  const before = [...there.state.images.keys()];
  const config = { ...image.config, labels: { "sti.key": "other" } };
  await expect(borrowImage({ engine: there, ledger }, { ...image, config }, silent)).rejects.toThrow(
    /is not the image with key other/,
  );
  expect([...there.state.images.keys()]).toEqual(before);
});

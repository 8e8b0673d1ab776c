// Pushes of targets that were built for several platforms, by an executor whose results are given.
import { createFakeStore, refusal } from "@sti/testing/fake-store";
import { expect, test } from "vitest";
import { BOTH, imageFor, runSpread } from "../../test/spread-session.ts";
import type { Outcome } from "./event.ts";

const TAG = "registry.test/acme/api:1";

test("all parts make one index, in the order of the platforms, and each node reports it with its manifest", async () => {
  const store = createFakeStore();
  const { finished, pushed } = await runSpread({ store: store.use() });
  expect(finished.failures).toEqual([]);
  expect(store.asked).toEqual([`join amd64 arm64 as ${TAG}`]);
  const common = { reference: TAG, digest: "sha256:index-of-2" };
  expect(pushed).toEqual({
    api: { ...common, manifest: "sha256:amd64" },
    "api@arm64": { ...common, manifest: "sha256:arm64" },
  });
});

test.each([
  ["failed", "each", /api@arm64 failed/],
  ["cancelled", "each", /api@arm64 was cancelled/],
  ["failed", "atomic", /api@arm64 failed/],
] as const)("nothing is pushed if a part is %s: pushes %s", async (outcome: Outcome, when, message) => {
  const store = createFakeStore();
  const { finished, pushed, warnings } = await runSpread({
    store: store.use(),
    outcomes: { "api@arm64": outcome },
    when,
  });
  expect(store.asked).toEqual([]);
  expect(pushed).toEqual({});
  expect(finished.failures).toEqual([]);
  expect(warnings).toEqual([expect.stringMatching(message), expect.stringMatching(message)]);
});

test("pushes of the config are left out in a session for some of the platforms", async () => {
  const store = createFakeStore();
  const { pushed, warnings } = await runSpread({ store: store.use(), chosen: ["linux/amd64"] });
  expect(store.asked).toEqual([]);
  expect(pushed).toEqual({});
  expect(warnings).toEqual([
    "not pushed: its index needs linux/arm64, too, for which this session does not build",
  ]);
});

test.each([
  ["has no result of api@arm64, for linux/arm64", undefined],
  ["has a result for linux/amd64 instead", imageFor("linux/amd64")],
])("a store that %s fails the push", async (message, image) => {
  const store = createFakeStore();
  const { finished, pushed } = await runSpread({ store: store.use(), images: { "api@arm64": image } });
  expect(finished.failures).toMatchObject([
    { code: "push-failed", target: "api@arm64", message: expect.stringContaining(message) },
  ]);
  expect(store.asked).toEqual([]);
  expect(pushed).toEqual({});
});

test("a registry that refuses fails the push, with its words", async () => {
  const use = createFakeStore().use();
  const registry = { ...use.registry, joinImages: () => Promise.reject(refusal("denied", "not allowed")) };
  const { finished } = await runSpread({ store: { ...use, registry } });
  expect(finished.failures).toMatchObject([
    { code: "push-failed", reason: "denied", message: "not allowed" },
  ]);
});

test("attestations belong to the manifest of their platform; one that fails is a failure of its node alone", async () => {
  const failure = { code: "bug", message: "no documents" } as const;
  const { attested, finished, pushed } = await runSpread({
    store: createFakeStore().use(),
    attest: ({ name }) => (name === "api" ? { attestations: ["provenance"] } : { failure }),
  });
  expect(attested).toEqual(["api sha256:amd64", "api@arm64 sha256:arm64"]);
  expect(pushed).toMatchObject({ api: { attestations: ["provenance"] } });
  expect(Object.keys(pushed)).toEqual(["api"]);
  expect(finished.failures).toEqual([failure]);
});

test.each([
  ["each", 2],
  ["atomic", 1],
] as const)("after a push that failed, others follow only if each is by itself: %s", async (when, joins) => {
  const use = createFakeStore().use();
  let asked = 0;
  const joinImages = () => {
    asked += 1;
    return Promise.reject(refusal("denied", "not allowed"));
  };
  const store = { ...use, registry: { ...use.registry, joinImages } };
  const { finished, warnings } = await runSpread({ store, when, apps: ["api", "web"] });
  expect(asked).toBe(joins);
  expect(finished.failures).toHaveLength(joins);
  expect(warnings).toEqual(Array(4 - 2 * joins).fill("not pushed: another push failed"));
});

test("platforms have the order of the config", async () => {
  const store = createFakeStore();
  await runSpread({ store: store.use(), platforms: BOTH.toReversed() });
  expect(store.asked).toEqual([`join arm64 amd64 as ${TAG}`]);
});

import { expect, test } from "vitest";
import { type ClaimFacts, falseClaims } from "./claims.ts";
import type { SweepState } from "./read-state.ts";

const stateOf = (id: string, containers: readonly string[] = [], inRegistry?: string): SweepState => ({
  tags: { "app:1": { id, content: id, isWhole: true } },
  inRegistry,
  holdings: { containers, volumes: [], sourceCaches: [], networks: [], untaggedImages: [], files: [] },
});
const facts: ClaimFacts = {
  before: stateOf("1"),
  after: stateOf("2"),
  content: "2",
  engineBroke: false,
  wasSlow: false,
  diskWasFull: false,
  injected: "500",
};

test.for<[string, Partial<ClaimFacts>]>([
  ["hint: earlier tags were kept", { after: stateOf("1") }],
  ["app:1 was built, but not pushed", {}],
  ["registry not reachable", { after: stateOf("2", [], "1"), before: stateOf("1", [], "1") }],
  ["no space left on the engine's disk", { diskWasFull: true }],
  ["engine not reachable at unix:///x", { engineBroke: true }],
  ["no answer in time", { wasSlow: true }],
  ["image app not found in the engine", { injected: "404" }],
  ["left container sti-build-a-1 for the next session", { after: stateOf("2", ["sti-build-a-1"]) }],
])("%s: true where the facts are so", ([text, so]) => {
  expect(falseClaims(text, { ...facts, ...so })).toEqual([]);
});

test.for<[string, Partial<ClaimFacts>]>([
  ["hint: earlier tags were kept", {}],
  ["app:1 was built, but not pushed", { after: stateOf("2", [], "2") }],
  ["registry not reachable", { after: stateOf("2", [], "2") }],
  ["killed, often for want of memory", {}],
  ["no space left on the engine's disk", {}],
  ["connection to the engine lost during: commit", {}],
  ["no answer in time", {}],
  ["image app not found in the engine", {}],
  ["bug in sti: x", {}],
  ["left container sti-build-a-1 for the next session", {}],
])("%s: false where they are not", ([text, so]) => {
  expect(falseClaims(text, { ...facts, ...so })).toHaveLength(1);
});

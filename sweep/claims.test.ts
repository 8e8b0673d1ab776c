import { expect, test } from "vitest";
import { type ClaimFacts, falseClaims } from "./claims.ts";
import type { SweepState } from "./read-state.ts";

const stateOf = (id: string, containers: readonly string[] = [], inRegistry?: string): SweepState => ({
  tags: { "app:1": { id, content: id, isWhole: true } },
  inRegistry,
  holdings: { containers, volumes: [], keptSources: [], networks: [], untaggedImages: [], files: [] },
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
  ["the registry could not be reached", { after: stateOf("2", [], "1"), before: stateOf("1", [], "1") }],
  ["the engine's disk is full", { diskWasFull: true }],
  ["no engine answers at unix:///x", { engineBroke: true }],
  ["it did not answer in time", { wasSlow: true }],
  ["the engine does not have the image app", { injected: "404" }],
  ["left container sti-build-a-1 for the next session", { after: stateOf("2", ["sti-build-a-1"]) }],
])("%s: true where the facts are so", ([text, so]) => {
  expect(falseClaims(text, { ...facts, ...so })).toEqual([]);
});

test.for<[string, Partial<ClaimFacts>]>([
  ["hint: earlier tags were kept", {}],
  ["app:1 was built, but not pushed", { after: stateOf("2", [], "2") }],
  ["the registry could not be reached", { after: stateOf("2", [], "2") }],
  ["killed, often for want of memory", {}],
  ["the engine's disk is full", {}],
  ["the connection to the engine was lost during: commit", {}],
  ["it did not answer in time", {}],
  ["the engine does not have the image app", {}],
  ["this is a defect in sti: x", {}],
  ["left container sti-build-a-1 for the next session", {}],
])("%s: false where they are not", ([text, so]) => {
  expect(falseClaims(text, { ...facts, ...so })).toHaveLength(1);
});

import { graphOf } from "@sti/testing/definitions";
import { expect, test } from "vitest";
import { inheritPlatforms } from "../graph/inherit-platforms.ts";
import { spreadPlatforms } from "../graph/spread-platforms.ts";
import { decidePushes } from "./decide-pushes.ts";
import { refusePartialPushes } from "./refuse-partial-pushes.ts";

function refuse(chosen: readonly string[] | undefined, given: { hasStore: boolean; isAsked: boolean }) {
  const app = { source: ".", buildImage: "debian", tag: "acme/api:1" };
  const graph = inheritPlatforms(
    graphOf({ apps: { api: { ...app, platforms: ["linux/amd64", "linux/arm64"] } } }),
  );
  if (!graph.ok) throw new Error("no graph");
  const spread = spreadPlatforms({ graph: graph.value, selected: ["api"] }, { own: "linux/amd64", chosen });
  if (!spread.ok) throw new Error("no selection");
  const pushes = decidePushes(spread.value.graph, { request: "each", selected: spread.value.selected });
  return refusePartialPushes(spread.value.graph, pushes, given);
}

test("an index is pushed whole, from a store, or not at all", () => {
  expect(refuse(undefined, { hasStore: true, isAsked: true })).toEqual([]);
  const refused = { code: "push-partial", target: "api", path: ["apps", "api"], tag: "acme/api:1" };
  expect(refuse(undefined, { hasStore: false, isAsked: false })).toEqual([{ ...refused, missing: [] }]);
  const missing = ["linux/arm64"];
  expect(refuse(["linux/amd64"], { hasStore: true, isAsked: true })).toEqual([{ ...refused, missing }]);
});

test("a session for some platforms leaves out what only the config pushes", () => {
  expect(refuse(["linux/amd64"], { hasStore: true, isAsked: false })).toEqual([]);
});

import { graphOf } from "@sti/testing/definitions";
import { builderApp } from "@sti/testing/session";
import { expect, test } from "vitest";
import { priorities } from "./priorities.ts";

const graph = graphOf({
  apps: {
    base: builderApp("base"),
    api: builderApp("api", { buildImage: "acme/base" }),
    web: builderApp("web"),
    cron: builderApp("cron"),
  },
});
const order = (times?: ReadonlyMap<string, number>) =>
  [...priorities(graph, times)].sort(([, one], [, other]) => one - other).map(([name]) => name);

test("without times of earlier builds, the longest chain comes first", () => {
  const found = priorities(graph);
  expect([...found.values()].sort()).toEqual([1, 2, 2, 2]);
  expect(found.get("base")).toBe(1);
});

test("long builds come first, with those that they are made from; others are alike", () => {
  const times = new Map([
    ["base", 1_000],
    ["api", 2_000],
    ["web", 60_000],
  ]);
  expect(order(times)).toEqual(["web", "base", "api", "cron"]);
  const found = priorities(graph, times);
  expect(found.get("api")).toBe(found.get("cron"));
});

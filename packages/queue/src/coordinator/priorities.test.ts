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

/** Steps of targets: those of equal steps are ordered by their names alone. */
const stepsOf = (found: ReadonlyMap<string, number>) =>
  new Map([...found].map(([name, priority]) => [name, Math.floor((priority - 1) / 32)]));

test("without times of earlier builds, the longest chain comes first", () => {
  const steps = stepsOf(priorities(graph));
  expect(steps).toEqual(new Map(Object.entries({ base: 0, api: 1, web: 1, cron: 1 })));
});

test("long builds come first, with those that they are made from; others are alike", () => {
  const times = new Map([
    ["base", 1_000],
    ["api", 2_000],
    ["web", 60_000],
  ]);
  expect(order(times).slice(0, 2)).toEqual(["web", "base"]);
  const steps = stepsOf(priorities(graph, times));
  expect(steps.get("api")).toBe(steps.get("cron"));
});

test("targets that are alike have the same order in each run, whatever else is in it", () => {
  const names = Array.from({ length: 40 }, (_, index) => `app${index}`);
  const orderOf = (some: readonly string[]) => {
    const apps = Object.fromEntries(some.map((name) => [name, builderApp(name)]));
    return priorities(graphOf({ apps }));
  };
  const all = orderOf(names);
  expect(new Set(all.values()).size).toBeGreaterThan(16);
  const half = names.filter((_, index) => index % 2 === 0).reverse();
  expect([...orderOf(half)].every(([name, priority]) => all.get(name) === priority)).toBe(true);
});

import { graphOf } from "@sti/testing/definitions";
import { describe, expect, test } from "vitest";
import { parseSelectors, selectTargets, withoutNeeded } from "./select-targets.ts";
import type { TargetGraph } from "./target-graph.ts";

/** builder ← api ← web ← e2e, and builder ← docs. */
function graph(): TargetGraph {
  const app = (name: string, buildImage: string, more: object = {}) => ({
    source: `services/${name}`,
    buildImage: `acme/${buildImage}`,
    tag: `acme/${name}`,
    ...more,
  });
  const config = {
    images: { builder: { context: "builders/node", tag: "acme/builder" } },
    apps: {
      api: app("api", "builder", { labels: { team: "core" } }),
      web: app("web", "api", { labels: { team: "shop", tier: "front" } }),
      e2e: app("e2e", "web", { tag: "acme/tests:e2e" }),
      docs: app("docs", "builder", { source: "./docs" }),
    },
  };
  return graphOf(config);
}

const sorted = (names: Iterable<string>) => [...names].sort().join(" ");

function select(selectors: readonly string[], changed: readonly string[] = [], affected?: readonly string[]) {
  const parsed = parseSelectors(selectors);
  if (!parsed.ok) return parsed.failures;
  const result = selectTargets(graph(), parsed.value, {
    groups: { shop: ["web", "docs"] },
    inRange: () => new Set(changed),
    ...(affected === undefined ? {} : { affected: new Set(affected) }),
  });
  if (!result.ok) return result.failures;
  return { selected: sorted(result.value.selected), needed: sorted(result.value.graph.nodes.keys()) };
}

test("without a selector everything is selected", () => {
  expect(select([])).toEqual({
    selected: "api builder docs e2e web",
    needed: "api builder docs e2e web",
  });
});

test("what a selected target needs is in the graph, but not selected", () => {
  expect(select(["web"])).toEqual({ selected: "web", needed: "api builder web" });
});

test("of what is selected, only what is affected by a change or needs what is", () => {
  expect(select([], [], ["api"])).toEqual({ selected: "api e2e web", needed: "api builder e2e web" });
  expect(select(["web", "docs"], [], ["api"])).toEqual({ selected: "web", needed: "api builder web" });
  expect(select([], [], [])).toEqual({ selected: "", needed: "" });
});

test("without what is needed, only the selected are in the graph, and the others are given by their tags", () => {
  const parsed = parseSelectors(["web", "api"]);
  if (!parsed.ok) throw new Error("selectors");
  const selection = selectTargets(graph(), parsed.value);
  if (!selection.ok) throw new Error("selection");
  const { nodes, given } = withoutNeeded(selection.value).graph;
  expect([...nodes].map(([name, { dependencies, dependents }]) => [name, dependencies, dependents])).toEqual([
    ["api", [], ["web"]],
    ["web", ["api"], []],
  ]);
  expect([...(given ?? [])]).toEqual([["builder", "docker.io/acme/builder:latest"]]);
});

describe("a selector", () => {
  test.each([
    ["web", "web"],
    ["web docs", "web docs"],
    ["*e*", "builder web e2e"],
    ["d?cs", "docs"],
    ["web...", "builder api web"],
    ["web^...", "builder api"],
    ["...web", "web e2e"],
    ["...^web", "e2e"],
    ["...web...", "builder api web e2e"],
    ["...^web^...", "builder api e2e"],
    ["!web", "builder api e2e docs"],
    ["!...api", "builder docs"],
    ["api... !builder", "api"],
    ["!docs ...api", "api web e2e"],
    ["tag:acme/*", "builder api web e2e docs"],
    ["tag:*:e2e", "e2e"],
    ["tag:docker.io/acme/web:latest", "web"],
    ["label:team", "api web"],
    ["label:team=core", "api"],
    ["group:shop", "web docs"],
    ["group:shop{./services}", "web"],
    ["{./services}", "api web e2e"],
    ["{services/*}", "api web e2e"],
    ["{services/**/w*}", "web"],
    ["{.}", "builder api web e2e docs"],
    ["*b*{./services}", "web"],
    ["{./docs/}", "docs"],
  ])("%s selects %s", (selectors, selected) => {
    expect(select(selectors.split(" "))).toMatchObject({ selected: sorted(selected.split(" ")) });
  });

  test.each([
    ["[main]", "api docs"],
    ["...[main]", "api web e2e docs"],
    ["...^[main]", "web e2e"],
    ["{./services}[main...HEAD]", "api"],
    ["[main]...", "builder api docs"],
    ["![main]", "builder web e2e"],
  ])("%s with api and docs changed selects %s", (selector, selected) => {
    expect(select([selector], ["api", "docs"])).toMatchObject({ selected: sorted(selected.split(" ")) });
  });

  test("of commits between which nothing changed selects nothing, which is no mistake", () => {
    expect(select(["...[main]"])).toEqual({ selected: "", needed: "" });
  });

  test.each([
    ["", "is not NAME"],
    ["...", "is not NAME"],
    ["!", "is not NAME"],
    ["api[", "is not NAME"],
    ["[main]web", "is not NAME"],
    ["a...b", "dots in the middle"],
    ["{../elsewhere}", "climb"],
    ["{/etc}", "climb"],
    ["[]", "[COMMIT"],
    ["[a...b...c]", "[COMMIT"],
    ["[--output=x]", "expected a commit"],
  ])("%s is refused", (selector, message) => {
    expect(select([selector])).toMatchObject([
      { code: "selection-invalid", selector, message: expect.stringContaining(message) },
    ]);
  });

  test.each([
    ["x*", "x*"],
    ["{./servces}", "{./servces}"],
    ["group:none", "group:none"],
    ["label:teem", "label:teem"],
    ["tag:other/*", "tag:other/*"],
    ["!x*", "!x*"],
    ["{./servces}[main]", "{./servces}[main]"],
  ])("%s, which matches nothing, is refused", (selector, written) => {
    expect(select([selector])).toMatchObject([{ code: "selection-unmatched", selector: written }]);
  });

  test("of a misspelt name is refused, with the name that was meant; all of them at once", () => {
    expect(select(["wbe", "...dcos"])).toMatchObject([
      { code: "selection-unknown", name: "wbe", suggestion: "web" },
      { code: "selection-unknown", name: "dcos", suggestion: "docs" },
    ]);
  });
});

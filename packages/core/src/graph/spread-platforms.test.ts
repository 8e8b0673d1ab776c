import { graphOf } from "@sti/testing/definitions";
import { describe, expect, test } from "vitest";
import type { Result } from "../failure/result.ts";
import { inheritPlatforms } from "./inherit-platforms.ts";
import { parseSelectors, type Selection, selectTargets, withoutNeeded } from "./select-targets.ts";
import { foreignPlatforms, onlyPlatform, type PlatformChoice, spreadPlatforms } from "./spread-platforms.ts";

const BOTH = ["linux/amd64", "linux/arm64"];
const own = "linux/amd64";
const app = (name: string, more: object = {}) => ({
  source: ".",
  buildImage: "acme/builder",
  tag: `acme/${name}`,
  ...more,
});
const CONFIG = {
  images: { builder: { context: ".", tag: "acme/builder" } },
  apps: { api: app("api", { platforms: BOTH }), web: app("web", { dependsOn: ["api"], platforms: BOTH }) },
};

function select(config: object, named: readonly string[] = []): Selection {
  const selectors = parseSelectors(named);
  const graph = inheritPlatforms(graphOf(config as never));
  return value(selectTargets(value(graph), value(selectors)));
}

function spread(
  config: object,
  choice: Partial<PlatformChoice> = {},
  named: readonly string[] = [],
): Selection {
  return value(spreadPlatforms(select(config, named), { own, ...choice }));
}

function value<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(JSON.stringify(result.failures));
  return result.value;
}

describe("a graph over platforms", () => {
  test("has a node for each, in the order of a build; those of the engine keep their names", () => {
    const { graph, selected } = spread(CONFIG);
    const names = ["builder", "builder@arm64", "api", "api@arm64", "web", "web@arm64"];
    expect([...graph.nodes.keys()]).toEqual(names);
    expect(selected).toEqual(names);
    expect(graph.nodes.get("web@arm64")).toMatchObject({
      dependencies: ["builder@arm64", "api@arm64"],
      images: [{ target: "builder@arm64" }],
      target: {
        name: "web@arm64",
        dependsOn: ["api@arm64"],
        platform: { name: "linux/arm64", all: BOTH, declared: "web" },
      },
    });
    expect(graph.nodes.get("builder@arm64")?.dependents).toEqual(["api@arm64", "web@arm64"]);
    expect(foreignPlatforms(graph, own)).toEqual(["linux/arm64"]);
    const part = onlyPlatform(graph, "linux/arm64", { own });
    expect([...part.nodes.keys()]).toEqual(["builder@arm64", "api@arm64", "web@arm64"]);
    expect(part.edges.map(({ from, to }) => `${from} → ${to}`)).toContain("web@arm64 → api@arm64");
  });

  test("is left alone without platforms", () => {
    const plain = { apps: { api: app("api") } };
    const { graph } = spread(plain);
    expect(graph.nodes.get("api")?.target.platform).toBeUndefined();
  });

  test("has the chosen ones of the selected targets, and what these need", () => {
    const { graph } = spread(CONFIG, { chosen: ["linux/arm64"] }, ["api"]);
    expect([...graph.nodes.keys()]).toEqual(["builder@arm64", "api@arm64"]);
    expect(graph.nodes.get("api@arm64")?.target.platform?.all).toEqual(BOTH);
  });

  test("builds a builder once more for an app without platforms, for the engine", () => {
    const config = {
      ...CONFIG,
      apps: { api: app("api", { platforms: ["linux/arm64"] }), plain: app("plain") },
    };
    const { graph } = spread(config);
    expect([...graph.nodes.keys()]).toEqual(["builder@arm64", "builder", "api@arm64", "plain"]);
    expect(graph.nodes.get("plain")?.dependencies).toEqual(["builder"]);
    expect(graph.nodes.get("builder")?.target.platform?.all).toEqual(["linux/arm64"]);
  });

  test("takes targets that are left as they are by the same tag", () => {
    const kept = withoutNeeded({ ...select(CONFIG), selected: ["api"] });
    const { graph: given } = value(spreadPlatforms(kept, { own }));
    expect(given.given?.get("builder@arm64")).toBe("docker.io/acme/builder:latest");
  });

  test("refuses a platform that no selected target has", () => {
    const message = "no selected target is built for it, only for linux/amd64, linux/arm64";
    const refused = [{ code: "platform-invalid", platform: "linux/s390x", message }];
    const choice = { own, chosen: ["linux/s390x"] };
    expect(spreadPlatforms(select(CONFIG), choice)).toEqual({ ok: false, failures: refused });
    expect(spreadPlatforms(select({ apps: { api: app("api") } }), choice)).toMatchObject({
      failures: [{ message: "no selected target has platforms" }],
    });
  });

  test("refuses a dependency that lacks a platform of what needs it", () => {
    const apps = { ...CONFIG.apps, api: app("api", { platforms: ["linux/amd64"] }) };
    expect(inheritPlatforms(graphOf({ ...CONFIG, apps }))).toMatchObject({
      failures: [
        {
          path: ["apps", "api", "platforms"],
          message: "lacks linux/arm64, for which web needs api",
        },
      ],
    });
  });
});

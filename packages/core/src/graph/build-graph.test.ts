import { graphOf, targetsOf } from "@sti/testing/definitions";
import { describe, expect, test } from "vitest";
import type { UserConfig } from "../definition/schema.ts";
import type { Failure } from "../failure/failure.ts";
import { buildGraph } from "./build-graph.ts";

function failuresOf(config: UserConfig, dockerfiles: Record<string, string[]> = {}): readonly Failure[] {
  const graph = buildGraph(targetsOf(config), new Map(Object.entries(dockerfiles)));
  return graph.ok ? [] : graph.failures;
}

const app = (buildImage: string, tag: string, more: object = {}) => ({
  source: ".",
  buildImage,
  tag,
  ...more,
});

describe("the graph of targets", () => {
  test("names an image that is written with its digest as an engine lists it", () => {
    const digest = `sha256:${"a".repeat(64)}`;
    const graph = graphOf({ apps: { api: app(`debian:12@${digest}`, "acme/api") } });
    expect(graph.nodes.get("api")?.images).toMatchObject([
      { reference: `docker.io/library/debian@${digest}`, short: `debian:12@${digest}` },
    ]);
  });

  test("has an edge where a build image is another target's tag, however it is spelled", () => {
    const graph = graphOf({
      images: { builder: { context: ".", tag: "acme/builder" } },
      apps: { api: app("docker.io/acme/builder:latest", "acme/api") },
    });
    expect(graph.edges).toEqual([
      { from: "api", to: "builder", reason: "build-image", path: ["apps", "api", "buildImage"] },
    ]);
  });

  test("has an edge for a runtime image, a named target, a Dockerfile's FROM and dependsOn", () => {
    const graph = graphOf(
      {
        images: {
          base: { context: ".", tag: "acme/base" },
          builder: { context: ".", tag: "acme/builder" },
        },
        apps: {
          api: { source: ".", buildImage: { target: "builder" }, tag: "acme/api" },
          web: app("debian", "acme/web", { runtimeImage: "acme/api", dependsOn: ["base"] }),
        },
      },
      { builder: ["acme/base:latest", "debian"] },
    );
    expect(graph.edges.map(({ from, to, reason }) => `${from} ${reason} ${to}`)).toEqual([
      "builder dockerfile base",
      "api build-image builder",
      "web runtime-image api",
      "web depends-on base",
    ]);
    expect([...graph.nodes.keys()]).toEqual(["base", "builder", "api", "web"]);
  });

  test("takes the build stage of an extended app as a tag of that app", () => {
    const graph = graphOf({
      apps: {
        web: app("debian", "acme/web:1", { runtimeImage: "debian" }),
        tests: app("acme/web:1-build", "acme/tests"),
      },
    });
    expect(graph.nodes.get("tests")?.dependencies).toEqual(["web"]);
  });

  test("prints a cycle in order and proposes to cut the edge that was added by hand", () => {
    const [failure] = failuresOf({
      apps: {
        a: app("acme/b", "acme/a"),
        b: app("acme/c", "acme/b"),
        c: app("debian", "acme/c", { dependsOn: ["a"] }),
      },
    });
    expect(failure).toMatchObject({
      code: "graph-cycle",
      names: ["a", "b", "c", "a"],
      cut: 2,
      edges: [
        { path: ["apps", "a", "buildImage"] },
        { path: ["apps", "b", "buildImage"] },
        { path: ["apps", "c", "dependsOn", 0] },
      ],
    });
  });

  test("names a target that needs itself", () => {
    expect(failuresOf({ apps: { a: app("acme/a", "acme/a") } })).toMatchObject([
      { code: "graph-cycle", names: ["a", "a"] },
    ]);
  });

  test("refuses two targets with one tag, also when one of them is a derived tag", () => {
    expect(
      failuresOf({
        apps: {
          web: app("debian", "acme/web", { runtimeImage: "debian" }),
          twin: app("debian", "docker.io/acme/web:latest"),
          odd: app("debian", "acme/web:latest-build"),
        },
      }),
    ).toMatchObject([
      { code: "tag-duplicate", target: "twin", other: "web" },
      { code: "tag-duplicate", target: "odd", other: "web" },
    ]);
  });

  test("suggests the nearest name for an unknown one", () => {
    expect(
      failuresOf({ apps: { storefront: app("debian", "acme/s", { dependsOn: ["storefrnt"] }) } }),
    ).toMatchObject([{ code: "target-unknown", name: "storefrnt", suggestion: "storefront" }]);
  });

  test("holds a chain and a fan of 1,000 targets", () => {
    const names = Array.from({ length: 1000 }, (_, index) => `t${index}`);
    const chain = Object.fromEntries(
      names.map((name, index) => [name, app(index === 0 ? "debian" : `acme/t${index - 1}`, `acme/${name}`)]),
    );
    const fan = Object.fromEntries(
      names.map((name, index) => [name, app(index === 0 ? "debian" : "acme/t0", `acme/${name}`)]),
    );
    expect([...graphOf({ apps: chain }).nodes.keys()]).toEqual(names);
    expect(graphOf({ apps: fan }).nodes.get("t0")?.dependents).toHaveLength(999);
  });

  test("finds a cycle of 1,000 targets", () => {
    const apps = Object.fromEntries(
      Array.from({ length: 1000 }, (_, index) => [
        `t${index}`,
        app(`acme/t${(index + 1) % 1000}`, `acme/t${index}`),
      ]),
    );
    const [failure] = failuresOf({ apps });
    expect(failure?.code === "graph-cycle" ? failure.names.length : 0).toBe(1001);
  });
});

import { graphOf } from "@sti/testing/definitions";
import { expect, test } from "vitest";
import type { ServiceTarget } from "../definition/dev-settings.ts";
import { listContainers } from "./list-containers.ts";

const app = (buildImage: string | { readonly target: string } = "builder:1") => ({ source: ".", buildImage });
const GRAPH = graphOf({
  apps: {
    web: { ...app({ target: "base" }), tag: "acme/web" },
    base: { ...app(), tag: "acme/base" },
    tool: { ...app(), tag: "acme/tool" },
  },
});
const SERVICES = [
  { name: "db", builtBy: undefined },
  { name: "mail", builtBy: "mail-image" },
] as unknown as readonly ServiceTarget[];

test("services come first, then the apps that run, dependencies before them", () => {
  const project = { graph: GRAPH, run: new Set(["web", "base"]), services: SERVICES };
  expect(listContainers(project)).toEqual([
    { name: "db" },
    { name: "mail", builtBy: "mail-image" },
    { name: "base", builtBy: "base" },
    { name: "web", builtBy: "web" },
  ]);
});

test("a watch that runs nothing lists none", () => {
  expect(listContainers({ graph: GRAPH, services: SERVICES })).toBeUndefined();
});

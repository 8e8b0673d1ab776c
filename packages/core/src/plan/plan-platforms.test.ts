import { dockerfileOf, graphOf, imageDetails, snapshotOf } from "@sti/testing/definitions";
import { expect, test } from "vitest";
import { inheritPlatforms } from "../graph/inherit-platforms.ts";
import { spreadPlatforms } from "../graph/spread-platforms.ts";
import { NO_FACTS } from "./facts.ts";
import { findUnbuildable, planPlatforms } from "./plan-platforms.ts";
import { unknownEngine } from "./platform-parts.ts";

const app = {
  source: ".",
  buildImage: "acme/builder",
  tag: "acme/api",
  platforms: ["linux/amd64", "linux/arm64"],
};
const inherited = inheritPlatforms(
  graphOf({ images: { builder: { context: ".", tag: "acme/builder" } }, apps: { api: app } }),
);
if (!inherited.ok) throw new Error("no graph");
const spread = spreadPlatforms({ graph: inherited.value, selected: ["api"] }, { own: "linux/amd64" });
if (!spread.ok) throw new Error("no selection");
const { graph } = spread.value;
const names = [...graph.nodes.keys()];
const { id, size } = imageDetails();
const facts = {
  engine: unknownEngine("linux/amd64"),
  images: new Map([["docker.io/acme/api:latest", { id, size, tags: [], digests: [], labels: {} }]]),
};
const inputs = {
  graph,
  facts,
  snapshots: new Map(names.map((name) => [name, snapshotOf(name)])),
  dockerfiles: new Map(names.map((name) => [name, dockerfileOf("FROM scratch")])),
  identities: new Map(),
  pasts: new Map(),
  flags: { clean: false, force: false, time: 1 },
  matchPaths: () => () => false,
  imageFacts: () => undefined,
};

test("each platform is planned by the facts of its own engine: images of this one say nothing of others", () => {
  const { targets } = planPlatforms(inputs);
  expect(targets.map(({ name, platform }) => [name, platform])).toEqual([
    ["builder", "linux/amd64"],
    ["builder@arm64", "linux/arm64"],
    ["api", "linux/amd64"],
    ["api@arm64", "linux/arm64"],
  ]);
  const causesOf = (name: string) =>
    targets.find((target) => target.name === name)?.decision as { causes: readonly { kind: string }[] };
  expect(causesOf("api").causes).toContainEqual(expect.objectContaining({ kind: "image-foreign" }));
  expect(causesOf("api@arm64").causes).toContainEqual(expect.objectContaining({ kind: "image-missing" }));
});

test("without an engine, all are open", () => {
  const { targets } = planPlatforms({ ...inputs, facts: NO_FACTS });
  expect(targets.map(({ decision }) => decision.kind)).toEqual(Array(4).fill("open"));
  expect(findUnbuildable({ graph, facts: NO_FACTS })).toEqual([]);
});

test("other platforms than the engine's are named once, by the targets that nothing needs", () => {
  expect(findUnbuildable({ graph, facts })).toEqual([
    {
      code: "platform-unbuildable",
      target: "api@arm64",
      path: ["apps", "api", "platforms"],
      platform: "linux/arm64",
      engine: "linux/amd64",
    },
  ]);
});

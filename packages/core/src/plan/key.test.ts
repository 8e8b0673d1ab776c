import { expect, test } from "vitest";
import { resolveTargets } from "../definition/resolve-targets.ts";
import { Config } from "../definition/schema.ts";
import { buildGraph } from "../graph/build-graph.ts";
import { hashKey, keyPreimage } from "./key.ts";

function keyOf(more: object): string {
  const config = { apps: { api: { source: "s", buildImage: "acme/b", tag: "acme/api", ...more } } };
  const targets = resolveTargets(Config.parse(config));
  const graph = targets.ok ? buildGraph(targets.value, new Map()) : targets;
  if (!graph.ok) throw new Error(JSON.stringify(graph.failures));
  const node = graph.value.nodes.get("api");
  if (node === undefined) throw new Error("no api");
  const inputs = { sourceDigest: "d", dockerfile: undefined, imageIds: ["i"], dependencyIds: [], time: 0 };
  return hashKey(keyPreimage(node, inputs));
}

test("how an app's container is run decides nothing of its image", () => {
  const dev = {
    ports: ["80"],
    env: { A: "1" },
    command: ["serve"],
    volumes: ["cache:/c"],
    probe: { tcp: 80 },
  };
  expect(keyOf({ dev })).toBe(keyOf({}));
  expect(keyOf({ env: { A: "1" } })).not.toBe(keyOf({}));
});

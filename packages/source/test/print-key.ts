// Prints the key of a project whose only source is a folder: run in processes of their own, by key.test.ts.
import { buildGraph, hashKey, keyPreimage, type Result, resolveTargets, type TargetNode } from "@sti/core";
import { Config } from "@sti/core/schema";
import { readSources } from "../src/snapshot/read-sources.ts";

const [directory = ""] = process.argv.slice(2);
const app = {
  source: "src",
  buildImage: "debian:12",
  tag: "acme/web",
  env: { b: "1", A: "2", I: "3", i: "4" },
};
const targets = unwrap(resolveTargets(Config.parse({ apps: { web: app } })));
const graph = unwrap(buildGraph(targets, new Map()));
const snapshots = unwrap(await readSources(targets, { directory }));
const preimage = keyPreimage(graph.nodes.get("web") as TargetNode, {
  sourceDigest: snapshots.get("web")?.digest ?? "",
  git: undefined,
  dockerfile: undefined,
  images: [{ id: "sha256:1", identity: "sha256:2" }],
  dependencies: [],
  time: 1,
});
process.stdout.write(`${hashKey(preimage)}\n`);

function unwrap<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(JSON.stringify(result.failures));
  return result.value;
}

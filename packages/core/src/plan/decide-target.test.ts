import { nodeOf } from "@sti/testing/definitions";
import { describe, expect, test } from "vitest";
import type { TargetNode } from "../graph/target-graph.ts";
import { decideTarget } from "./decide-target.ts";
import type { Facts } from "./facts.ts";
import { LABEL } from "./labels.ts";

function apiWith(more: object = {}): TargetNode {
  const app = { source: ".", buildImage: "debian", tag: "acme/api", env: { A: "1", B: "2" }, ...more };
  return nodeOf({ apps: { api: app } }, "api");
}

const known = (identity: string) => ({ id: `sha256:id-${identity}`, identity });
const NEEDED = { images: [known("base")], dependencies: [] };
const FLAGS = { clean: false, force: false, time: 1 };
const factsWith = (labels: Record<string, string> | undefined): Facts => ({
  engine: undefined,
  images: new Map(
    labels === undefined
      ? []
      : [
          [
            "docker.io/acme/api:latest",
            { id: "sha256:old", tags: ["acme/api:latest"], digests: [], labels, size: 1 },
          ],
        ],
  ),
});

function decide(node: TargetNode, changes: Partial<Parameters<typeof decideTarget>[1]> = {}) {
  return decideTarget(node, {
    sourceDigest: "s1",
    git: undefined,
    dockerfile: undefined,
    needed: NEEDED,
    facts: factsWith(undefined),
    flags: FLAGS,
    ...changes,
  });
}

const ours = (key: string) => ({ [LABEL.managed]: "1", [LABEL.target]: "api", [LABEL.key]: key });

describe("a target", () => {
  test("is built when no image has its tag", () => {
    expect(decide(apiWith())).toMatchObject({
      kind: "build",
      because: { kind: "image-missing" },
      replaces: undefined,
    });
  });

  test("is up to date when the image with its tag carries its key", () => {
    const { key } = decide(apiWith());
    expect(decide(apiWith(), { facts: factsWith(ours(key)) })).toMatchObject({
      kind: "up-to-date",
      imageId: "sha256:old",
    });
  });

  test("is built again when forced", () => {
    const facts = factsWith(ours(decide(apiWith()).key));
    expect(decide(apiWith(), { facts, flags: { ...FLAGS, force: true } })).toMatchObject({
      kind: "build",
      because: { kind: "forced" },
      replaces: "sha256:old",
    });
  });

  test("is built when the image with its tag is somebody else's", () => {
    const { key } = decide(apiWith());
    expect(decide(apiWith(), { facts: factsWith({}) })).toMatchObject({
      because: { kind: "image-foreign", target: null },
    });
    expect(decide(apiWith(), { facts: factsWith({ ...ours(key), [LABEL.target]: "web" }) })).toMatchObject({
      because: { kind: "image-foreign", target: "web" },
    });
  });

  test.each([
    ["its source", { sourceDigest: "s2" }, {}],
    ["its Dockerfile", { dockerfile: "FROM x" }, {}],
    ["an image it is made from", { needed: { images: [known("new")], dependencies: [] } }, {}],
    ["its variables", {}, { env: { A: "1", B: "3" } }],
    ["its build variables", {}, { buildEnv: { C: "1" } }],
    ["its labels", {}, { labels: { team: "a" } }],
    ["its scripts folder", {}, { scripts: "/opt/sti" }],
    ["which package of a workspace it is", {}, { source: { workspace: "a" } }],
    ["the time of its files", { flags: { ...FLAGS, time: 2 } }, {}],
  ])("has another key when %s changes", (_, changes, more) => {
    expect(decide(apiWith(more), changes).key).not.toBe(decide(apiWith()).key);
  });

  test("has another key when the image of a target it depends on changes", () => {
    const node = apiWith();
    const depending = { ...node, target: { ...node.target, dependsOn: ["db"] } };
    const keyWith = (identity: string) =>
      decide(depending, { needed: { ...NEEDED, dependencies: [known(identity)] } }).key;
    expect(keyWith("1")).not.toBe(keyWith("2"));
    expect(keyWith("1")).not.toBe(decide(node).key);
  });

  test.each([
    ["the order of its variables", { env: { B: "2", A: "1" } }],
    ["its tag", { tag: "acme/api:other" }],
    ["whether it gets the host's certificates", { hostTrust: true }],
    ["its pull policy", { pull: "always" }],
    ["its method", { method: "container" }],
    ["what the image it is made from is called", { buildImage: "acme/debian:12" }],
  ])("keeps its key when only %s changes", (_, more) => {
    expect(decide(apiWith(more)).key).toBe(decide(apiWith()).key);
  });

  test("keeps its key on another engine, where equal images have other ids", () => {
    const elsewhere = { ...NEEDED, images: [{ ...known("base"), id: "sha256:elsewhere" }] };
    expect(decide(apiWith(), { needed: elsewhere }).key).toBe(decide(apiWith()).key);
  });
});

import { graphOf } from "@sti/testing/definitions";
import { expect, test } from "vitest";
import { forNodes, readPlatforms } from "./spread-project.ts";

test("values of --platform are read in the normal form, each once", () => {
  expect(readPlatforms(undefined)).toEqual({ ok: true, value: undefined });
  expect(readPlatforms(["linux/arm64/v8", "linux/amd64", "linux/arm64"])).toEqual({
    ok: true,
    value: ["linux/arm64", "linux/amd64"],
  });
  expect(readPlatforms(["linux/amd64", "linux/armm", ""])).toMatchObject({
    ok: false,
    failures: [
      { code: "platform-invalid", platform: "linux/armm" },
      { code: "platform-invalid", platform: "", message: "must be a platform such as 'linux/arm64'" },
    ],
  });
});

test("nodes of other platforms have what is known of their target", () => {
  const { nodes } = graphOf({ apps: { api: { source: ".", buildImage: "debian", tag: "acme/api" } } });
  const [node] = nodes.values();
  if (node === undefined) throw new Error("no node");
  const platform = { name: "linux/arm64", all: ["linux/arm64"], declared: "api" };
  const target = { ...node.target, name: "api@arm64", platform };
  const spread = { edges: [], nodes: new Map([...nodes, ["api@arm64", { ...node, target }]]) };
  expect([...forNodes(spread, new Map([["api", 1]]))]).toEqual([
    ["api", 1],
    ["api@arm64", 1],
  ]);
});

import { nodeOf } from "@sti/testing/definitions";
import { expect, test } from "vitest";
import { hashKey, keyPreimage } from "./key.ts";

function keyOf(more: object): string {
  const config = { apps: { api: { source: "s", buildImage: "acme/b", tag: "acme/api", ...more } } };
  const inputs = { sourceDigest: "d", dockerfile: undefined, imageIds: ["i"], dependencyIds: [], time: 0 };
  return hashKey(keyPreimage(nodeOf(config, "api"), inputs));
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

test("the names of methods are no part of keys: those of earlier versions stay valid", () => {
  const dockerfile = "5b76f9d1e66ab1077218a148bdc24c4408b8dfdea28ba82b38173ae1a0c954e6";
  const container = "3081fd5ef9931ef96e47e7bcf1e2612a8fec4162400b99a88535c10d6606e0a3";
  expect(keyOf({ method: "dockerfile" })).toBe(dockerfile);
  expect(keyOf({ method: "build" })).toBe(dockerfile);
  expect(keyOf({ method: "container" })).toBe(container);
  expect(keyOf({ method: "run" })).toBe(container);
});

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

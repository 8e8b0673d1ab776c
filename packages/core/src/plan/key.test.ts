import { nodeOf } from "@sti/testing/definitions";
import { expect, test } from "vitest";
import type { SourceGit } from "../source/source.ts";
import { hashKey, keyPreimage } from "./key.ts";

function keyOf(more: object, git?: SourceGit): string {
  const config = { apps: { api: { source: "s", buildImage: "acme/b", tag: "acme/api", ...more } } };
  const inputs = {
    sourceDigest: "d",
    git,
    dockerfile: undefined,
    imageIds: ["i"],
    dependencyIds: [],
    time: 0,
  };
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

test("values of git are part of a key only on request, and the request always is", () => {
  const at = (commit: string, more: Partial<SourceGit> = {}): SourceGit => ({
    commit,
    branch: "main",
    tag: undefined,
    isDirty: false,
    ...more,
  });
  expect(keyOf({ git: true }, at("1"))).toBe(keyOf({ git: { key: false } }, at("2")));
  expect(new Set([keyOf({}), keyOf({ git: true }), keyOf({ git: { key: true } })]).size).toBe(3);
  expect(keyOf({ git: false }, at("1"))).toBe(keyOf({}));
  const asked = { git: { key: true } };
  const states = [
    at("1"),
    at("2"),
    at("1", { branch: "x" }),
    at("1", { tag: "v1" }),
    at("1", { isDirty: true }),
  ];
  expect(new Set(states.map((state) => keyOf(asked, state))).size).toBe(states.length);
});

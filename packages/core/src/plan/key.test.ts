import { nodeOf } from "@sti/testing/definitions";
import { expect, test } from "vitest";
import type { SourceGit } from "../source/source.ts";
import { hashKey, keyPreimage } from "./key.ts";

function keyOf(more: object, git?: SourceGit): string {
  const config = { apps: { api: { source: "s", buildImage: "acme/b", tag: "acme/api", ...more } } };
  const images = [{ id: "i", identity: "j" }];
  const inputs = { sourceDigest: "d", git, dockerfile: undefined, images, dependencies: [], time: 0 };
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

test("the method is no part of a key, since both give the same image", () => {
  expect(keyOf({ method: "container" })).toBe(keyOf({ method: "dockerfile" }));
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

test("an image entry that is made from no image has another key on each platform, others have that of their images", () => {
  const entry = { images: { base: { context: ".", tag: "acme/base" } } };
  const keyOn = (platform: string | undefined, bases: readonly string[]) =>
    hashKey(
      keyPreimage(nodeOf(entry, "base", { base: bases }), {
        sourceDigest: "d",
        git: undefined,
        dockerfile: "FROM scratch",
        images: bases.map((id) => ({ id, identity: id })),
        dependencies: [],
        time: 0,
        platform,
      }),
    );
  expect(keyOn("linux/amd64", [])).not.toBe(keyOn("linux/arm64", []));
  expect(keyOn("linux/amd64", ["debian"])).toBe(keyOn("linux/arm64", ["debian"]));
});

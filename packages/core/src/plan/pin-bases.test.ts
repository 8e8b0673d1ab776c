import { dockerfileOf as parsedOf } from "@sti/testing/definitions";
import { expect, test } from "vitest";
import { pinBases } from "./pin-bases.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;
const PINNED = new Map(
  ["docker.io/library/debian:12", "registry.test/acme/base:1"].map((reference) => [
    reference,
    `${reference.slice(0, reference.lastIndexOf(":"))}@${DIGEST}`,
  ]),
);

/** A Dockerfile that names these images, each where it is in the text first. */
function dockerfileOf(text: string, ...names: readonly string[]) {
  const images = names.map((name) => ({ name, offset: text.indexOf(name) }));
  return { ...parsedOf(text), images };
}

test("locked images are named by their digests, all others stay as they are", () => {
  const dockerfile = dockerfileOf(
    "FROM debian:12\nFROM alpine:3\nCOPY --from=registry.test/acme/base:1 /a /b\n# debian:12\n",
    "debian:12",
    "alpine:3",
    "registry.test/acme/base:1",
  );
  const pinned = pinBases(dockerfile, PINNED);
  expect(pinned.text).toBe(
    `FROM docker.io/library/debian@${DIGEST}\nFROM alpine:3\nCOPY --from=registry.test/acme/base@${DIGEST} /a /b\n# debian:12\n`,
  );
  for (const { name, offset } of pinned.images) {
    expect(pinned.text.slice(offset, offset + name.length)).toBe(name);
  }
});

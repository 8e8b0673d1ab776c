import { expect, test } from "vitest";
import { pinBases } from "./pin-bases.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;
const PINNED = new Map(
  ["docker.io/library/debian:12", "registry.test/acme/base:1"].map((reference) => [
    reference,
    `${reference.slice(0, reference.lastIndexOf(":"))}@${DIGEST}`,
  ]),
);

test.each([
  ["FROM debian:12", `FROM docker.io/library/debian@${DIGEST}`],
  ["from  debian:12 as build", `from  docker.io/library/debian@${DIGEST} as build`],
  [
    "FROM --platform=linux/amd64 registry.test/acme/base:1",
    `FROM --platform=linux/amd64 registry.test/acme/base@${DIGEST}`,
  ],
  ["COPY --from=debian:12 /a /b", `COPY --from=docker.io/library/debian@${DIGEST} /a /b`],
  ["COPY --chown=1 --from=debian:12 /a /b", `COPY --chown=1 --from=docker.io/library/debian@${DIGEST} /a /b`],
])("a locked image is named by its digest: %s", (line, pinned) => {
  expect(pinBases(`${line}\nRUN true\n`, PINNED)).toBe(`${pinned}\nRUN true\n`);
});

test.each([
  ["an image that is not locked", "FROM alpine:3\n"],
  ["a variable", "ARG BASE=debian:12\nFROM $BASE\n"],
  ["a line of a here-document", "FROM alpine:3\nRUN cat <<EOF\nFROM debian:12\nEOF\n"],
  ["a continued line", "FROM alpine:3\nRUN echo \\\nFROM debian:12\n"],
  ["other text", "RUN echo FROM debian:12\n# FROM debian:12\n"],
])("%s stays as it is", (_, text) => {
  expect(pinBases(text, PINNED)).toBe(text);
});

test("the name of an earlier stage stays as it is", () => {
  const pinned = new Map([["docker.io/library/base:latest", `docker.io/library/base@${DIGEST}`]]);
  expect(pinBases("FROM base AS base\nFROM Base\nCOPY --from=base /a /b\n", pinned)).toBe(
    `FROM docker.io/library/base@${DIGEST} AS base\nFROM Base\nCOPY --from=base /a /b\n`,
  );
});

import { expect, test } from "vitest";
import { splitReference } from "./split-reference.ts";

test.each([
  ["debian", "debian", "latest"],
  ["debian:bookworm", "debian", "bookworm"],
  ["localhost:5000/a/b", "localhost:5000/a/b", "latest"],
  ["localhost:5000/a/b:1", "localhost:5000/a/b", "1"],
  ["a@sha256:0f", "a", "sha256:0f"],
  ["a:1@sha256:0f", "a", "sha256:0f"],
])("%s is repository %s with tag %s", (reference, repository, tag) => {
  expect(splitReference(reference)).toEqual({ repository, tag });
});

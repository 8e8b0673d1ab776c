import { parseImageReference } from "@sti/core";
import { expect, test } from "vitest";
import { tagOf } from "./tag-of.ts";

test.each([
  ["main", "main"],
  ["feature/JIRA-12", "feature-jira-12"],
  ["v1.2.3+build", "v1.2.3-build"],
  ["renovate/@types/node-22.x", "renovate-types-node-22.x"],
  ["--x__y..", "x__y"],
  ["Größe", "gr-e"],
  [`${"a".repeat(127)}/b`, "a".repeat(127)],
])("the tag of %s is %s", (text, tag) => {
  expect(tagOf(text)).toBe(tag);
  expect(parseImageReference(`acme/web:${tag}`)).toHaveProperty("reference.tag", tag);
});

test("a text of which nothing is left has no tag", () => {
  expect(() => tagOf("/-/")).toThrow('"/-/" holds nothing that a tag can hold');
});

import { readFileSync } from "node:fs";
import type { SessionEvent } from "@sti/core";
import { checkDocument, requiredFields } from "@sti/testing/json-documents";
import { expect, test } from "vitest";
import { reportedSession } from "../../test/reported-session.ts";
import { BUILDING, FAILED } from "../../test/watched-session.ts";
import { describeSti } from "../program/reference.ts";
import { documents } from "./documents.ts";

const page = readFileSync(new URL("../../../../docs/json.md", import.meta.url), "utf8");
const EXAMPLE =
  /^\[`schemas\/([a-z-]+)\.schema\.json`\]\(\.\.\/schemas\/\1\.schema\.json\)[^`]+```json\n(.+?)```/gms;

/** The examples of docs/json.md by the name of the document. */
const examples = new Map(
  [...page.matchAll(EXAMPLE)].map(([, name = "", text = ""]): [string, Record<string, unknown>] => [
    name,
    JSON.parse(text),
  ]),
);

test("docs/json.md has an example of each document, and none besides", () => {
  expect([...examples.keys()].sort()).toEqual(documents.map(({ name }) => name).sort());
});

test.each([...examples])("the example of %s fits its schema", (name, example) => {
  checkDocument(name, example);
});

test.each([...examples])("the schema of %s refuses a document without one of its fields", (name, example) => {
  // The schema of events is one of several.
  const required = name === "event" ? ["type", "at", "target", "outcome", "reason"] : requiredFields(name);
  expect(required).not.toEqual([]);
  for (const field of required) {
    const { [field]: _, ...rest } = example;
    expect(() => checkDocument(name, rest), field).toThrow(
      field === "type" ? 'tag "type"' : `{"missingProperty":"${field}"}`,
    );
  }
});

test.each([...examples])("tests refuse a field of %s that its schema lacks", (name, example) => {
  expect(() => checkDocument(name, { ...example, surplus: 1 })).toThrow('{"additionalProperty":"surplus"}');
});

test("every command with --json has a schema", () => {
  const described = documents.map(({ description }) => description).join("\n");
  const commands = describeSti().commands.flatMap(({ members }) => members);
  const names = commands
    .filter(({ options }) => options.some(({ members }) => members.some(({ term }) => term === "--json")))
    .map(({ name }) => name);
  expect(names).toContain("plan");
  for (const name of names) expect(described).toContain(`\`sti ${name} `);
});

test.each<[string, readonly SessionEvent[]]>([
  ["a session", reportedSession()],
  ["a watch", [...BUILDING, ...FAILED]],
])("events of %s fit their schema", (_, events) => {
  for (const event of events) checkDocument("event", event);
});

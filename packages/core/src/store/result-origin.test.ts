import { expect, test } from "vitest";
import { attachmentOf, chooseOrigin, parseOrigin, type ResultOrigin } from "./result-origin.ts";

const ORIGIN: ResultOrigin = {
  by: { kind: "github-actions", url: "https://github.com/acme/shop/actions/runs/17" },
  built: 1_700_000_000_000,
  duration: 4_210,
  commit: "1a2b3c4d".repeat(5),
  toolVersion: "1.2.3",
  engine: "Docker Engine 28.5.1",
};
const documentOf = (changes: object) => {
  const written = JSON.parse(new TextDecoder().decode(attachmentOf(ORIGIN).bytes));
  return {
    ...attachmentOf(ORIGIN),
    bytes: new TextEncoder().encode(JSON.stringify({ ...written, ...changes })),
  };
};

test("an origin is read as it was written, with its time in words", () => {
  expect(parseOrigin(attachmentOf(ORIGIN))).toEqual(ORIGIN);
  expect(new TextDecoder().decode(attachmentOf(ORIGIN).bytes)).toContain('"2023-11-14T22:13:20.000Z"');
});

test.each([
  ["another schema", { schemaVersion: 2 }],
  ["an unknown builder", { by: { kind: "root" } }],
  ["no builder", { by: null }],
  ["no time", { builtAt: "yesterday" }],
  ["a time before 1970", { builtAt: "1900-01-01T00:00:00Z" }],
  ["a negative duration", { duration: -1 }],
  ["a version that is no text", { sti: 1 }],
  ["no engine", { engine: undefined }],
  ["too many bytes", { more: "x".repeat(9_000) }],
])("a document with %s is none", (_name, changes) => {
  expect(parseOrigin(documentOf(changes))).toBeUndefined();
});

test.each([["[]"], ["null"], ["{"], [""], ["\u0000"]])("%j is no document", (text) => {
  expect(parseOrigin({ ...attachmentOf(ORIGIN), bytes: new TextEncoder().encode(text) })).toBeUndefined();
});

test("texts are cut and have no control characters, and what is odd is left out", () => {
  const odd = documentOf({
    by: { kind: "gitlab-ci", url: "javascript:alert(1)" },
    commit: "HEAD; rm -rf /",
    sti: `1\u001b[31m${"9".repeat(500)}`,
    engine: "Docker\u202e\n",
    more: "x",
  });
  expect(parseOrigin(odd)).toEqual({
    by: { kind: "gitlab-ci" },
    built: ORIGIN.built,
    duration: ORIGIN.duration,
    toolVersion: `1[31m${"9".repeat(95)}`,
    engine: "Docker",
  });
  const secret = documentOf({ by: { kind: "ci", url: "http://user:token@ci.example/1?token=x#y" } });
  expect(parseOrigin(secret)?.by).toEqual({ kind: "ci", url: "http://ci.example/1" });
});

test("of several documents the oldest that can be read counts", () => {
  const later = attachmentOf({ ...ORIGIN, built: ORIGIN.built + 1, by: { kind: "machine" } });
  expect(
    chooseOrigin([documentOf({ by: null, builtAt: "1971-01-01" }), later, attachmentOf(ORIGIN)]),
  ).toEqual(ORIGIN);
  expect(chooseOrigin([])).toBeUndefined();
});

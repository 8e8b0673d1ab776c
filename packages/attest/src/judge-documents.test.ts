import type { Attachment } from "@sti/core";
import { INLINE_ANNOTATION } from "@sti/core";
import { expect, test } from "vitest";
import { judgeDocuments } from "./judge-documents.ts";
import { generateSigningKey, parseSigningKey, type SigningKey } from "./keys.ts";
import { isResultSigned, signResult } from "./result-signature.ts";
import { makeDocument, PREDICATE_TYPES, readDocument } from "./statement.ts";

const subject = { name: "acme/api", digest: `sha256:${"d".repeat(64)}` };
const other = { ...subject, digest: `sha256:${"e".repeat(64)}` };
const [key, foreign] = [aKey(), aKey()];

function aKey(): SigningKey {
  const read = parseSigningKey(Buffer.from(generateSigningKey().pem));
  if ("problem" in read) throw new Error(read.problem);
  return read;
}

const made = (kind: "provenance" | "sbom", by: SigningKey | undefined = key, about = subject) =>
  makeDocument(about, { kind, predicate: { kind } }, by);
const judge = (attached: readonly Attachment[], required: readonly string[] = []) =>
  judgeDocuments(attached, { keys: [key.public], required, subject: subject.digest });

test("documents that a trusted key has signed about the image verify it", () => {
  const judgement = judge([made("provenance"), made("sbom")]);
  expect(judgement).toMatchObject({ isVerified: true, missing: [] });
  expect(judgement.documents.map(({ problem }) => problem)).toEqual([undefined, undefined]);
});

const changed = (document: Attachment, change: (text: string) => string): Attachment => ({
  ...document,
  bytes: Buffer.from(change(Buffer.from(document.bytes).toString())),
});

test.each<[string, Attachment, RegExp]>([
  ["of a foreign key", made("sbom", foreign), /not signed by a trusted key/],
  ["about another image", made("sbom", key, other), /about another image/],
  [
    "without a signature",
    { ...made("sbom"), ...makeDocument(subject, { kind: "sbom", predicate: {} }, undefined) },
    /not signed$/,
  ],
  ["that is cut", changed(made("sbom"), (text) => text.slice(0, -5)), /cannot be read/],
  ["with another payload", changed(made("sbom"), swapPayload), /or was changed since/],
  [
    "of another type of payload",
    changed(made("sbom"), (text) => text.replace("in-toto+json", "other")),
    /no statement/,
  ],
])("a document %s does not count, and the image is not verified", (_, document, problem) => {
  const judgement = judge([made("provenance"), document]);
  expect(judgement.isVerified).toBe(false);
  expect(judgement.documents[1]?.problem).toMatch(problem);
  // Beside one that counts, it does no harm.
  if (judgement.documents[1]?.found !== undefined) {
    expect(judge([made("provenance"), document, made("sbom")]).isVerified).toBe(true);
  }
  expect(judge([made("provenance"), document], [PREDICATE_TYPES.provenance]).isVerified).toBe(true);
  expect(judge([made("provenance"), document], [PREDICATE_TYPES.sbom])).toMatchObject({
    isVerified: false,
    missing: [PREDICATE_TYPES.sbom],
  });
});

function swapPayload(text: string): string {
  const envelope = JSON.parse(text);
  const statement = Buffer.from(envelope.payload, "base64")
    .toString()
    .replace('"kind":"sbom"', '"kind":"else"');
  return JSON.stringify({ ...envelope, payload: Buffer.from(statement).toString("base64") });
}

test("without any document nothing is verified", () => {
  expect(judge([])).toMatchObject({ isVerified: false, missing: [] });
});

test("a statement that is nested too deeply to be printed is none", () => {
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  const bytes = Buffer.from(
    `{"_type":"https://in-toto.io/Statement/v1","predicateType":"x","predicate":${deep}}`,
  );
  expect(readDocument({ bytes, mediaType: "application/vnd.in-toto+json" }, [])).toHaveProperty("problem");
});

test("a result's signature is about its key, its stage and its digest", () => {
  const claim = { key: "k", stage: "result", digest: subject.digest } as const;
  const signature = signResult(claim, key);
  const isSigned = (changes: object, attached = [signature]) =>
    isResultSigned({ ...claim, ...changes }, attached, [foreign.public, key.public]);
  expect(isSigned({})).toBe(true);
  // The list of a registry has all of it.
  expect(signature.annotations?.[INLINE_ANNOTATION]).toBe(Buffer.from(signature.bytes).toString());
  expect(isSigned({}, [{ ...signature, bytes: Buffer.from("{}") }, signature])).toBe(true);
  for (const changes of [{ key: "l" }, { stage: "build" }, { digest: other.digest }]) {
    expect(isSigned(changes)).toBe(false);
  }
  expect(isResultSigned(claim, [signature], [foreign.public])).toBe(false);
  // A statement about the image is no signature of the result.
  expect(isSigned({}, [made("provenance")])).toBe(false);
});

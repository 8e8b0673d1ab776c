// Statements of in-toto (v1) about images, and the documents that are attached to them: signed or not.
import type { Attachment } from "@sti/core";
import { asObject, asText, type Json } from "@sti/registry/json-fields";
import { ENVELOPE_TYPE, findSigner, parseEnvelope, signEnvelope } from "./envelope.ts";
import type { SigningKey, VerificationKey } from "./keys.ts";
import { parseShallowJson } from "./parse-shallow-json.ts";

/** Media type of statements, as a payload of envelopes and as a kind of document. */
export const STATEMENT_TYPE = "application/vnd.in-toto+json";
const STATEMENT = "https://in-toto.io/Statement/v1";
/** The annotation by which other tools find the type without reading the document. */
const PREDICATE_ANNOTATION = "in-toto.io/predicate-type";
/** Digests of a statement's subjects that are looked at. */
const MOST_SUBJECTS = 100;

export const PREDICATE_TYPES = {
  provenance: "https://slsa.dev/provenance/v1",
  sbom: "https://cyclonedx.org/bom",
} as const;

export type DocumentKind = keyof typeof PREDICATE_TYPES;

/** A statement as it was found: nothing of it but its form was checked. */
export interface FoundStatement {
  /** A URI. */
  readonly predicateType: string;
  /** "sha256:…" */
  readonly subjects: readonly string[];
  /** The whole statement. */
  readonly statement: Json;
  /** Names of keys in its envelope; undefined if it has no envelope. */
  readonly keyIds: readonly string[] | undefined;
  /** The trusted key that has signed it. */
  readonly signer: VerificationKey | undefined;
}

/** `subject`: of the manifest or index that the document is attached to, "sha256:…". */
export function makeDocument(
  subject: { readonly name: string; readonly digest: string },
  { kind, predicate }: { readonly kind: DocumentKind; readonly predicate: unknown },
  key: SigningKey | undefined,
): Attachment {
  const predicateType = PREDICATE_TYPES[kind];
  const [, sha256 = ""] = subject.digest.split(":");
  const statement = Buffer.from(
    JSON.stringify({
      _type: STATEMENT,
      subject: [{ name: subject.name, digest: { sha256 } }],
      predicateType,
      predicate,
    }),
  );
  return {
    artifactType: STATEMENT_TYPE,
    annotations: { [PREDICATE_ANNOTATION]: predicateType },
    ...(key === undefined
      ? { mediaType: STATEMENT_TYPE, bytes: statement }
      : { mediaType: ENVELOPE_TYPE, bytes: signEnvelope(statement, STATEMENT_TYPE, key) }),
  };
}

/** The problem follows "a document". */
export function readDocument(
  { bytes, mediaType }: Pick<Attachment, "bytes" | "mediaType">,
  keys: readonly VerificationKey[],
): FoundStatement | { readonly problem: string } {
  if (mediaType !== ENVELOPE_TYPE) return readStatement(bytes, { keyIds: undefined, signer: undefined });
  const envelope = parseEnvelope(bytes);
  if (envelope === undefined) return { problem: "whose envelope cannot be read" };
  if (envelope.payloadType !== STATEMENT_TYPE)
    return { problem: "whose envelope has no statement of in-toto" };
  const keyIds = envelope.signatures.map(({ keyId }) => keyId.slice(0, 128));
  return readStatement(envelope.payload, { keyIds, signer: findSigner(envelope, keys) });
}

function readStatement(
  bytes: Uint8Array,
  signed: Pick<FoundStatement, "keyIds" | "signer">,
): FoundStatement | { readonly problem: string } {
  const statement = asObject(parseShallowJson(bytes));
  const predicateType = asText(statement.predicateType);
  if (statement._type !== STATEMENT || predicateType === "")
    return { problem: "that is no statement of in-toto" };
  const subjects = Array.isArray(statement.subject) ? statement.subject.slice(0, MOST_SUBJECTS) : [];
  return {
    predicateType,
    subjects: subjects.flatMap((entry) => {
      const sha256 = asText(asObject(asObject(entry).digest).sha256);
      return /^[0-9a-f]{64}$/.test(sha256) ? [`sha256:${sha256}`] : [];
    }),
    statement,
    ...signed,
  };
}

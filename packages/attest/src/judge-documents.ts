// Decides whether the documents of an image are to be believed: signed by a trusted key, about this image, of the
// required types.
import type { Attachment } from "@sti/core";
import type { VerificationKey } from "./keys.ts";
import { type FoundStatement, PREDICATE_TYPES, readDocument } from "./statement.ts";

export interface JudgedDocument {
  /** Undefined where it cannot be read. */
  readonly found: FoundStatement | undefined;
  /** Why it does not count; undefined if it does. */
  readonly problem: string | undefined;
}

export interface Judgement {
  readonly documents: readonly JudgedDocument[];
  /** Required types without a document that counts. */
  readonly missing: readonly string[];
  readonly isVerified: boolean;
}

/**
 * Each required type needs one document that counts. Without required types these are the types of all documents
 * found: one of an unknown signer beside a valid one of its type does no harm, a type that nobody trusted has signed does.
 */
export function judgeDocuments(
  attached: readonly Pick<Attachment, "bytes" | "mediaType">[],
  {
    keys,
    required,
    subject,
  }: {
    readonly keys: readonly VerificationKey[];
    /** URIs. */
    readonly required: readonly string[];
    /** "sha256:…" */
    readonly subject: string;
  },
): Judgement {
  const documents = attached.map((one): JudgedDocument => {
    const found = readDocument(one, keys);
    if ("problem" in found) return { found: undefined, problem: `it is a document ${found.problem}` };
    return { found, problem: findProblem(found, subject) };
  });
  const types = required.length > 0 ? required : documents.flatMap(({ found }) => found?.predicateType ?? []);
  const valid = new Set(
    documents.flatMap(({ found, problem }) => (problem === undefined && found?.predicateType) || []),
  );
  const missing = [...new Set(types)].filter((type) => !valid.has(type));
  const isReadable = required.length > 0 || documents.every(({ found }) => found !== undefined);
  return { documents, missing, isVerified: valid.size > 0 && missing.length === 0 && isReadable };
}

function findProblem({ keyIds, signer, subjects }: FoundStatement, subject: string): string | undefined {
  if (keyIds === undefined) return "it is not signed";
  if (signer === undefined) return "it is not signed by a trusted key, or was changed since";
  return subjects.includes(subject) ? undefined : "it is about another image";
}

/** "provenance" and "sbom" for their types; others are URIs. */
export function readPredicateType(written: string): string {
  return Object.hasOwn(PREDICATE_TYPES, written)
    ? PREDICATE_TYPES[written as keyof typeof PREDICATE_TYPES]
    : written;
}

/** The short name of a type, if it has one. */
export function namePredicateType(type: string): string {
  return Object.entries(PREDICATE_TYPES).find(([, known]) => known === type)?.[0] ?? type;
}

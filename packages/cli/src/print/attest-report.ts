// The documents of an image as lines for people and as JSON for programs. Their content comes from a registry. Pure.
import { type Judgement, namePredicateType } from "@sti/attest";
import { sanitizeLine } from "../render/sanitize.ts";

/** One document of an image. */
export interface AttestItem {
  /** "provenance", "sbom", or the URI of another type; null where it cannot be read. */
  readonly type: string | null;
  /** URI of the type; null where it cannot be read. */
  readonly predicateType: string | null;
  /** Names of keys in its envelope, as somebody wrote them; null if it is not signed. */
  readonly keyIds: readonly string[] | null;
  /** The given key that has signed it; null if none has. */
  readonly signedBy: string | null;
  /** Reason why it does not count; null if it does. */
  readonly problem: string | null;
  /** The whole statement; missing in `verify`, and where it cannot be read. */
  readonly statement?: Readonly<Record<string, unknown>> | undefined;
}

/** An image, or an index of images. */
export interface AttestedImage {
  /** "registry.example/acme/api@sha256:…" */
  readonly image: string;
  /** Null for `show`, which verifies nothing. */
  readonly verified: boolean | null;
  /** Required types without a document that counts. */
  readonly missing: readonly string[];
  readonly documents: readonly AttestItem[];
}

/** Output of `sti attest show|verify --json`. */
export interface AttestDocument extends AttestedImage {
  /** Raised when a field changes its meaning or goes away. */
  readonly schemaVersion: 1;
  /** Of an index: its images. */
  readonly images?: readonly (AttestedImage & { readonly platform: string })[] | undefined;
}

/** Documents that were judged, of the manifest or index with this digest. */
export interface JudgedImage {
  readonly digest: string;
  readonly judgement: Judgement;
}

interface Presentation {
  readonly action: "show" | "verify";
  readonly repository: string;
  /** Requested types, URIs. */
  readonly types: readonly string[];
}

/** An index is verified if its own documents verify it, or if each of its images is verified. */
export function toAttestDocument(
  {
    images: judged,
    ...root
  }: JudgedImage & { readonly images: readonly (JudgedImage & { readonly platform: string })[] | undefined },
  presentation: Presentation,
): AttestDocument {
  const own = { schemaVersion: 1, ...describeImage(root, presentation) } as const;
  if (judged === undefined) return own;
  const images = judged.map((image) => ({
    platform: image.platform,
    ...describeImage(image, presentation),
  }));
  const isComplete = images.length > 0 && images.every(({ verified }) => verified === true);
  const verified = own.verified === null ? null : own.verified || isComplete;
  const lacking = [...new Set([own, ...images].flatMap(({ missing }) => missing))];
  return { ...own, verified, missing: verified === false ? lacking : [], images };
}

function describeImage(
  { digest, judgement: { documents, isVerified, missing } }: JudgedImage,
  { action, repository, types }: Presentation,
): AttestedImage {
  const isVerify = action === "verify";
  const items = documents.map(({ found, problem }): AttestItem => {
    if (found === undefined) {
      return { type: null, predicateType: null, keyIds: null, signedBy: null, problem: problem ?? null };
    }
    return {
      type: namePredicateType(found.predicateType),
      predicateType: found.predicateType,
      keyIds: found.keyIds ?? null,
      signedBy: found.signer?.text ?? null,
      problem: isVerify ? (problem ?? null) : null,
      ...(isVerify ? {} : { statement: found.statement }),
    };
  });
  return {
    image: `${repository}@${digest}`,
    verified: isVerify ? isVerified : null,
    missing: isVerify ? missing.map(namePredicateType) : [],
    documents: types.length === 0 ? items : items.filter((item) => types.includes(item.predicateType ?? "")),
  };
}

export function printAttestations({ images = [], missing, verified, ...root }: AttestDocument): string {
  const lines = [
    ...(images.length === 0 || root.documents.length > 0 ? describeDocuments(root) : [root.image]),
    ...images.flatMap(({ platform, ...image }) => [
      platform || "no platform",
      ...describeDocuments(image).map((line) => `  ${line}`),
    ]),
    ...(verified === null ? [] : [verified ? "verified" : describeMissing(missing)]),
  ];
  return `${lines.map(sanitizeLine).join("\n")}\n`;
}

function describeDocuments({
  documents,
  image,
}: Pick<AttestedImage, "documents" | "image">): readonly string[] {
  return [image, ...documents.flatMap(describeItem), ...(documents.length === 0 ? ["no attestations"] : [])];
}

function describeMissing(missing: readonly string[]): string {
  return missing.length === 0
    ? "not verified"
    : `not verified: no valid document of the type ${missing.join(", ")}`;
}

function describeItem({ keyIds, problem, signedBy, statement, type }: AttestItem): readonly string[] {
  const signed =
    signedBy === null
      ? keyIds === null
        ? "not signed"
        : `signed by key ${keyIds.map((id) => id.slice(0, 12)).join(", ")}, not checked`
      : `signed by ${signedBy}`;
  const head = `${type ?? "unreadable"}  ${problem ?? signed}`;
  return [head, ...describeStatement(type, statement).map((line) => `  ${line}`)];
}

type Json = Readonly<Record<string, unknown>>;

/** The few fields that people look for. All of them may be missing, or of another type. */
function describeStatement(type: string | null, statement: Json | undefined): readonly string[] {
  if (statement === undefined) return [];
  const predicate = fieldsOf(statement.predicate);
  if (type === "sbom") {
    const { length } = Array.isArray(predicate.components) ? predicate.components : [];
    return [`components  ${length}`];
  }
  if (type !== "provenance") return [];
  const { buildDefinition, runDetails } = predicate;
  const { builder, metadata } = fieldsOf(runDetails);
  const { externalParameters, resolvedDependencies } = fieldsOf(buildDefinition);
  const { finishedOn, invocationId } = fieldsOf(metadata);
  const inputs = Array.isArray(resolvedDependencies) ? resolvedDependencies.map(fieldsOf) : [];
  return [
    ["target", fieldsOf(externalParameters).target],
    ["builder", fieldsOf(builder).id],
    ["run", invocationId],
    ["finished", finishedOn],
    ...inputs.map(({ digest, name, uri }) => [
      "input",
      `${asText(name)}  ${asText(uri)}${describeDigest(digest)}`,
    ]),
  ].flatMap(([label, value]) =>
    asText(value) === "" ? [] : [`${asText(label).padEnd(10)}${asText(value)}`],
  );
}

/** A digest that is not part of the address. */
function describeDigest(digest: unknown): string {
  const { gitCommit, stiSource } = fieldsOf(digest);
  const known = [gitCommit, stiSource].map(asText).find((text) => text !== "");
  return known === undefined ? "" : `  ${known.slice(0, 12)}`;
}

function fieldsOf(value: unknown): Json {
  return typeof value === "object" && value !== null ? (value as Json) : {};
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

// Makes the documents of images: provenance from the facts of their builds, the bill of materials from their files.
import type { Attachment, AttestedImage, Attester, ResultSignatures, SignatureMemory } from "@sti/core";
import type { SigningKey, VerificationKey } from "./keys.ts";
import { type BuilderPlace, makeProvenance } from "./provenance.ts";
import { isResultSigned, RESULT_SIGNATURE, signResult } from "./result-signature.ts";
import {
  createPackageCollector,
  type FoundPackages,
  type PackageCollector,
} from "./sbom/collect-packages.ts";
import {
  type DocumentKind,
  makeDocument,
  PREDICATE_TYPES,
  readDocument,
  STATEMENT_TYPE,
} from "./statement.ts";

/** Offers the files of a stream to a collector. */
export type VisitFiles = (
  stream: AsyncIterable<Uint8Array>,
  visitor: Pick<PackageCollector, "link" | "open" | "symlink">,
) => Promise<void>;

export interface AttesterOptions {
  /** Undefined: documents are not signed. */
  readonly key: SigningKey | undefined;
  readonly builder: BuilderPlace;
  readonly visitFiles: VisitFiles;
}

export function createAttester({ builder, key, visitFiles }: AttesterOptions): Attester {
  /** An image has the same packages under each name. */
  const read = new Map<string, Promise<FoundPackages>>();
  const packagesOf = (image: AttestedImage) => {
    const known = read.get(image.imageId) ?? readPackages(image, visitFiles);
    read.set(image.imageId, known);
    // Another image's attempt may succeed.
    known.catch(() => read.delete(image.imageId));
    return known;
  };
  return {
    artifactType: STATEMENT_TYPE,
    async makeDocuments(image) {
      const { build, subject } = image;
      const { provenance, sbom } = build.target.attest;
      const documents: Attachment[] = [];
      const notes: string[] = [];
      const add = (kind: DocumentKind, predicate: unknown) =>
        documents.push(makeDocument(subject, { kind, predicate }, key));
      if (provenance) add("provenance", makeProvenance(build, builder));
      if (sbom) {
        const found = await packagesOf(image);
        const { writeSbom } = await import("./sbom/write-sbom.ts");
        add("sbom", writeSbom(found, { ...subject, toolVersion: builder.version }));
        if (found.notes.length > 0) notes.push(`its SBOM lacks ${found.notes.join("; ")}`);
      }
      return { documents, notes };
    },
    chooseDocuments(attached, { digest, target }) {
      const keys = key === undefined ? [] : [key.public];
      const required = listKinds(target.attest).map((kind) => PREDICATE_TYPES[kind]);
      return required.flatMap((type) => {
        const fitting = attached.find((one) => {
          const found = readDocument(one, keys);
          if ("problem" in found || found.predicateType !== type || !found.subjects.includes(digest))
            return false;
          return key === undefined || found.signer !== undefined;
        });
        return fitting === undefined ? [] : [fitting];
      });
    },
  };
}

function listKinds({ provenance, sbom }: { provenance: boolean; sbom: boolean }): readonly DocumentKind[] {
  return [...(provenance ? (["provenance"] as const) : []), ...(sbom ? (["sbom"] as const) : [])];
}

/** Reads the stream once more where the content of a file comes under another name before it. */
async function readPackages({ openFiles }: AttestedImage, visitFiles: VisitFiles): Promise<FoundPackages> {
  const collector = createPackageCollector();
  await visitFiles(await openFiles(), collector);
  if (collector.needsAnotherPass()) await visitFiles(await openFiles(), collector);
  return collector.finish();
}

/** `keys`: those that results have to be signed by; none: results need no signature. */
export function createResultSignatures(
  key: SigningKey | undefined,
  keys: readonly VerificationKey[],
  memory?: SignatureMemory,
): ResultSignatures {
  return {
    memory,
    artifactType: RESULT_SIGNATURE,
    sign: key && ((claim) => signResult(claim, key)),
    isSigned: keys.length === 0 ? undefined : (claim, attached) => isResultSigned(claim, attached, keys),
  };
}

// The ports to attestations: documents about images that are pushed or stored, and signatures of results in a store.
// Types only.
import type { Target } from "../definition/target.ts";
import type { EngineDescription } from "../engine/engine.ts";
import type { KeyPreimage, PreimageImage } from "../plan/key.ts";
import type { Attachment } from "../store/attachment.ts";
import type { ImageRegistry } from "../store/image-registry.ts";
import type { StoreName } from "../store/result-store.ts";

/** An image that the result was made from. */
export interface AttestedBase extends Pick<PreimageImage, "identity" | "name" | "role"> {
  /** "docker.io/library/debian@sha256:…"; left out where no registry has it, as far as the engine knows. */
  readonly reference?: string | undefined;
}

/** Everything that provenance has of a result. No value of a variable or secret is among it. */
export interface AttestedBuild {
  readonly target: Target;
  readonly key: string;
  readonly preimage: KeyPreimage;
  /** The commit of the source; undefined where it has none, or differs from it. */
  readonly commit: { readonly url: string | undefined; readonly commit: string } | undefined;
  readonly bases: readonly AttestedBase[];
  /** Keys of its dependency layers. */
  readonly layers: readonly string[];
  readonly engine: EngineDescription | undefined;
  /** Milliseconds since 1970; undefined for a result that an earlier session built. */
  readonly time: { readonly started: number; readonly finished: number } | undefined;
}

export interface AttestedImage {
  /** `name`: its repository. `digest`: of the manifest or index that its name stands for, "sha256:…". */
  readonly subject: { readonly name: string; readonly digest: string };
  /** In the engine. */
  readonly imageId: string;
  readonly build: AttestedBuild;
  /** A stream of its files, as of `exportContainer`; each call reads them anew. */
  readonly openFiles: () => Promise<AsyncIterable<Uint8Array>>;
}

export interface Attester {
  /**
   * The documents that the config of the image's target asks for, signed where there is a key. `notes`: what they lack, for
   * people. Rejects with EngineError where the files cannot be read.
   */
  makeDocuments(
    image: AttestedImage,
  ): Promise<{ readonly documents: readonly Attachment[]; readonly notes: readonly string[] }>;
  /** Those of an image's documents that count: about this image and, where there is a key, signed by it. */
  chooseDocuments(
    attached: readonly Attachment[],
    image: { readonly target: Target; readonly digest: string },
  ): readonly Attachment[];
  /** The kind of document of all of them. */
  readonly artifactType: string;
}

/** Attestations of a session. */
export interface AttestUse {
  readonly attester: Attester;
  /** Of the images that are pushed. */
  readonly registry: ImageRegistry;
}

/** "The image with this digest is the result of this key." */
export interface ResultClaim extends StoreName {
  /** Of the manifest or index that the name in the store stands for, "sha256:…". */
  readonly digest: string;
}

export interface ResultSignatures {
  /** The kind of document. */
  readonly artifactType: string;
  /** Undefined where there is no private key. */
  readonly sign: ((claim: ResultClaim) => Attachment) | undefined;
  /** Undefined where results need no signature. */
  readonly isSigned:
    | ((claim: ResultClaim, attached: readonly Pick<Attachment, "bytes">[]) => boolean)
    | undefined;
  /** Left out: the store is asked for each signature. */
  readonly memory?: SignatureMemory | undefined;
}

/** Signatures that were read before, by the digests of their claims. A place that others may have written to: each is verified. */
export interface SignatureMemory {
  find(claim: ResultClaim): Uint8Array | undefined;
  add(claim: ResultClaim, document: Uint8Array): void;
  /** Never rejects for want of a place. */
  write(): Promise<void>;
}

// The bytes of an image as a registry has them: its manifest, and each layer when somebody reads it. Types only.
import type { CallOptions } from "./call.ts";

export interface ManifestContent {
  /** Digest of the bytes, "sha256:…". */
  readonly digest: string;
  /** OCI's or docker's. */
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

export interface LayerContent {
  /** Digest of the compressed bytes, "sha256:…". */
  readonly digest: string;
  /** Compressed bytes. */
  readonly size: number;
  /** The compressed bytes. Rejects with RegistryError, also at their end if they are not those of the digest. */
  open(options?: CallOptions): Promise<AsyncIterable<Uint8Array>>;
}

export interface ImageContent {
  readonly manifest: ManifestContent;
  /** Base first. */
  readonly layers: readonly LayerContent[];
}

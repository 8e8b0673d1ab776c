// Documents that are attached to images in registries.
import type { CallOptions } from "../engine/call.ts";

/**
 * An annotation that repeats the bytes of a document as text: registries list it with the document, which then need not be read.
 * It may differ from the document, so only one that proves itself, as signatures do, may be read this way.
 */
export const INLINE_ANNOTATION = "sti.document";

/** A small document that is attached to an image: its origin, a signature, a statement. */
export interface Attachment {
  /** The kind of document: "application/vnd.sti.origin.v1+json". */
  readonly artifactType: string;
  /** Of `bytes`. */
  readonly mediaType: string;
  /** At most 32 MiB. */
  readonly bytes: Uint8Array;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

export interface AttachOptions extends CallOptions {
  /** It may be lost if somebody else attaches to the same image at the same time: then nobody waits for them. Default: false. */
  readonly mayBeLost?: boolean | undefined;
}

export interface ReadAttachedOptions extends CallOptions {
  /** The kind of document. */
  readonly artifactType: string;
  /** Bytes; rejects with RegistryError "invalid" where a document is larger, or there are more than 50. */
  readonly limit: number;
  /** Takes the bytes of documents from INLINE_ANNOTATION where they have it. Default: false. */
  readonly inline?: boolean | undefined;
}

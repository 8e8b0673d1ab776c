// The port to files that machines share beside results: packed sources and logs. They are in the repository of the store,
// under tags of their own. Types only.
import type { CallOptions } from "../engine/call.ts";

/** A file in the store, by its content. */
export interface StoredBlob {
  /** "sha256:…" */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/** Rejects with RegistryError, or with the signal's reason. */
export interface ArtifactStore {
  /** The file of a tag; undefined if there is none. */
  find(tag: string, options?: CallOptions): Promise<StoredBlob | undefined>;
  /** Adds a file under a tag, which then names no other. `open` is called for each attempt to send it. */
  add(
    tag: string,
    file: StoredBlob & { readonly mediaType: string; readonly open: () => AsyncIterable<Uint8Array> },
    options?: CallOptions,
  ): Promise<void>;
  /** The bytes, compared with the digest at their end. Undefined if there are none. */
  open(blob: StoredBlob, options?: CallOptions): Promise<AsyncIterable<Uint8Array> | undefined>;
}

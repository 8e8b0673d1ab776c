// The port to files that machines share beside results: packed sources and logs. They are in the repository of the store,
// under tags of their own.
import type { CallOptions } from "../engine/call.ts";

/** A file in the store, by its content. */
export interface StoredBlob {
  /** "sha256:…" */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/** A file with its tag. */
export interface StoredArtifact extends StoredBlob {
  readonly tag: string;
  /** Digest of the manifest that the tag names. */
  readonly manifest: string;
  /** By the clock of the machine that added it, milliseconds since 1970; undefined if it names no time. */
  readonly added: number | undefined;
}

/** Milliseconds after which a task is not taken any more. Files that tasks name stay longer than that. */
export const TASK_LIFE = 24 * 3_600_000;

/** Rejects with RegistryError, or with the signal's reason. */
export interface ArtifactStore {
  /** The file of a tag; undefined if there is none. */
  find(tag: string, options?: CallOptions): Promise<StoredArtifact | undefined>;
  /** All files, in no order. What has their tags, and is none, is left out. */
  list(options?: CallOptions): Promise<readonly StoredArtifact[]>;
  /** Removes a file with all tags of its manifest, if a tag still names it. Resolves to whether it was there. */
  remove(artifact: StoredArtifact, options?: CallOptions): Promise<boolean>;
  /** Adds a file under a tag, which then names no other. `open` is called for each attempt to send it. */
  add(
    tag: string,
    file: StoredBlob & { readonly mediaType: string; readonly open: () => AsyncIterable<Uint8Array> },
    options?: CallOptions,
  ): Promise<void>;
  /** The bytes, compared with the digest at their end. Undefined if there are none. */
  open(blob: StoredBlob, options?: CallOptions): Promise<AsyncIterable<Uint8Array> | undefined>;
}

// The port to a store of results that machines share: one repository of a registry. The store reads and names images;
// their layers go there by the engine's own push, and come back by its pull.
import type { CallOptions } from "../engine/call.ts";
import type { Attachment, AttachOptions, ReadAttachedOptions } from "./attachment.ts";
import type { CopiedImage, RegistryAccess } from "./image-registry.ts";
import type { RegistryError } from "./registry-error.ts";
import type { RegistryImage } from "./registry-image.ts";

/** The name of an image in the store. */
export interface StoreName {
  /** Of the result or dependency layer: hex. */
  readonly key: string;
  /** "build": the build stage of an extended build. */
  readonly stage: "result" | "build";
}

/** The result of a search. None of them is an error of the session: but for "found", the target is built. */
export type StoreLookup =
  | { readonly kind: "found"; readonly image: RegistryImage }
  | { readonly kind: "missing" }
  /** There is an image, but it does not carry the key: the tag was moved, or its content is not what it claims. */
  | { readonly kind: "unfit"; readonly problem: string }
  | { readonly kind: "failed"; readonly error: RegistryError };

/** A manifest or index of the store with all its names. */
export interface StoredImage {
  /** "sha256:…" */
  readonly digest: string;
  /** What it is stored as; empty if only pointers are left. */
  readonly names: readonly StoreName[];
  /** Pointers to it, without their prefix. */
  readonly pointers: readonly string[];
  /** Tags that sti did not write. It is not removed as long as there is one. */
  readonly foreignTags: readonly string[];
  /** The image, or why it cannot be read. Of an index: the image of the store's platform. */
  readonly lookup: StoreLookup;
}

/** Effect of a removal. */
export type StoreRemoval =
  | { readonly kind: "removed" }
  | { readonly kind: "missing" }
  /** It has another name by now than when it was listed, or one that sti did not write. */
  | { readonly kind: "kept"; readonly problem: string };

/** A store of results. Rejects with RegistryError, or with the signal's reason; every call can be given up. */
export interface ResultStore {
  /** "registry.example/acme/sti-cache", in the normal form. */
  readonly repository: string;
  /** The full reference that the engine pushes and pulls by. */
  reference(name: StoreName): string;
  /**
   * Searches many names at once, and answers in their order: two requests for each image, three where the name stands
   * for an index. Rejects only with the signal's reason.
   */
  find(names: readonly StoreName[], options?: CallOptions): Promise<readonly StoreLookup[]>;
  /** Whether the name is taken: one request. The first writer of a name wins, so it is asked before a push. */
  has(name: StoreName, options?: CallOptions): Promise<boolean>;
  /** The image that a pointer names. "unfit": it has no key. */
  findPointer(pointer: string, options?: CallOptions): Promise<StoreLookup>;
  /** Makes a pointer name an image of the store; no layer moves. */
  movePointer(pointer: string, image: RegistryImage, options?: CallOptions): Promise<void>;
  /** Gives an image of the store the name under which people use it, in any registry. */
  publish(image: RegistryImage, reference: string, options?: CallOptions): Promise<CopiedImage>;
  /** Attaches a document to an image. The same document twice is one. */
  attach(image: RegistryImage, attachment: Attachment, options?: AttachOptions): Promise<void>;
  /** The documents of a kind that are attached to an image, in no order. */
  readAttached(
    image: RegistryImage,
    artifactType: string,
    options?: Pick<ReadAttachedOptions, "inline" | "signal">,
  ): Promise<readonly Attachment[]>;
  /** Everything in the store, newest first where times are known. */
  list(options?: CallOptions): Promise<readonly StoredImage[]>;
  /**
   * Removes images with all the names that they were listed with, and with what is attached to them; answers in their
   * order. All tags are looked up once more before.
   */
  remove(stored: readonly StoredImage[], options?: CallOptions): Promise<readonly StoreRemoval[]>;
  /** The time of the registry's clock, milliseconds since 1970; undefined if its answers have no date. */
  time(options?: CallOptions): Promise<number | undefined>;
  /** Rejects only with the signal's reason. */
  tryAccess(options?: CallOptions): Promise<RegistryAccess>;
}

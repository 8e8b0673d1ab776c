// The port to registries of images: facts about images without pulling them, and names for them without moving bytes.
import type { CallOptions } from "../engine/call.ts";
import type { ImageContent } from "../engine/image-content.ts";
import type { Attachment, ReadAttachedOptions } from "./attachment.ts";
import type { RegistryError } from "./registry-error.ts";
import type { Platform, RegistryImage } from "./registry-image.ts";

/** The result of a copy. */
export interface CopiedImage {
  /** Of the manifest or index under the new name, "sha256:…": the same as of the copied one. */
  readonly digest: string;
  /** Bytes that were sent, since the registry could not take them from the other repository. */
  readonly sent: number;
}

/** The result of a join. */
export interface JoinedImage {
  /** Of the index, "sha256:…". */
  readonly digest: string;
  /** False: the name stood for this very index already, and nothing was written. */
  readonly isNew: boolean;
}

/** What a reference stands for. */
export interface ResolvedImage {
  /** Of the manifest or index, "sha256:…". */
  readonly digest: string;
  /** The images of an index; undefined if it is a single image. */
  readonly images: readonly IndexedImage[] | undefined;
}

export interface IndexedImage {
  readonly digest: string;
  /** As the index has it: "linux/arm64/v8"; empty if it has none. */
  readonly platform: string;
}

/** What the credentials of this machine allow in a repository, found out by trying. */
export interface RegistryAccess {
  readonly read: "allowed" | RegistryError;
  /** Tried by an upload that is given up: nothing stays in the registry. */
  readonly write: "allowed" | RegistryError;
}

/** Registries by the names in references. Rejects with RegistryError; references are in the normal form. */
export interface ImageRegistry {
  /**
   * The image of a platform that a reference with a tag or digest stands for: a request for the manifest, one more if
   * it is an index, and one for the config. Undefined if there is no such name, or no image of the platform.
   */
  readImage(
    reference: string,
    options: CallOptions & { readonly platform: Platform },
  ): Promise<RegistryImage | undefined>;
  /**
   * The manifest of that image, and its layers to be read one by one. Undefined if there is no such name, or no image of the
   * platform.
   */
  readContent(
    reference: string,
    options: CallOptions & { readonly platform: Platform },
  ): Promise<ImageContent | undefined>;
  /**
   * Gives an image or index another name, in its repository or another one. Layers are mounted from the one repository
   * to the other, and sent only if that is impossible. `from` has a digest. The manifest comes last, so that the new
   * name never stands for an incomplete image.
   */
  copyImage(from: string, to: string, options?: CallOptions): Promise<CopiedImage>;
  /**
   * Makes a tag stand for an index of images, in their order, whatever it stood for before. The images come first, as
   * `copyImage` brings them: the tag never stands for an incomplete index.
   */
  joinImages(images: readonly RegistryImage[], to: string, options?: CallOptions): Promise<JoinedImage>;
  /** In one request; undefined if there is no such name. */
  resolve(reference: string, options?: CallOptions): Promise<ResolvedImage | undefined>;
  /** Attaches a document to an image or index. The same document twice is one. `reference` has a digest. */
  attach(reference: string, attachment: Attachment, options?: CallOptions): Promise<void>;
  /** The documents of a kind that are attached to an image or index, in no order. `reference` has a digest. */
  readAttached(reference: string, options: ReadAttachedOptions): Promise<readonly Attachment[]>;
  /** `repository`: a reference without a tag. Rejects only with the signal's reason. */
  tryAccess(repository: string, options?: CallOptions): Promise<RegistryAccess>;
}

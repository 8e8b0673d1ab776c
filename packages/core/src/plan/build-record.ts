// The build history, in the form in which it is stored.
import type { Cause } from "./cause.ts";
import type { KeyPreimage } from "./key.ts";

/** A fingerprint of each file, link and folder of a source, by path inside the source. */
export type SourceFiles = Readonly<Record<string, string>>;

/** One build of a target, or one image that was found to be up to date and of which nothing was known. */
export interface RecordedBuild {
  readonly key: string;
  /** Digest of the source. */
  readonly source: string;
  /** The tag in its short form. */
  readonly tag: string;
  /** Ids of the images: the result, and the build stage of an extended build. */
  readonly images: readonly string[];
  /** Patterns of the inputs of its dependency layers; left out: it has none. */
  readonly dependencies?: readonly string[] | undefined;
  /** Whether they were made here, and not found. */
  readonly isMadeHere: boolean;
  /** Left out: they did not come from a shared store. */
  readonly isRestored?: true | undefined;
  /** The reasons of the build; empty for images that were found. */
  readonly causes: readonly Cause[];
  /** Time of the build, milliseconds since 1970. */
  readonly time: number;
  /** Version of sti. */
  readonly toolVersion: string;
}

/** The history of one target. */
export interface TargetRecord {
  readonly schemaVersion: 2;
  readonly target: string;
  /** Newest first. */
  readonly builds: readonly RecordedBuild[];
}

/** The stored inputs of one key. */
export interface KeyRecord {
  readonly schemaVersion: 2;
  readonly key: string;
  readonly preimage: KeyPreimage;
}

/** The history that matters to the next build. Everything is missing without a history. */
export interface Past {
  readonly record: TargetRecord | undefined;
  /** The build that the next one is compared with: that of the image with the tag, else the last one. */
  readonly previous: KeyRecord | undefined;
  /** The sources of that build and of the image that has artifacts, by digest. */
  readonly sources: ReadonlyMap<string, SourceFiles>;
  /** Of the targets whose images are not those of the earlier build. */
  readonly others: ReadonlyMap<string, TargetRecord>;
}

export const NO_PAST: Past = {
  record: undefined,
  previous: undefined,
  sources: new Map(),
  others: new Map(),
};

// The records port: the build history between sessions, as core sees it. It is kept by @sti/source. Types only.
import type { KeyRecord, RecordedBuild, SourceFiles, TargetRecord } from "../plan/build-record.ts";
import type { ImageContents } from "../plan/facts.ts";
import type { KeyPreimage } from "../plan/key.ts";
import type { SourceCacheRecord } from "../plan/source-cache.ts";
import type { SourceSnapshot } from "../source/source.ts";

/** A build to remember. */
export interface BuildToRecord {
  readonly target: string;
  readonly build: RecordedBuild;
  readonly preimage: KeyPreimage;
  readonly snapshot: SourceSnapshot;
}

/** Unreadable records count as missing; failed writes reject. */
export interface Records {
  readTarget(target: string): Promise<TargetRecord | undefined>;
  readKey(key: string): Promise<KeyRecord | undefined>;
  /** `digest`: of the source. */
  readSource(digest: string): Promise<SourceFiles | undefined>;
  /** All keys of which there is a record, in one look. */
  listKeys(): Promise<ReadonlySet<string>>;
  /** Puts a build before the others of its target; the oldest of many is forgotten. */
  writeBuild(recorded: BuildToRecord): Promise<void>;
  /** The same of an image that was found; it is kept for later sessions once `prune` has been called. */
  writeFound(recorded: BuildToRecord): Promise<void>;
  /** Removes entries that no build refers to any more, and after a while targets that are not among these. */
  prune(targets: readonly string[]): Promise<void>;
  /** Facts found in an image, with its scripts in a folder: an id stands for the same image for ever. */
  readImage(id: string, scripts: string): Promise<ImageContents | undefined>;
  writeImage(id: string, scripts: string, contents: ImageContents): Promise<void>;
  /** The identity of an image, from imageIdentity: an id stands for the same image for ever. */
  readIdentity(id: string): Promise<string | undefined>;
  writeIdentity(id: string, identity: string): Promise<void>;
  /** Whether an image of this form was inspected on this engine and held no leak. `key`: from createLeakChecks. */
  readChecked(key: string): Promise<boolean>;
  writeChecked(key: string): Promise<void>;
  /** Ids of images that are proven to be results, in one look. */
  listProven(): Promise<ReadonlySet<string>>;
  writeProven(id: string): Promise<void>;
  /** `name`: from sourceCacheName. */
  readSourceCache(name: string): Promise<SourceCacheRecord | undefined>;
  /** `snapshot`: the cached source. */
  writeSourceCache(name: string, record: SourceCacheRecord, snapshot?: SourceSnapshot): Promise<void>;
  listSourceCaches(): Promise<readonly string[]>;
  removeSourceCaches(names: readonly string[]): Promise<void>;
}

// The shared store of a session, and the results that it has. Types only.
import type { ImageRegistry } from "../store/image-registry.ts";
import type { RegistryImage } from "../store/registry-image.ts";
import type { ResultBuilder } from "../store/result-origin.ts";
import type { ResultStore } from "../store/result-store.ts";
import type { ResultSignatures } from "./attester.ts";
import type { StorePatience } from "./store-health.ts";

/** The store of a session, and how it is used. */
export interface StoreUse {
  readonly store: ResultStore;
  /** Of images that no target makes. */
  readonly registry: ImageRegistry;
  readonly reads: boolean;
  readonly writes: boolean;
  /** Why nothing is written although the config has it so; reported once. */
  readonly notWritten?: string | undefined;
  /** Left out: results are neither signed nor need a signature. */
  readonly signatures?: ResultSignatures | undefined;
  /** Who builds, for the origins of new results. */
  readonly builder: ResultBuilder;
  /** "all": the engine gets every restored result; "needed": only those that something is built from. */
  readonly load: "all" | "needed";
  /** Whether results that are to be loaded are pulled before their targets have their turn. Left out: they are. */
  readonly pullsAhead?: false | undefined;
  /** Left out: STORE_PATIENCE. */
  readonly patience?: StorePatience | undefined;
  /** The branches by which the last results of targets are named and found. */
  readonly branches: () => Promise<StoreBranches>;
  /** Bytes of the largest image, compressed, that is pulled for its artifacts; undefined: none is. */
  readonly largestPrevious: number | undefined;
}

export interface StoreBranches {
  /** That is checked out; undefined where none is. */
  readonly own: string | undefined;
  /** Branches that it may come from, nearest first. */
  readonly others: readonly string[];
}

/** A result that the store has; the engine may not have it. */
export interface StoredResult {
  readonly key: string;
  readonly identity: string;
  readonly result: RegistryImage;
  /** The build stage of an extended build. */
  readonly build: RegistryImage | undefined;
}

/** The image of a target that has finished. Not in the engine: a result in the store. */
export type FinishedImage =
  | { readonly id: string; readonly stored?: undefined }
  | { readonly id?: undefined; readonly stored: StoredResult };

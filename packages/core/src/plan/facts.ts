// Facts about the engine and its images before and while targets are planned. Types only.
import type { EngineDescription } from "../engine/engine.ts";
import type { ImageDetails, ImageSummary } from "../engine/image.ts";
import type { Owner } from "../source/source.ts";
import type { BuilderContract, ScriptName } from "./builder-contract.ts";
import type { UserDatabases } from "./find-owner.ts";

/** The state of one script that an image should bring. */
export type ScriptFact =
  | {
      readonly state: "present";
      /** The program that the kernel loads for it, the script itself or the one that its first line names. */
      readonly program?: { readonly path: string; readonly architecture: string } | undefined;
    }
  | { readonly state: "missing" }
  | { readonly state: "not-executable" }
  | {
      readonly state: "interpreter-missing";
      readonly interpreter: string;
      readonly carriageReturn: boolean;
      /** Of a script of the source, which replaces the image's: its path there. */
      readonly source?: string | undefined;
    };

/** Facts from an image's files. They may be cached: an id stands for the same files for ever. */
export interface ImageContents {
  /** By role. */
  readonly scripts: Readonly<Record<ScriptName, ScriptFact>> & {
    /** Only of a contract that has a script of its own for it. */
    readonly "prepare-runtime"?: ScriptFact | undefined;
  };
  /** The contract whose scripts were looked for. */
  readonly speaks: BuilderContract["kind"];
  /** Whether the image has /bin/sh. */
  readonly shell: boolean;
  /** The image's own user database. */
  readonly accounts: UserDatabases;
}

/** One image that targets are made from, after its inspection. */
export interface ImageFacts extends Omit<ImageContents, "speaks"> {
  /** From the engine, in this session: a result gets its config from here, which no file may decide. */
  readonly details: ImageDetails;
  /** The image's USER as numbers; undefined when the image's own user database does not know it. */
  readonly owner: Owner | undefined;
  readonly contract: BuilderContract;
}

/** The answers of the session's one list call to the engine. */
export interface Facts {
  /** Undefined when planning without an engine. */
  readonly engine: EngineDescription | undefined;
  /** Listed images by the normal form of each of their tags, and of each "repository@digest". */
  readonly images: ReadonlyMap<string, ImageSummary>;
  /** Listed images that have no tag. */
  readonly untagged?: readonly ImageSummary[] | undefined;
}

/** Facts for planning without an engine. */
export const NO_FACTS: Facts = { engine: undefined, images: new Map() };

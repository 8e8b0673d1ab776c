// The steps of a target's build, as data. Running them is execute/run-step.ts.
import type { NetworkMode } from "../engine/call.ts";
import type { ContainerSpec, Mount } from "../engine/container.ts";
import type { CommitConfig } from "../engine/image.ts";
import type { ArchivePart, Owner, SourceSnapshot } from "../source/source.ts";
import type { BuilderLabels } from "./builder-contract.ts";
import type { SourceCache, SourceChanges } from "./source-cache.ts";
import type { ReceivedArtifacts } from "./unpack-artifacts.ts";

/**
 * The stage of a target's build that a step belongs to: an extended build has two stages, an incremental one
 * starts with the artifacts of the previous image, and "source" fills the source cache.
 */
export type Stage = "source" | "artifacts" | ImageStage;

/** The stages that make an image: those of the app, and a dependency layer below one of them. */
export type ImageStage = "dependencies" | "build" | "result";

/** A container with mounts that are made when it is created. */
export interface PlannedContainer extends Omit<ContainerSpec, "name" | "mounts"> {
  readonly mounts: readonly PlannedMount[];
}

export type PlannedMount =
  | Mount
  /** A new, empty volume of this container alone, which goes with the build. */
  | { readonly kind: "own-volume"; readonly target: string }
  /** A source cache, and above it the build's changes; the source that the build fills if none is named. */
  | {
      readonly kind: "source-cache";
      readonly target: string;
      readonly base: PlannedBase | undefined;
      /** Of the volume that keeps it. */
      readonly labels: Readonly<Record<string, string>>;
    };

/** A source cache that is there already. */
export type PlannedBase = Pick<SourceCache, "volume" | "folder" | "sealedAt">;

/** The changed files that are sent instead of a whole source. */
export interface PlannedChanges extends Pick<SourceChanges, "changed" | "removed" | "touched"> {
  readonly base: PlannedBase | undefined;
  /** Entries of the whole source. */
  readonly of: number;
}

export type Step =
  | {
      readonly kind: "build-image";
      readonly stage: ImageStage;
      /** For people: the Dockerfile's path, or "generated Dockerfile". */
      readonly title: string;
      readonly dockerfile: { readonly path: string; readonly text: string };
      /** Everything that is sent but the Dockerfile, which goes last. */
      readonly parts: readonly ArchivePart[];
      readonly buildArgs: Readonly<Record<string, string>>;
      readonly labels: Readonly<Record<string, string>>;
      /** Of the Dockerfile: name of the stage to build; the last one when left out. */
      readonly dockerfileStage: string | undefined;
      readonly network: NetworkMode;
      /** "name:address". */
      readonly hosts: readonly string[];
      /** Seconds; undefined: as long as it takes. */
      readonly timeout: number | undefined;
      /** Names of the secrets that the Dockerfile mounts. */
      readonly secrets: readonly string[];
      /** More files that its mounts ask for, by id. Left out: none. */
      readonly served?: ReadonlyMap<string, Uint8Array> | undefined;
      /** Nothing is taken from the engine's build cache, and on newer engines the Dockerfile's cache mounts are emptied. */
      readonly noCache: boolean;
      /** Whether a later build may use its steps: those of an app have a source of their own. */
      readonly keepsSteps: boolean;
      /** A file of the context that gets a value of this build alone, so that commands that mount its folder run anew. */
      readonly nonce?: string | undefined;
    }
  | {
      readonly kind: "create-container";
      readonly stage: Stage;
      /** For people. */
      readonly image: string;
      readonly spec: PlannedContainer;
      /** Artifacts that its command unpacks first. */
      readonly received?: ReceivedArtifacts | undefined;
    }
  /** Fills a new volume with the source, for this build and later ones. */
  | {
      readonly kind: "keep-source";
      readonly stage: "source";
      /** Any image that the engine has: nothing of it is run. */
      readonly image: string;
      readonly project: string;
      readonly snapshot: SourceSnapshot;
      readonly owner: Owner;
    }
  | {
      readonly kind: "upload-source";
      readonly stage: Stage;
      readonly parts: readonly ArchivePart[];
      readonly changes?: PlannedChanges | undefined;
      /** The reason why all is sent, where it is worth reporting. */
      readonly note?: string | undefined;
    }
  | {
      readonly kind: "run-script";
      readonly stage: Stage;
      readonly script: string;
      readonly image: string;
      /** Seconds; undefined: as long as it takes. */
      readonly timeout: number | undefined;
      /** Names of the secrets that the container reads from its input. */
      readonly secrets: readonly string[];
      /** Whether a source cache is checked first. */
      readonly checksSource?: boolean | undefined;
      /** Whether an archive of artifacts is unpacked first, and the rest of it removed afterwards. */
      readonly receivesArtifacts?: boolean | undefined;
    }
  | {
      readonly kind: "commit-container";
      readonly stage: ImageStage;
      readonly config: CommitConfig;
      /** Names of more labels for the origin of the source. */
      readonly labelNames: BuilderLabels | undefined;
    }
  | {
      readonly kind: "tag-image";
      readonly stage: ImageStage;
      /** Normal form. */
      readonly reference: string;
      /** For people. */
      readonly tag: string;
    };

/** A step in a few words, for people. */
export function describeStep(step: Step): string {
  switch (step.kind) {
    case "build-image":
      return `build ${step.title}`;
    case "create-container":
      return `create a container of ${step.image}`;
    case "keep-source":
      return "keep the source in the engine";
    case "upload-source":
      return describeUpload(step);
    case "run-script":
      return `${step.script} on ${step.image}`;
    case "commit-container":
      return "commit the container";
    case "tag-image":
      return `tag ${step.tag}`;
    default:
      return step satisfies never;
  }
}

function describeUpload({ changes, note }: Extract<Step, { kind: "upload-source" }>): string {
  if (changes === undefined) return note === undefined ? "send the source" : `send the source (${note})`;
  const removed = changes.removed.length === 0 ? "" : ` and ${changes.removed.length} removed`;
  return `send changed files (${changes.changed}${removed}, of ${changes.of})`;
}

// Images of the engine port. Types only.
import type { CallOptions, NetworkMode, OnOutput } from "./call.ts";

export interface TagOptions extends CallOptions {
  /** The image has the tag already: it was built again with the same result. */
  readonly isHeld?: boolean | undefined;
}

/** One row of the engine's image list. */
export interface ImageSummary {
  /** "sha256:…" */
  readonly id: string;
  /** Full references as the engine writes them, e.g. "acme/api:dev"; empty for a dangling image. */
  readonly tags: readonly string[];
  /** "repo@sha256:…"; empty for images that were never pushed or pulled. */
  readonly digests: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Bytes, all layers together. */
  readonly size: number;
}

/** The part of an image's config that sti reads. Names follow the OCI image config. */
export interface ImageConfig {
  /** "KEY=value", in the image's order. */
  readonly env: readonly string[];
  /** "" when the image names none. */
  readonly user: string;
  readonly workingDir: string;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly exposedPorts: readonly string[];
  readonly volumes: readonly string[];
  readonly onBuild: readonly string[];
  readonly stopSignal: string | undefined;
  /** Seconds; left out where the image names none. */
  readonly stopTimeout?: number | undefined;
  /** Of a Dockerfile's commands; left out where the image names none. */
  readonly shell?: readonly string[] | undefined;
  /** The healthcheck's test words, e.g. ["CMD", "curl", …]; undefined when the image has none. */
  readonly healthcheck: readonly string[] | undefined;
  /** Other settings of the healthcheck: "Interval", "Timeout", "StartPeriod" in nanoseconds, "Retries". */
  readonly healthcheckOptions?: Readonly<Record<string, number>> | undefined;
}

/** An inspected image. */
export interface ImageDetails {
  readonly id: string;
  readonly tags: readonly string[];
  /** Repository digests, "repo@sha256:…"; empty for images that were never pushed or pulled. */
  readonly digests: readonly string[];
  readonly os: string;
  readonly architecture: string;
  /** "v7", "v8" …; left out where the image names none. */
  readonly variant?: string | undefined;
  /** Bytes, all layers together. */
  readonly size: number;
  /** Digests of the uncompressed layers, base first. */
  readonly layers: readonly string[];
  readonly config: ImageConfig;
}

/** One step of an image's making, as the engine recorded it. */
export interface HistoryEntry {
  /** The instruction or command. */
  readonly createdBy: string;
  /** "" where none was given. */
  readonly comment: string;
}

/** Values that a commit writes over the container's own config. */
export interface CommitConfig {
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly env: readonly string[];
  readonly user: string;
  readonly workingDir: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Free text, kept in the image's history. */
  readonly comment: string;
}

/** A build of a Dockerfile that is part of the sent context. */
export interface ImageBuild {
  /** A tar stream. The Dockerfile must be its last entry, so that a cut stream cannot build. */
  readonly context: AsyncIterable<Uint8Array>;
  /** Path of the Dockerfile inside the context. */
  readonly dockerfile: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Name of the stage to build; the last one when left out. */
  readonly target?: string | undefined;
  /** True: nothing of the engine's build cache is used; newer engines empty the Dockerfile's cache mounts, too. */
  readonly noCache: boolean;
  /** False: no later build can use its steps, so that an engine need not keep them. */
  readonly keepsSteps?: boolean | undefined;
  /** The network of its commands. Left out: the engine's usual one. */
  readonly network?: NetworkMode | undefined;
  /** "name:address", for its commands. */
  readonly hosts?: readonly string[] | undefined;
  /** Secrets for the Dockerfile's `type=secret` mounts, by id. Served while the build runs, sent only on request. */
  readonly secrets?: ReadonlyMap<string, Uint8Array> | undefined;
  readonly onOutput: OnOutput;
}

// The events of a watch, beside those of every session.
import type { BoundPort } from "../engine/container.ts";
import type { Failure } from "../failure/failure.ts";
import type { EventFields, SessionContainer, SessionTarget } from "./event-fields.ts";

/** Sources of targets were changed on disk; whether they differ from the built ones turns out after this. */
export interface FilesChanged extends EventFields {
  readonly type: "files-changed";
  readonly targets: readonly string[];
  /** Relative to the config's folder, sorted; the first of many. */
  readonly paths: readonly string[];
  /** Number of paths in all. */
  readonly count: number;
}

/** All targets are as good as they can be; nothing runs or waits to run. Also after a change that changed nothing. */
export interface WatchIdle extends EventFields {
  readonly type: "watch-settled";
  /** Milliseconds since the first change that led to it. */
  readonly duration: number;
  /** Targets with new images since it was idle last, in the order of the graph. */
  readonly changed: readonly string[];
  /** Targets whose last attempt failed, also those that failed before. */
  readonly failed: readonly string[];
}

/** A path keeps changing while its target is built: its changes alone are held back for a while. */
export interface TargetPaused extends EventFields {
  readonly type: "target-paused";
  readonly target: string;
  /** Relative to the config's folder. */
  readonly path: string;
  /** Number of builds it caused in the last minute. */
  readonly builds: number;
  /** Milliseconds for which the path must not change until the target is built because of it. */
  readonly quiet: number;
}

/** The config has changed, and the new one is in effect. */
export interface ConfigReloaded extends EventFields {
  readonly type: "config-reloaded";
  /** Names of targets. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Those that are defined in another way than before. */
  readonly changed: readonly string[];
  /** All there are now, in the order of the graph: dependencies first. */
  readonly targets: readonly SessionTarget[];
  /** Apps and services that run now; left out where no containers are run. */
  readonly containers?: readonly SessionContainer[] | undefined;
}

/** The config is invalid; the last valid one stays in effect. */
export interface ConfigBroken extends EventFields {
  readonly type: "config-broken";
  readonly failures: readonly Failure[];
}

/** The engine does not answer; everything waits for it. */
export interface EngineLost extends EventFields {
  readonly type: "engine-lost";
  readonly message: string;
}

/** The engine answers again; everything is checked. */
export interface EngineBack extends EventFields {
  readonly type: "engine-back";
  /** Milliseconds it was away. */
  readonly duration: number;
}

/** The command that follows each change was started. */
export interface CommandStarted extends EventFields {
  readonly type: "command-started";
  readonly command: string;
  /** Targets with new images since it ran last, in no certain order. */
  readonly changed: readonly string[];
}

/** One line that the command printed, without its line end. */
export interface CommandOutput extends EventFields {
  readonly type: "command-output";
  readonly stream: "stdout" | "stderr";
  readonly text: string;
}

/** The command has ended, or could not be started. */
export interface CommandFinished extends EventFields {
  readonly type: "command-finished";
  /** Milliseconds. */
  readonly duration: number;
  /** Undefined where a signal ended it, or it was never started. */
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  /** The reason why it could not be started. */
  readonly message?: string | undefined;
}

/** A container is not started yet. */
export interface ContainerWaiting extends EventFields {
  readonly type: "container-waiting";
  readonly target: string;
  /** Follows the target: "waits for db", "pulls postgres:17". */
  readonly reason: string;
}

/** A container of an app's or a service's image was started. */
export interface ContainerStarted extends EventFields {
  readonly type: "container-started";
  readonly target: string;
  /** The container's name. */
  readonly container: string;
  readonly imageId: string;
  readonly ports: readonly BoundPort[];
}

/** A container that is starting does not answer its probe yet. Sent again only when the problem changes. */
export interface ContainerProbed extends EventFields {
  readonly type: "container-probed";
  readonly target: string;
  readonly container: string;
  /** "GET /health on port 8080" */
  readonly question: string;
  /** "status 503" */
  readonly problem: string;
}

/** A container answers its probe, or has none. From now on it is the app's container. */
export interface ContainerUp extends EventFields {
  readonly type: "container-up";
  readonly target: string;
  readonly container: string;
  /** What the probe asked; undefined without a probe. */
  readonly question?: string | undefined;
  /** Milliseconds since it was started. */
  readonly duration: number;
}

/** A container was stopped by sti and removed. */
export interface ContainerStopped extends EventFields {
  readonly type: "container-stopped";
  readonly target: string;
  readonly container: string;
  /** Whether a user stopped it, who may start another one; also one that had crashed or had not started yet. */
  readonly isHalted?: boolean | undefined;
}

/** A container ended by itself, or did not come up in time. */
export interface ContainerFailed extends EventFields {
  readonly type: "container-failed";
  readonly target: string;
  readonly container: string;
  /** Follows the container: "ended by itself with exit code 1". */
  readonly reason: string;
  readonly exitCode?: number | undefined;
  readonly lastLines: readonly string[];
  /** The container of before, which goes on in its place; undefined when the app has none. */
  readonly remaining?: string | undefined;
  /** Milliseconds until another one is started; undefined: not before there is another image, or somebody asks. */
  readonly restartIn?: number | undefined;
}

/** One line that a container printed, without its line end. */
export interface ContainerOutput extends EventFields {
  readonly type: "container-output";
  readonly target: string;
  readonly container: string;
  readonly stream: "stdout" | "stderr";
  readonly text: string;
}

/** Files were copied into a running container instead of building its image. */
export interface FilesSynced extends EventFields {
  readonly type: "files-synced";
  readonly target: string;
  readonly container: string;
  /** Relative to the source, sorted; the first of many. */
  readonly paths: readonly string[];
  /** Number of files in all, removed ones included. */
  readonly count: number;
  /** Milliseconds. */
  readonly duration: number;
}

export type WatchEvent =
  | FilesChanged
  | WatchIdle
  | TargetPaused
  | ConfigReloaded
  | ConfigBroken
  | EngineLost
  | EngineBack
  | CommandStarted
  | CommandOutput
  | CommandFinished
  | ContainerWaiting
  | ContainerStarted
  | ContainerProbed
  | ContainerUp
  | ContainerStopped
  | ContainerFailed
  | ContainerOutput
  | FilesSynced;

/** Whether an event occurs only in a watch: those that judge sessions alone leave it out. */
export function isWatchEvent(event: { readonly type: string }): event is WatchEvent {
  return Object.hasOwn(WATCH_EVENTS, event.type);
}

const WATCH_EVENTS: Readonly<Record<WatchEvent["type"], true>> = {
  "files-changed": true,
  "watch-settled": true,
  "target-paused": true,
  "config-reloaded": true,
  "config-broken": true,
  "engine-lost": true,
  "engine-back": true,
  "command-started": true,
  "command-output": true,
  "command-finished": true,
  "container-waiting": true,
  "container-started": true,
  "container-probed": true,
  "container-up": true,
  "container-stopped": true,
  "container-failed": true,
  "container-output": true,
  "files-synced": true,
};

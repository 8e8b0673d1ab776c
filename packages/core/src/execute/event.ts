// The events of a session, as a closed, JSON-safe union. Renderers and reports read nothing else.
import type { Failure } from "../failure/failure.ts";
import type { Cause } from "../plan/cause.ts";
import type { EventFields, SessionContainer, SessionTarget } from "./event-fields.ts";
import type { WatchEvent } from "./watch-event.ts";

/** The outcome of a target. */
export type Outcome = "built" | "up-to-date" | "restored" | "failed" | "skipped" | "cancelled";

/** Kinds of steps; the names of the plan's steps. */
export type StepKind =
  | "await-worker"
  | "pull-image"
  | "build-image"
  | "keep-source"
  | "create-container"
  | "upload-source"
  | "run-script"
  | "commit-container"
  | "tag-image"
  | "push-image"
  | "attest-image";

export interface SessionStarted extends EventFields {
  readonly type: "session-started";
  /** Of all events; raised when a field changes its meaning or goes away. */
  readonly schemaVersion: 1;
  readonly session: string;
  /** In the order of the graph: dependencies first. */
  readonly targets: readonly SessionTarget[];
  /** Apps and services that run; left out where no containers are run. */
  readonly containers?: readonly SessionContainer[] | undefined;
  readonly concurrency: number;
  /** Number of workers when the session began; left out where this machine builds. */
  readonly workers?: number | undefined;
}

export interface TargetStarted extends EventFields {
  readonly type: "target-started";
  readonly target: string;
  /** The reason of the build: "no image has its tag", "src/x.ts edited" … */
  readonly reason: string;
  /** The causes of the reason, as data; smallest first. */
  readonly causes: readonly Cause[];
  /** The worker that builds it; left out where this machine does. */
  readonly worker?: string | undefined;
}

export interface StepStarted extends EventFields {
  readonly type: "step-started";
  readonly target: string;
  readonly step: StepKind;
  /** For people: "prepare on acme/node-builder". */
  readonly title: string;
}

export interface StepProgress extends EventFields {
  readonly type: "step-progress";
  readonly target: string;
  readonly step: StepKind;
  /** Bytes. */
  readonly current: number;
  readonly total: number;
}

export interface StepFinished extends EventFields {
  readonly type: "step-finished";
  readonly target: string;
  readonly step: StepKind;
  /** Milliseconds. */
  readonly duration: number;
}

/** One whole line of a script's or build's output, without its line end; long lines come in pieces. */
export interface TargetOutput extends EventFields {
  readonly type: "target-output";
  readonly target: string;
  readonly stream: "stdout" | "stderr";
  readonly text: string;
}

/** Something the user should know that does not stop the target. */
export interface TargetWarning extends EventFields {
  readonly type: "target-warning";
  readonly target: string;
  readonly message: string;
}

/** Something the user should know that is about no single target. */
export interface SessionWarning extends EventFields {
  readonly type: "session-warning";
  readonly message: string;
}

/** The image that a registry has. */
export interface PushedImage {
  /** The tag in its normal form: "docker.io/acme/api:dev". */
  readonly reference: string;
  /** Of the manifest or index in the registry: "sha256:…"; left out where the engine does not name it. */
  readonly digest?: string | undefined;
  /** Of an index: digest of the manifest of the target's platform. */
  readonly manifest?: string | undefined;
  /** Documents that were attached to it; left out where none were asked for. */
  readonly attestations?: readonly ("provenance" | "sbom")[] | undefined;
}

/** A result that another session built, as the store has it. */
export interface RestoredImage {
  /** "registry.example/acme/store@sha256:…" */
  readonly reference: string;
  /** Whether the engine has it, under the target's tag. */
  readonly isLoaded: boolean;
  /** Commit of its source, as it was built; left out where it has none. */
  readonly commit?: string | undefined;
  /** Time of its build, milliseconds since 1970; left out where the store does not know it. */
  readonly built?: number | undefined;
}

/** An image was pushed after its target had finished, because all were to be pushed together. */
export interface TargetPushed extends EventFields {
  readonly type: "target-pushed";
  readonly target: string;
  readonly pushed: PushedImage;
}

export interface TargetFinished extends EventFields {
  readonly type: "target-finished";
  readonly target: string;
  /** The worker that built it; left out where this machine did. */
  readonly worker?: string | undefined;
  readonly outcome: Outcome;
  /** The reason of every outcome: "needs api, which failed", "nothing changed" … */
  readonly reason: string;
  /** Milliseconds from its start; 0 when it never started. */
  readonly duration: number;
  readonly imageId?: string | undefined;
  /** Bytes, all layers together. */
  readonly imageSize?: number | undefined;
  /** The causes of its build; smallest first. Only of targets that were built. */
  readonly causes?: readonly Cause[] | undefined;
  /** Of an app that was built: whether its dependency layers were there, or one had to be made. */
  readonly dependencies?: "reused" | "made" | undefined;
  /** Of an app that was built: whether it had the artifacts of the previous build, and if not, why. */
  readonly reuse?:
    | { readonly kind: "incremental" }
    | { readonly kind: "clean"; readonly reason: string }
    | undefined;
  /** Of a restored target: its result in the store. */
  readonly restored?: RestoredImage | undefined;
  readonly pushed?: PushedImage | undefined;
  readonly failure?: Failure | undefined;
  /** The target's other problems, if several were found at once. */
  readonly otherFailures?: readonly Failure[] | undefined;
  /** Of a failure: the line of output that looks most like the error; where none does, the last one on stderr. */
  readonly errorLine?: string | undefined;
  /** Of a failure: output from the first line that looks like an error on, if that is before `lastLines`. */
  readonly firstLines?: readonly string[] | undefined;
  /** Number of lines between `firstLines` and `lastLines`. */
  readonly left?: number | undefined;
  /** The last lines of output before a failure; of long output from the error on, if it is among them. */
  readonly lastLines?: readonly string[] | undefined;
}

export interface SessionFinished extends EventFields {
  readonly type: "session-finished";
  readonly session: string;
  /** Milliseconds. */
  readonly duration: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** The chain of targets that decided how long the session took, first one first. */
  readonly criticalPath: readonly string[];
  /** Milliseconds the critical path's targets took. */
  readonly criticalDuration: number;
  /** Problems of the session itself rather than of a target, e.g. leftovers that could not be removed. */
  readonly failures: readonly Failure[];
}

export type SessionEvent =
  | SessionStarted
  | SessionWarning
  | TargetStarted
  | StepStarted
  | StepProgress
  | StepFinished
  | TargetOutput
  | TargetWarning
  | TargetFinished
  | TargetPushed
  | SessionFinished
  | WatchEvent;

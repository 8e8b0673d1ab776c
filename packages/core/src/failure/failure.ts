// Every failure of sti, as data: one union an area. The facts about each code are in failure-kinds.ts, texts in
// describe-*-failure.ts. Types only.
import type { BuildFailure } from "./build-failure.ts";
import type { ConfigFailure } from "./config-failure.ts";
import type { EngineFailure } from "./engine-failure.ts";
import type { GraphFailure } from "./graph-failure.ts";
import type { ImageFailure } from "./image-failure.ts";
import type { LockFailure } from "./lock-failure.ts";
import type { QueueFailure } from "./queue-failure.ts";
import type { SourceFailure } from "./source-failure.ts";
import type { WorkspaceFailure } from "./workspace-failure.ts";

/** A defect in sti itself. */
export interface BugFailure {
  readonly code: "bug";
  readonly target?: string;
  readonly message: string;
  readonly stack?: string | undefined;
}

/** The failures of each area. An area has one file of words: describe-AREA-failure.ts. */
export interface FailureAreas {
  readonly config: ConfigFailure;
  readonly graph: GraphFailure;
  readonly lock: LockFailure;
  readonly source: SourceFailure;
  readonly workspace: WorkspaceFailure;
  readonly image: ImageFailure;
  readonly build: BuildFailure;
  readonly engine: EngineFailure;
  readonly queue: QueueFailure;
  readonly bug: BugFailure;
}

export type FailureArea = keyof FailureAreas;

export type Failure = FailureAreas[FailureArea];

export type FailureCode = Failure["code"];

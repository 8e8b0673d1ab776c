// The machine of a worker, as the queue sees it: its engine, and the builds in it. Types only.
import type { ArtifactStore, EngineDescription, SourceSnapshot } from "@sti/core";
import type { BuildTask, TaskEnd } from "@sti/core/remote";
import type { TargetEvent } from "../task/task-topics.ts";

export interface WorkerHost {
  /** The engine's description. Rejects while it does not answer. */
  describeEngine(): Promise<EngineDescription>;
  /** A new folder for the files of a task. Absolute; the caller removes it. */
  makeFolder(): Promise<string>;
  /** Removes what builds left in an engine that was away at their end. Rejects if it does not answer. */
  sweep(): Promise<void>;
  /** Files of the store of a task. */
  openArtifacts(task: BuildTask): Promise<{ readonly artifacts: ArtifactStore; close(): Promise<void> }>;
  /** `file`: a packed source. */
  readSource(
    file: string,
    options: { readonly signal: AbortSignal },
  ): Promise<{ readonly snapshot: SourceSnapshot } | { readonly problem: string }>;
  /** Values of the task's secrets; a problem follows "the task". */
  readSecrets(
    task: BuildTask,
  ): { readonly values: ReadonlyMap<string, Uint8Array> } | { readonly problem: string };
  /** Rejects with TaskInterruptedError, or with the signal's reason. */
  build(
    task: BuildTask,
    options: {
      /** The engine is asked meanwhile. */
      readonly snapshot: Promise<SourceSnapshot>;
      readonly secrets: ReadonlyMap<string, Uint8Array>;
      readonly signal: AbortSignal;
      readonly emit: (event: TargetEvent) => void;
      /** The build has ended; what it made is still on its way to the store. */
      readonly onBuilt: () => void;
    },
  ): Promise<Extract<TaskEnd, { kind: "ended" }>["result"]>;
}

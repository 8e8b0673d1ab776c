// The port to the machines that build, and the inputs of a session that uses them. Types only.
import type { ScheduledSession } from "../execute/executor.ts";
import type { Session } from "../execute/session.ts";
import type { StoreUse } from "../execute/store-use.ts";
import type { TargetEventFields } from "../execute/target-events.ts";
import type { SourceSnapshot } from "../source/source.ts";
import type { StoredBlob } from "../store/artifact-store.ts";
import type { Platform } from "../store/registry-image.ts";
import type { BuildTask } from "./build-task.ts";
import type { TaskEnd } from "./task-end.ts";

/** The machines that build. */
export interface RemoteBuilder {
  /** Brings a source to where they find it. Rejects with RegistryError. */
  shareSource(snapshot: SourceSnapshot, options: { readonly signal: AbortSignal }): Promise<StoredBlob>;
  /** Resolves when the task has ended for good. Rejects only with the signal's reason. */
  build(
    task: BuildTask,
    options: { readonly signal: AbortSignal; readonly emit: (event: TargetEventFields) => void },
  ): Promise<TaskEnd>;
}

export interface RemoteSession
  extends ScheduledSession,
    Pick<
      Session,
      | "attest"
      | "dockerfiles"
      | "flags"
      | "records"
      | "secrets"
      | "snapshots"
      | "sources"
      | "targetFlags"
      | "targetNames"
      | "toolVersion"
    > {
  readonly store: StoreUse;
}

export interface RemoteInputs {
  /** Undefined: nothing is built, only results of the store are used. */
  readonly builder: RemoteBuilder | undefined;
  /** Platform of the engine of this machine or of most tasks, for messages: "linux/amd64". */
  readonly engine: string;
  /** Of all results. */
  readonly platform: Platform;
  /** Whether the registry of the store has no trusted TLS. */
  readonly insecure: boolean;
}

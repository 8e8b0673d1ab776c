// The data of a job: what goes through the queue for a task, and what comes back. Types only.
import type { TaskEnd } from "@sti/core/remote";

export interface TaskData {
  readonly v: 1;
  /** The target, for people who look at the queue. */
  readonly target: string;
  /** Envelope of DSSE around a TaskOrder, as JSON; or the order itself, where tasks are not signed. */
  readonly signed?: string;
  readonly plain?: string;
}

export type TaskReturn =
  | {
      readonly kind: "ended";
      readonly result: Extract<TaskEnd, { kind: "ended" }>["result"];
      readonly worker: string;
      /** Number of the attempt that has ended it. */
      readonly attempt: number;
      /** Number of its events. */
      readonly events: number;
    }
  /** All who wanted it have cancelled it. */
  | { readonly kind: "cancelled" };

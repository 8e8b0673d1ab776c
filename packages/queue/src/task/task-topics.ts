// Messages between coordinators and workers while a task runs, and the topics that they travel on. Types and names only.
import type { EngineDescription } from "@sti/core";

/** An event of a target without its name: { type: "target-output", text … }. */
export type TargetEvent = Readonly<Record<string, unknown>> & { readonly type: string };

/** From the worker. */
export type TaskMessage =
  | { readonly kind: "begun"; readonly worker: string; readonly attempt: number }
  | {
      readonly kind: "events";
      readonly worker: string;
      readonly attempt: number;
      /** Number of events of the attempt before these. */
      readonly from: number;
      readonly events: readonly TargetEvent[];
    };

/** To the worker. */
export type TaskControl = {
  readonly kind: "join" | "cancel";
  /** Of the session. */
  readonly run: string;
};

/** What a worker says about itself, every few seconds. */
export interface Presence {
  /** Unique. */
  readonly id: string;
  readonly name: string;
  readonly platform: string;
  readonly slots: number;
  readonly active: number;
  /** Why it takes no tasks. */
  readonly paused?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly engine: EngineDescription;
  /** Milliseconds since 1970. */
  readonly since: number;
}

export const eventsTopic = (task: string) => `task.${task}.events`;
export const controlTopic = (task: string) => `task.${task}.control`;
export const presenceTopic = (worker: string) => `${PRESENCE}${worker}`;
export const PRESENCE = "worker.";

/** Milliseconds that a presence lasts, and between two of them. */
export const PRESENCE_LASTS = 12_000;
export const PRESENCE_EVERY = 3_000;

// The data of a job: what goes through the queue for a task, and what comes back. Nothing of it is trusted before it was read here.
import type { TaskEnd } from "@sti/core/remote";
import * as z from "zod";

const count = z.int().min(0).max(1_000_000);

const Data = z.object({
  v: z.literal(1),
  /** The target, for people who look at the queue. */
  target: z.string(),
  /** Envelope of DSSE around a TaskOrder, as JSON; or the order itself, where tasks are not signed. */
  signed: z.string().optional(),
  plain: z.string().optional(),
  /** In queues that the task was in before this one: attempts begun, and how often workers have lost it. */
  before: z.object({ attempts: count, stalls: count }).optional(),
});

export type TaskData = Readonly<z.output<typeof Data>>;

/** Marks a refusal among the reasons of failed jobs. */
export const REFUSED = "refused: ";

/** Undefined if it is none. */
export function readTaskData(value: unknown): TaskData | undefined {
  return Data.safeParse(value).data;
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
      /** Why its log is not in the store. */
      readonly logProblem?: string | undefined;
    }
  /** All who wanted it have cancelled it. */
  | { readonly kind: "cancelled" };

const Return = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("ended"),
    result: z.looseObject({
      outcome: z.enum(["built", "cancelled", "failed", "restored", "skipped", "up-to-date"]),
    }),
    worker: z.string(),
    attempt: count,
    events: count,
    logProblem: z.string().optional(),
  }),
  z.object({ kind: z.literal("cancelled") }),
]);

/** Undefined if it is none. A result counts only once the store has it. */
export function readTaskReturn(value: unknown): TaskReturn | undefined {
  return Return.safeParse(value).data as TaskReturn | undefined;
}

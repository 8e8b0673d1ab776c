// Messages between coordinators and workers while a task runs, and the topics that they travel on. Nothing of a message is
// trusted before it was read here.
import type { EngineDescription } from "@sti/core";
import * as z from "zod";

/** An event of a target without its name: { type: "target-output", text … }. */
export type TargetEvent = Readonly<Record<string, unknown>> & { readonly type: string };

const Event = z.looseObject({ type: z.string() });
const count = z.int().min(0);
const text = z.string().max(1000);
const attempted = { worker: text, attempt: count };

const Message = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("begun"), ...attempted }),
  z.object({
    kind: z.literal("events"),
    ...attempted,
    /** Number of events of the attempt before these. */
    from: count,
    events: z.array(Event),
  }),
  /** The queue has the end of an attempt. */
  z.object({ kind: z.literal("ended"), ...attempted }),
]);

/** From the worker. */
export type TaskMessage = Readonly<z.output<typeof Message>>;

const Control = z.object({
  kind: z.enum(["join", "cancel"]),
  /** Of the session. */
  run: text,
});

/** To the worker. */
export type TaskControl = Readonly<z.output<typeof Control>>;

const Engine = z.looseObject({
  product: text.optional(),
  version: text,
  apiVersion: text,
  os: text,
  architecture: text,
  cpus: z.number(),
  memory: z.number(),
});

const PresenceShape = z.object({
  id: text,
  name: text,
  platform: text,
  slots: z.int().min(1).max(10_000),
  active: count,
  paused: text.optional(),
  labels: z.record(z.string(), z.string()),
  engine: Engine,
  since: z.number(),
});

/** What a worker says about itself, every few seconds. */
export interface Presence {
  /** Unique. */
  readonly id: string;
  /** The same for all processes that use one engine; its home queue has its name. */
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

/** Undefined if it is none, as for all of these. */
export function readMessage(value: unknown): TaskMessage | undefined {
  return Message.safeParse(value).data;
}

export function readControl(value: unknown): TaskControl | undefined {
  return Control.safeParse(value).data;
}

export function readPresence(value: unknown): Presence | undefined {
  return PresenceShape.safeParse(value).data as Presence | undefined;
}

export const eventsTopic = (task: string) => `task.${task}.events`;
export const controlTopic = (task: string) => `task.${task}.control`;
export const presenceTopic = (worker: string) => `${PRESENCE}${worker}`;
export const PRESENCE = "worker.";
/** Of all workers. */
export const PRESENCES = `${PRESENCE}*`;

/** Milliseconds that a presence lasts, and between two of them. */
export const PRESENCE_LASTS = 12_000;
export const PRESENCE_EVERY = 3_000;

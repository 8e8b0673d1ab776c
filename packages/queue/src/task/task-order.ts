// A task as it is ordered: signed, for one queue, for a limited time. Nothing of an order is used before it was judged.
import { findSigner, parseEnvelope, type SigningKey, signEnvelope, type VerificationKey } from "@sti/attest";
import { TASK_LIFE } from "@sti/core";
import { type BuildTask, readBuildTask } from "@sti/core/remote";
import * as z from "zod";
import type { TaskData } from "./task-data.ts";

const TYPE = "application/vnd.sti.task.v1+json";
/** Milliseconds by which clocks of machines may differ. */
export const CLOCK_LIMIT = 5 * 60_000;

export interface TaskOrder {
  /** Name of the queue that it is for. */
  readonly queue: string;
  /** Milliseconds since 1970. */
  readonly ordered: number;
  readonly task: BuildTask;
}

const Order = z.object({
  queue: z.string(),
  ordered: z.number(),
  task: z.looseObject({ version: z.unknown() }),
});

/** `key`: undefined for workers that take unsigned tasks. */
export function orderTask(order: TaskOrder, key: SigningKey | undefined): TaskData {
  const text = JSON.stringify(order);
  const { name: target } = order.task.node.target;
  if (key === undefined) return { v: 1, target, plain: text };
  return { v: 1, target, signed: Buffer.from(signEnvelope(Buffer.from(text), TYPE, key)).toString() };
}

export interface OrderPolicy {
  readonly queue: string;
  readonly keys: readonly VerificationKey[];
  readonly allowsUnsigned: boolean;
  readonly now: number;
}

/** The problem follows "the task". */
export function readOrder(
  data: TaskData,
  { allowsUnsigned, keys, now, queue }: OrderPolicy,
): { readonly task: BuildTask } | { readonly problem: string } {
  const text = readText(data, { allowsUnsigned, keys });
  if (typeof text !== "string") return text;
  const read = Order.safeParse(parseJson(text));
  if (!read.success) return { problem: "is no order of sti" };
  const order = read.data;
  if (order.queue !== queue) return { problem: `is for the queue ${JSON.stringify(order.queue)}` };
  if (order.task.version !== 1) return { problem: "is of another version of sti" };
  const age = now - order.ordered;
  if (!(age <= TASK_LIFE && age >= -CLOCK_LIMIT))
    return { problem: "is older than a day, or from the future" };
  return readBuildTask(order.task);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readText(
  { plain, signed }: TaskData,
  { allowsUnsigned, keys }: Pick<OrderPolicy, "allowsUnsigned" | "keys">,
): string | { readonly problem: string } {
  if (signed === undefined) {
    if (!allowsUnsigned) return { problem: "is not signed" };
    return plain ?? { problem: "is empty" };
  }
  const envelope = parseEnvelope(Buffer.from(signed));
  if (envelope === undefined || envelope.payloadType !== TYPE) return { problem: "is no signed task" };
  if (findSigner(envelope, keys) === undefined && !(allowsUnsigned && keys.length === 0)) {
    return { problem: "is signed by no trusted key" };
  }
  return envelope.payload.toString();
}

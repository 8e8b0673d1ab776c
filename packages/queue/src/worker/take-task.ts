// Takes one task: judges it, gets its source, builds it, and sends what happens.

import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type ArtifactStore, formatLogTag, type Target } from "@sti/core";
import { type BuildTask, TaskInterruptedError } from "@sti/core/remote";
import { UnrecoverableError } from "bullmq";
import { judgeTask, type TaskPolicy } from "../task/judge-task.ts";
import { REFUSED, type TaskData, type TaskReturn } from "../task/task-data.ts";
import { createTaskLog } from "../task/task-log.ts";
import { type OrderPolicy, readOrder } from "../task/task-order.ts";
import { controlTopic, eventsTopic, readControl, type TaskMessage } from "../task/task-topics.ts";
import type { TaskRelay } from "../transport/queue-connection.ts";
import { createEventSender } from "./event-sender.ts";
import type { TagGate } from "./tag-gate.ts";
import type { WorkerHost } from "./worker-host.ts";

export interface TaskTaking {
  readonly host: WorkerHost;
  readonly relay: TaskRelay;
  readonly gate: TagGate;
  /** Name of the worker. */
  readonly name: string;
  readonly policy: TaskPolicy & Omit<OrderPolicy, "now">;
  readonly platform: string;
  /** Problems that do not end the task, for the worker's log. */
  readonly onProblem: (message: string) => void;
}

/** All who wanted the task have cancelled it. */
class CancelledError extends Error {}

/**
 * `signal`: aborted when the task is not this worker's any more. Rejects with UnrecoverableError for a task that is refused, with
 * TaskInterruptedError for one that may be built later or elsewhere, or with the signal's reason.
 */
export async function takeTask(
  job: { readonly id: string; readonly data: TaskData; readonly attempt: number },
  taking: TaskTaking,
  { signal }: { readonly signal: AbortSignal },
): Promise<TaskReturn> {
  const { host, name, policy, relay } = taking;
  const refuse = (problem: string) => new UnrecoverableError(`${REFUSED}${name}: the task ${problem}`);
  const read = readOrder(job.data, { ...policy, now: Date.now() });
  if ("problem" in read) throw refuse(read.problem);
  const judged = judgeTask(read.task, policy);
  if ("problem" in judged) throw refuse(judged.problem);
  const { task } = judged;
  const platform = `${task.platform.os}/${task.platform.architecture}`;
  if (platform !== taking.platform) throw refuse(`is for ${platform}`);
  const secrets = host.readSecrets(task);
  if ("problem" in secrets) throw refuse(secrets.problem);

  const cancel = new AbortController();
  const both = AbortSignal.any([signal, cancel.signal]);
  const wanted = new Set([task.session]);
  const control = await relay
    .subscribe(controlTopic(job.id), (message) => {
      const data = readControl(message.data);
      if (data === undefined) return;
      if (data.kind === "join") wanted.add(data.run);
      else wanted.delete(data.run);
      if (wanted.size === 0) cancel.abort(new CancelledError("cancelled"));
    })
    .catch(({ message }: Error) => {
      // The server was away, say, and does not know this worker yet.
      throw new TaskInterruptedError(`its messages cannot be read: ${message}`, { isOfEngine: false });
    });
  const opened = await host.openArtifacts(task);
  const folder = await host.makeFolder();
  const sender = createEventSender(relay, { task: job.id, worker: name, attempt: job.attempt });
  const log = createTaskLog(opened.artifacts, formatLogTag(task.key));
  const over = new AbortController();
  let fetching: Promise<unknown> = Promise.resolve();
  let leave = () => {};
  try {
    const begun: TaskMessage = { kind: "begun", worker: name, attempt: job.attempt };
    // Its events tell it, too.
    const telling = relay.publish(eventsTopic(job.id), begun).catch(() => {});
    leave = await taking.gate.enter(tagsOf(task), { signal: both });
    const snapshot = fetchSource(task, {
      artifacts: opened.artifacts,
      folder,
      host,
      signal: AbortSignal.any([both, over.signal]),
    });
    fetching = snapshot.catch(() => {});
    const result = await host.build(task, {
      snapshot,
      secrets: secrets.values,
      signal: both,
      emit: (event) => sender.add(event),
      onBuilt: () => {
        if (both.aborted) return;
        void sender.flush();
        void log.write(sender.events);
      },
    });
    await Promise.all([telling, sender.flush()]);
    both.throwIfAborted();
    const lost = sender.lost();
    if (lost !== undefined) taking.onProblem(`${lost.count} messages were not sent: ${lost.message}`);
    const { attempt } = job;
    const logProblem = await log.write(sender.events);
    if (logProblem !== undefined) taking.onProblem(`its log is not in the store: ${logProblem}`);
    return { kind: "ended", result, worker: name, attempt, events: sender.events.length, logProblem };
  } catch (error) {
    if (cancel.signal.aborted && !signal.aborted) return { kind: "cancelled" };
    throw error;
  } finally {
    leave();
    over.abort();
    await Promise.all([fetching, log.settle()]);
    await rm(folder, { recursive: true, force: true });
    await control.unsubscribe().catch(() => {});
    await opened.close();
  }
}

/** Only what is in the file counts: its digest has to be the one of the task. */
async function fetchSource(
  { source, store }: BuildTask,
  {
    artifacts,
    folder,
    host,
    signal,
  }: {
    readonly artifacts: ArtifactStore;
    readonly folder: string;
    readonly host: WorkerHost;
    readonly signal: AbortSignal;
  },
) {
  const file = join(folder, "source.tar.zst");
  try {
    const content = await artifacts.open(source.packed, { signal });
    if (content === undefined) throw new Error(`${store.repository} has no ${source.packed.digest}`);
    await pipeline(Readable.from(content), createWriteStream(file, { flags: "wx", mode: 0o600 }), { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw new TaskInterruptedError(`its source cannot be read: ${(error as Error).message}`, {
      isOfEngine: false,
    });
  }
  const read = await host.readSource(file, { signal });
  signal.throwIfAborted();
  if ("problem" in read) throw new UnrecoverableError(`its source cannot be read: ${read.problem}`);
  if (read.snapshot.digest !== source.digest) {
    throw new UnrecoverableError("its source has another digest than the task");
  }
  return read.snapshot;
}

/** Tags that the build gives or uses, with the key of the image that they have to name meanwhile. */
function tagsOf({ dependencies, key, node }: BuildTask): ReadonlyMap<string, string> {
  const tags = ({ buildTag, tag }: Pick<Target, "tag"> & { readonly buildTag?: Target["tag"] | undefined }) =>
    [tag, buildTag].flatMap((one) => (one === undefined ? [] : [one.full]));
  return new Map([
    ...dependencies.flatMap((other) => tags(other.node.target).map((tag) => [tag, other.key] as const)),
    ...tags(node.target).map((tag) => [tag, key] as const),
  ]);
}

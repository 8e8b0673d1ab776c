// The port to the queue's server: what coordinators and workers need of it. BullMQ is behind it, on Redis or PostgreSQL.
import type { Job, JobsOptions, RelayRetainedState } from "bullmq";
import type { TaskData, TaskReturn } from "../task/task-data.ts";
import type { ServerFacts } from "./server-facts.ts";

/** "waiting", "prioritized", "delayed", "active", "completed", "failed"; "unknown" if the queue has none of the id. */
export type TaskState = string;

/** A task in a queue, as its coordinator sees it. */
export interface QueuedTask
  extends Pick<
    Job<TaskData, TaskReturn>,
    | "attemptsMade"
    | "attemptsStarted"
    | "data"
    | "failedReason"
    | "name"
    | "opts"
    | "returnvalue"
    | "stalledCounter"
  > {
  getState(): Promise<TaskState>;
  /** Rejects while a worker has it. */
  remove(): Promise<void>;
}

export type TaskOptions = Pick<
  JobsOptions,
  "attempts" | "backoff" | "delay" | "priority" | "removeOnComplete" | "removeOnFail"
> & { readonly jobId: string };

export type TaskCounts = Readonly<Record<string, number | undefined>>;

/** One queue of tasks, as coordinators use it. */
export interface TaskQueue {
  /** Does nothing if the queue has a task of this id. */
  add(name: string, data: TaskData, options: TaskOptions): Promise<unknown>;
  getJob(id: string): Promise<QueuedTask | undefined>;
  getJobState(id: string): Promise<TaskState>;
  getJobCounts(...states: ("active" | "delayed" | "prioritized" | "waiting")[]): Promise<TaskCounts>;
  /** Removes the queue with all that it has. */
  obliterate(options: { readonly force: true }): Promise<void>;
  waitUntilReady(): Promise<unknown>;
  on(event: "error", listener: (error: Error) => void): unknown;
  close(): Promise<void>;
}

/** A task that a worker has. Each of the ends rejects once the lock is lost. */
export interface TakenTask {
  readonly id: string;
  /** Not checked. */
  readonly data: unknown;
  /** From 1. */
  readonly attempt: number;
  /** How often workers of this queue have lost it. */
  readonly stalls: number;
  complete(value: TaskReturn): Promise<void>;
  /** Tried again later if attempts are left, and the error is no UnrecoverableError. */
  fail(error: Error): Promise<void>;
  /** Others may take it; no attempt is used up. */
  giveBack(): Promise<void>;
}

/** One queue, as a worker reads it. One call of `take` at a time. */
export interface TaskTaker {
  /** `waits`: up to two seconds, if the queue was empty at the last call. */
  take(options: { readonly waits: boolean }): Promise<TakenTask | undefined>;
  /** Extends the locks of tasks. Resolves to the ids of those that others have by now. */
  renew(tasks: readonly TakenTask[]): Promise<readonly string[]>;
  /** From now on, tasks of this queue whose workers are gone are found, and wait again. */
  findStalled(): Promise<void>;
  /** A `take` that waits resolves soon, now and from now on. */
  interrupt(): Promise<void>;
  /** No `take` may be in progress, unless the connection was cut. */
  close(): Promise<void>;
}

/** Messages of processes to each other, and what they show of themselves. */
export interface TaskRelay {
  publish(topic: string, data: unknown, options?: { readonly retain?: number }): Promise<unknown>;
  subscribe(
    topic: string,
    listener: (message: { readonly data: unknown }) => void,
  ): Promise<{ unsubscribe(): Promise<void> }>;
  getRetained(): Promise<readonly Pick<RelayRetainedState, "data" | "expiresAt" | "topic">[]>;
  deleteRetained(topic: string): Promise<unknown>;
  waitUntilReady(): Promise<unknown>;
  on(event: "error", listener: (error: Error) => void): unknown;
  close(): Promise<void>;
}

/** One connection of a process to a queue server. Commands wait while the server is away, until the connection is cut. */
export interface QueueConnection {
  queue(name: string): TaskQueue;
  /** `worker`: its name, for people. */
  taker(name: string, options: { readonly worker: string }): TaskTaker;
  /** `name`: of the process, for people. */
  relay(name: string): TaskRelay;
  /** Rejects with the server's error. */
  inspect(): Promise<ServerFacts>;
  /** Resolves once the server answers. Rejects with the client's error. */
  ping(): Promise<unknown>;
  /** Ends the connections, whether or not the server answers: calls that wait reject, and so do later ones. */
  cut(reason: QueueUnreachableError): void;
  /** Aborted by `cut`, with its reason. */
  readonly lost: AbortSignal;
  /** Ends the connections; what was made from them has to be closed before. */
  close(): Promise<void>;
}

/** The server does not answer, or refuses. The message has no credentials. */
export class QueueUnreachableError extends Error {
  /** Whether its certificate is not accepted. */
  readonly isUntrusted: boolean;
  constructor(message: string, cause?: unknown) {
    // Node.js adds a hint for its own command line.
    super(message.replace(/; if the root CA is installed locally.*$/s, ""), { cause });
    this.name = "QueueUnreachableError";
    this.isUntrusted = CERTIFICATE.test(String((cause as NodeJS.ErrnoException | undefined)?.code));
  }
}

/** Codes of OpenSSL and Node.js for certificates that are not accepted. */
const CERTIFICATE =
  /^(?:CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|ERR_TLS_CERT_|INVALID_CA$|HOSTNAME_MISMATCH$)/;

export interface OpenOptions {
  /** Milliseconds until the server has to have answered for the first time. */
  readonly limit: number;
  /** PEM of the authorities that the server's certificate may be from; left out: those of Node.js. */
  readonly ca?: string | undefined;
  /** Problems of connections that are made anew. */
  readonly onError: (error: Error) => void;
  /** Whether missing tables are made, in a database. */
  readonly migrates?: boolean | undefined;
}

/** Milliseconds that a process is known without a sign of life. */
export const RELAY_LEASE = 15_000;

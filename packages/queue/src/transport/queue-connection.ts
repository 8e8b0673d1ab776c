// The parts of BullMQ that sti uses, the same for both backends.
import type { Job, Processor, Queue, QueueEvents, Relay, Worker, WorkerOptions } from "bullmq";
import type { TaskData, TaskReturn } from "../task/task-data.ts";

export type TaskJob = Job<TaskData, TaskReturn>;
export type TaskQueue = Queue<TaskData, TaskReturn>;
export type TaskWorker = Worker<TaskData, TaskReturn>;

/** One connection of a process to a queue server. Commands wait while the server is away. */
export interface QueueConnection {
  queue(name: string): TaskQueue;
  events(name: string): QueueEvents;
  worker(
    name: string,
    process: Processor<TaskData, TaskReturn>,
    options: Omit<WorkerOptions, "connection">,
  ): TaskWorker;
  /** `name`: of the process, for people. */
  relay(name: string): Relay;
  /** Ends the connections; what was made from them has to be closed before. */
  close(): Promise<void>;
}

/** The server does not answer, or refuses. The message has no credentials. */
export class QueueUnreachableError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "QueueUnreachableError";
  }
}

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

// The parts of BullMQ that sti uses, the same for both backends.
import type { Job, Processor, Queue, QueueEvents, Relay, Worker, WorkerOptions } from "bullmq";
import type { TaskData, TaskReturn } from "../task/task-data.ts";
import type { ServerFacts } from "./server-facts.ts";

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
  /** Rejects with the server's error. */
  inspect(): Promise<ServerFacts>;
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

// Connects to a queue by its address on the command line, and turns what goes wrong on the way into failures.
import { type Failure, failed, type Result, success } from "@sti/core";
import { FileProblem, readSmallFile } from "@sti/files";
import type { QueueConnection, QueuePlace } from "@sti/queue";
import type { CommandContext } from "../process/command-context.ts";

/** Bytes of a file with certificates. */
const LARGEST = 1024 * 1024;
/** Milliseconds for the first answer. */
const LIMIT = 5000;

/** Seconds without an answer after which a queue counts as gone, for a process that need not wait for it. */
export const SILENCE_LIMIT = 5;

export interface ConnectedQueue {
  readonly place: QueuePlace;
  /** It is cut if the server does not answer for long. */
  readonly connection: QueueConnection;
  /** Seconds without an answer until then, undefined: for ever; asked anew each second. Until this is called: SILENCE_LIMIT. */
  waitFor(patience: () => number | undefined): void;
}

export interface QueueOptions {
  /** Address of the queue. */
  readonly on: string;
  /** Authority of the queue's certificate. */
  readonly onCa?: string | undefined;
}

interface ConnectOptions {
  readonly migrates?: boolean;
}

export async function connectQueue(
  { on, onCa }: QueueOptions,
  { stderr }: Pick<CommandContext, "stderr">,
  { migrates }: ConnectOptions = {},
): Promise<Result<ConnectedQueue>> {
  const { openQueue, parseQueuePlace, QueueUnreachableError, watchServer } = await import("@sti/queue");
  const place = parseQueuePlace(on);
  if ("problem" in place) return failed([impossible(`--on ${place.problem}`, "pass the address of a queue")]);
  if (onCa !== undefined && !place.isSecure) {
    const hint = "use rediss://HOST:PORT or postgres://HOST/DATABASE?sslmode=verify-full";
    return failed([impossible("--on-ca is for a queue behind TLS, and the address names none", hint)]);
  }
  let lastProblem = "";
  try {
    const ca = onCa === undefined ? undefined : (await readSmallFile(onCa, { limit: LARGEST })).toString();
    const connection = await openQueue(place, {
      limit: LIMIT,
      ca,
      migrates,
      onError: ({ message }) => {
        if (message === lastProblem || message === "") return;
        lastProblem = message;
        stderr.write(`sti: queue ${place.shown}: ${message}\n`);
      },
    });
    let patience: () => number | undefined = () => SILENCE_LIMIT;
    const watch = watchServer(connection, {
      patience: () => patience(),
      onAnswer: () => {
        if (lastProblem !== "") stderr.write(`sti: queue ${place.shown} answers again\n`);
        lastProblem = "";
      },
    });
    const close = async () => {
      try {
        await connection.close();
      } finally {
        watch.close();
      }
    };
    return success({
      place,
      connection: { ...connection, close },
      waitFor: (given) => {
        patience = given;
      },
    });
  } catch (error) {
    if (error instanceof FileProblem)
      return failed([impossible(`--on-ca ${onCa} ${error.words}`, "pass a file with certificates, PEM")]);
    if (!(error instanceof QueueUnreachableError)) throw error;
    const { isUntrusted, message } = error;
    return failed([
      { code: isUntrusted ? "queue-untrusted" : "queue-unreachable", queue: place.shown, message },
    ]);
  }
}

/** The end of `work`, which has the connection to itself. Fails if there is no queue, or if it does not answer any more. */
export async function withQueue<Value>(
  options: QueueOptions,
  context: Pick<CommandContext, "signal" | "stderr">,
  work: (queue: ConnectedQueue) => Promise<Value>,
  how: ConnectOptions = {},
): Promise<Result<Value>> {
  const connected = await connectQueue(options, context, how);
  if (!connected.ok) return connected;
  const { unlessLost } = await import("@sti/queue");
  const { connection } = connected.value;
  try {
    return success(await unlessLost(connection, work(connected.value)));
  } catch (error) {
    const gone = findLoss(connected.value);
    if (gone === undefined || context.signal.aborted) throw error;
    return failed([gone]);
  } finally {
    await connection.close();
  }
}

/** The failure of a command whose connection was cut. */
export function findLoss({ connection: { lost }, place }: ConnectedQueue): Failure | undefined {
  if (!lost.aborted) return undefined;
  const { message } = lost.reason as Error;
  return { code: "queue-unreachable", queue: place.shown, message };
}

export function impossible(message: string, hint: string): Failure {
  return { code: "remote-impossible", message, hint };
}

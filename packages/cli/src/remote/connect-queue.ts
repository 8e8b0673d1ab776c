// Connects to a queue by its address on the command line, and turns what goes wrong on the way into failures.
import { type Failure, failed, type Result, success } from "@sti/core";
import { FileProblem, readSmallFile } from "@sti/files";
import type { QueueConnection, QueuePlace } from "@sti/queue";
import type { CommandContext } from "../process/command-context.ts";

/** Bytes of a file with certificates. */
const LARGEST = 1024 * 1024;
/** Milliseconds for the first answer. */
const LIMIT = 5000;

export interface ConnectedQueue {
  readonly place: QueuePlace;
  readonly connection: QueueConnection;
}

export interface QueueOptions {
  /** Address of the queue. */
  readonly on: string;
  /** Authority of the queue's certificate. */
  readonly onCa?: string | undefined;
}

export async function connectQueue(
  { on, onCa }: QueueOptions,
  { env, stderr }: Pick<CommandContext, "env" | "stderr">,
  { migrates }: { readonly migrates?: boolean } = {},
): Promise<Result<ConnectedQueue>> {
  const { openQueue, parseQueuePlace, QueueUnreachableError } = await import("@sti/queue");
  const place = parseQueuePlace(on);
  if ("problem" in place) return failed([impossible(`--on ${place.problem}`, "pass the address of a queue")]);
  const file = onCa ?? env.NODE_EXTRA_CA_CERTS;
  let lastProblem = "";
  try {
    const ca =
      file === undefined || !/^rediss:/.test(place.url)
        ? undefined
        : (await readSmallFile(file, { limit: LARGEST })).toString();
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
    return success({ place, connection });
  } catch (error) {
    if (error instanceof FileProblem)
      return failed([impossible(`${file} ${error.words}`, "pass --on-ca FILE")]);
    if (!(error instanceof QueueUnreachableError)) throw error;
    return failed([{ code: "queue-unreachable", queue: place.shown, message: error.message }]);
  }
}

export function impossible(message: string, hint: string): Failure {
  return { code: "remote-impossible", message, hint };
}

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
  { stderr }: Pick<CommandContext, "stderr">,
  { migrates }: { readonly migrates?: boolean } = {},
): Promise<Result<ConnectedQueue>> {
  const { openQueue, parseQueuePlace, QueueUnreachableError } = await import("@sti/queue");
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
    return success({ place, connection });
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

export function impossible(message: string, hint: string): Failure {
  return { code: "remote-impossible", message, hint };
}

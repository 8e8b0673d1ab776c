// Cuts the connection to a server that does not answer for longer than the process can wait.
import { type QueueConnection, QueueUnreachableError } from "./queue-connection.ts";

/** Milliseconds between two questions. */
const ASK_EVERY = 1000;

export interface ServerWatch {
  /** Asks no more. */
  close(): void;
}

/**
 * `patience`: seconds without an answer until the connection is cut, undefined: for ever; asked anew each second. `onAnswer`: the
 * server answers after a time in which it did not.
 */
export function watchServer(
  connection: Pick<QueueConnection, "cut" | "ping">,
  { onAnswer, patience }: { readonly patience: () => number | undefined; readonly onAnswer: () => void },
): ServerWatch {
  // Looks are counted, not milliseconds: after this process stood still, an answer may wait to be read.
  let missed = 0;
  let isAsking = false;
  const ask = async () => {
    isAsking = true;
    try {
      await connection.ping();
      if (missed > 0) onAnswer();
      missed = 0;
    } catch {
      missed += 1;
    } finally {
      isAsking = false;
    }
  };
  const clock = setInterval(() => {
    if (isAsking) missed += 1;
    else void ask();
    const limit = patience();
    if (limit === undefined || missed < limit) return;
    clearInterval(clock);
    connection.cut(new QueueUnreachableError(`no answer for ${missed} s`));
  }, ASK_EVERY);
  return { close: () => clearInterval(clock) };
}

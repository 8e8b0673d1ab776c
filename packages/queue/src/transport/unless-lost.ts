// Work that needs a queue's server, bounded by the connection to it.
import type { QueueConnection } from "./queue-connection.ts";

/** The end of `work`. Rejects with the reason of the cut once the connection is cut, even if the work never ends. */
export async function unlessLost<Value>(
  { lost }: Pick<QueueConnection, "lost">,
  work: Promise<Value>,
): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(lost.reason);
  if (lost.aborted) stop();
  lost.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([work, promise]);
  } catch (error) {
    throw lost.aborted ? lost.reason : error;
  } finally {
    lost.removeEventListener("abort", stop);
  }
}

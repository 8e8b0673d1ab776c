// Sends one task through a queue of its own, as a session and a worker do, to see whether the user has the rights for it.
import { randomBytes } from "node:crypto";
import type { QueueConnection } from "../transport/queue-connection.ts";
import { type QueuePlace, queueName } from "../transport/queue-place.ts";
import type { QueueCheck } from "./judge-server.ts";

/** Milliseconds. */
const LIMIT = 5000;
const ID = "doctor-1";
const check = "queue: tasks";

/** Removes all that it makes. */
export async function tryQueue(place: QueuePlace, connection: QueueConnection): Promise<QueueCheck> {
  const name = `${queueName(place, "doctor")}-${randomBytes(4).toString("hex")}`;
  const started = performance.now();
  const queue = connection.queue(name);
  const relay = connection.relay("sti doctor");
  const taker = connection.taker(name, { worker: "sti doctor" });
  const failed = Promise.withResolvers<never>();
  queue.on("error", failed.reject);
  relay.on("error", failed.reject);
  // Also a problem after the end is none of this process.
  failed.promise.catch(() => {});
  const send = async () => {
    await queue.waitUntilReady();
    await queue.add("doctor", { v: 1, target: "doctor" }, { jobId: ID });
    let task = await taker.take({ waits: false });
    while (task === undefined && !isOver) task = await taker.take({ waits: true });
    await task?.complete({ kind: "cancelled" });
    await relay.publish("doctor", {}, { retain: LIMIT });
    await relay.deleteRetained("doctor");
  };
  let isOver = false;
  let sending: Promise<void> | undefined;
  const clock = setTimeout(() => failed.reject(new Error(`not done within ${LIMIT / 1000} s`)), LIMIT);
  try {
    sending = send();
    await Promise.race([sending, failed.promise]);
    return { check, state: "ok", found: `sent and done in ${Math.round(performance.now() - started)} ms` };
  } catch (error) {
    const fix = "give its user the rights in docs/queue.md";
    return { check, state: "problem", found: (error as Error).message, fix };
  } finally {
    clearTimeout(clock);
    isOver = true;
    await taker.interrupt();
    await sending?.catch(() => {}); // It has ended above, or comes to the same.
    await taker.close();
    await queue.obliterate({ force: true }).catch(() => {}); // A user without the right has made nothing.
    await Promise.all([queue.close(), relay.close()]);
  }
}

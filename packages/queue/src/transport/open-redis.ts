// A queue in Redis or Valkey. All keys begin with sti:NAME, so that a user of the server can be limited to them.
import { Queue, QueueEvents, Relay, Worker } from "bullmq";
import { Redis } from "ioredis";
import { inspectRedis } from "./inspect-redis.ts";
import type { OpenOptions, QueueConnection, TaskQueue, TaskWorker } from "./queue-connection.ts";
import { QueueUnreachableError, RELAY_LEASE } from "./queue-connection.ts";
import type { QueuePlace } from "./queue-place.ts";

/** Milliseconds between attempts to connect again. */
const LONGEST_PAUSE = 1000;

export async function openRedis(
  place: QueuePlace,
  { ca, limit, onError }: OpenOptions,
): Promise<QueueConnection> {
  const client = new Redis(place.url, {
    // Demanded by BullMQ: a command waits for the server.
    maxRetriesPerRequest: null,
    lazyConnect: true,
    connectTimeout: limit,
    retryStrategy: (attempt) => Math.min(attempt * 100, LONGEST_PAUSE),
    ...(ca === undefined ? {} : { tls: { ca } }),
  });
  await untilReady(client, limit);
  client.on("error", (error: Error) => onError(error));
  listenToDuplicates(client);
  const prefix = `sti:${place.name}`;
  const common = { connection: client, prefix };
  const duplicates: Redis[] = [];
  /** A connection that waits for messages serves nobody else. */
  const waiting = () => {
    const connection = client.duplicate({ lazyConnect: false });
    connection.on("error", (error: Error) => onError(error));
    listenToDuplicates(connection);
    duplicates.push(connection);
    return { connection, prefix };
  };
  return {
    queue: (name): TaskQueue => new Queue(name, common),
    events: (name) => new QueueEvents(name, waiting()),
    worker: (name, process, options): TaskWorker => new Worker(name, process, { ...options, ...common }),
    relay: (name) =>
      new Relay({ ...common, namespace: `sti-${place.name}`, name, leaseDuration: RELAY_LEASE }),
    inspect: async () => await inspectRedis(client, new URL(place.url).password !== ""),
    close: async () => {
      for (const connection of [...duplicates, client]) connection.disconnect();
    },
  };
}

async function untilReady(client: Redis, limit: number): Promise<void> {
  let last: Error | undefined;
  const note = (error: Error) => {
    last = error;
  };
  client.on("error", note);
  const connecting = client.connect();
  // The error says why.
  connecting.catch(() => {});
  const { promise, reject, resolve } = Promise.withResolvers<void>();
  const fail = (message: string) => reject(new QueueUnreachableError(last?.message || message, last));
  const clock = setTimeout(() => fail("no answer"), limit);
  client.once("ready", () => resolve());
  // Further attempts come to the same.
  client.once("close", () => setTimeout(() => fail("connection closed"), 0));
  try {
    await promise;
  } catch (error) {
    client.disconnect();
    throw error;
  } finally {
    clearTimeout(clock);
    client.off("error", note);
  }
}

/**
 * BullMQ makes connections of its own, and listens to them except while it closes one. An error then, say of a TLS
 * connection that is cut while it is made, is nobody's.
 */
function listenToDuplicates(client: Redis): void {
  const duplicate = client.duplicate.bind(client);
  client.duplicate = (...options) => {
    const made = duplicate(...options);
    made.on("error", () => {});
    return made;
  };
}

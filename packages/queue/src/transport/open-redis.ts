// A queue in Redis or Valkey. All keys begin with sti:NAME, so that a user of the server can be limited to them.
import { Queue, Relay, Worker } from "bullmq";
import { Redis } from "ioredis";
import type { TaskData, TaskReturn } from "../task/task-data.ts";
import { createBullTaker, TAKER_OPTIONS } from "./bull-taker.ts";
import { inspectRedis } from "./inspect-redis.ts";
import type { OpenOptions, QueueConnection, TaskQueue } from "./queue-connection.ts";
import { QueueUnreachableError, RELAY_LEASE } from "./queue-connection.ts";
import type { QueuePlace } from "./queue-place.ts";

/** Milliseconds between attempts to connect again. */
const LONGEST_PAUSE = 1000;
/** Milliseconds that a server has to end a connection from its side. */
const DISCONNECT_LIMIT = 500;

export async function openRedis(
  place: QueuePlace,
  { ca, limit, onError }: OpenOptions,
): Promise<QueueConnection> {
  const client = new Redis(place.url, {
    // Demanded by BullMQ: a command waits for the server.
    maxRetriesPerRequest: null,
    lazyConnect: true,
    connectTimeout: limit,
    disconnectTimeout: DISCONNECT_LIMIT,
    retryStrategy: (attempt) => Math.min(attempt * 100, LONGEST_PAUSE),
    ...(ca === undefined ? {} : { tls: { ca } }),
  });
  await untilReady(client, limit);
  const lost = new AbortController();
  client.on("error", (error: Error) => {
    if (!lost.signal.aborted) onError(error);
  });
  const clients = trackClients(client, lost.signal);
  const prefix = `sti:${place.name}`;
  const common = { connection: client, prefix };
  return {
    queue: (name): TaskQueue => new Queue<TaskData, TaskReturn, string>(name, common),
    taker: (name, { worker }) => {
      const options = { ...TAKER_OPTIONS, ...common, name: worker };
      return createBullTaker(new Worker<TaskData, TaskReturn>(name, null, options), lost.signal);
    },
    relay: (name) =>
      new Relay({ ...common, namespace: `sti-${place.name}`, name, leaseDuration: RELAY_LEASE }),
    inspect: async () => await inspectRedis(client, new URL(place.url).password !== ""),
    ping: async () => await client.ping(),
    cut: (reason) => {
      lost.abort(reason);
      for (const one of clients) one.disconnect();
    },
    lost: lost.signal,
    close: async () => {
      client.disconnect();
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
 * The connection, and those that BullMQ makes from it. BullMQ listens to them except while it closes one: an error then, say of a
 * TLS connection that is cut while it is made, is nobody's.
 */
function trackClients(client: Redis, lost: AbortSignal): ReadonlySet<Redis> {
  const clients = new Set<Redis>([client]);
  endForGood(client);
  const duplicate = client.duplicate.bind(client);
  client.duplicate = (...options) => {
    const made = duplicate(...options);
    endForGood(made);
    made.on("error", () => {});
    made.once("end", () => clients.delete(made));
    clients.add(made);
    if (lost.aborted) made.disconnect();
    return made;
  };
  return clients;
}

/**
 * Between two attempts to connect, a client of ioredis that is disconnected makes no further one, but does not end either: its
 * commands would wait for ever. An attempt that is given up before it begins ends it, and rejects them.
 */
function endForGood(client: Redis): void {
  const disconnect = client.disconnect.bind(client);
  client.disconnect = (reconnect) => {
    disconnect(reconnect);
    if (reconnect === true || client.status !== "reconnecting") return;
    client.connect().catch(() => {}); // It is given up here.
    disconnect();
  };
}

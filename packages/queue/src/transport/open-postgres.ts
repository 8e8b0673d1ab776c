// A queue in PostgreSQL: the tables of BullMQ, in a schema of their own.
import {
  createPostgresBackend,
  createPostgresRelayBackend,
  Queue,
  QueueEvents,
  Relay,
  runMigrations,
  Worker,
} from "bullmq";
import pg from "pg";
import { inspectPostgres } from "./inspect-postgres.ts";
import type { OpenOptions, QueueConnection, TaskQueue, TaskWorker } from "./queue-connection.ts";
import { QueueUnreachableError, RELAY_LEASE } from "./queue-connection.ts";
import type { QueuePlace } from "./queue-place.ts";

/** Connections of a process: each part that waits for messages keeps one. */
const MOST = 12;
const SCHEMA = "bullmq";

export async function openPostgres(
  place: QueuePlace,
  { ca, limit, migrates = false, onError }: OpenOptions,
): Promise<QueueConnection> {
  const pool = new pg.Pool({
    connectionString: ca === undefined ? place.url : withoutMode(place.url),
    max: MOST,
    keepAlive: true,
    connectionTimeoutMillis: limit,
    options: `-c search_path=${SCHEMA}`,
    ...(ca === undefined ? {} : { ssl: { ca } }),
  });
  pool.on("error", onError);
  try {
    const client = await pool.connect();
    try {
      if (migrates) await runMigrations(client, SCHEMA);
      else await client.query(`SELECT 1 FROM ${SCHEMA}.migration LIMIT 1`);
    } finally {
      client.release();
    }
  } catch (error) {
    await pool.end();
    throw new QueueUnreachableError((error as Error).message, error);
  }
  const common = { connection: pool };
  // The types of BullMQ's classes name their backend; sti uses what both have in common.
  const Queues = Queue as unknown as new (...made: unknown[]) => TaskQueue;
  const Events = QueueEvents as unknown as new (...made: unknown[]) => QueueEvents;
  const Workers = Worker as unknown as new (...made: unknown[]) => TaskWorker;
  return {
    queue: (name) => new Queues(name, common, createPostgresBackend),
    events: (name) => new Events(name, common, createPostgresBackend),
    worker: (name, process, options) =>
      new Workers(name, process, { ...options, ...common }, createPostgresBackend),
    relay: (name) =>
      new Relay({
        connection: pool as never,
        backend: createPostgresRelayBackend as never,
        namespace: `sti-${place.name}`,
        name,
        leaseDuration: RELAY_LEASE,
      }),
    inspect: async () => await inspectPostgres(pool, SCHEMA),
    close: async () => await pool.end(),
  };
}

/** The mode of an address replaces the settings beside it, the authority too. */
function withoutMode(address: string): string {
  const url = new URL(address);
  url.searchParams.delete("sslmode");
  return url.href;
}

// A queue in PostgreSQL: the tables of BullMQ, in a schema of their own.
import { Socket } from "node:net";
import {
  createPostgresBackend,
  createPostgresRelayBackend,
  Queue,
  Relay,
  runMigrations,
  Worker,
} from "bullmq";
import pg from "pg";
import { type BullWorker, createBullTaker, TAKER_OPTIONS } from "./bull-taker.ts";
import { inspectPostgres } from "./inspect-postgres.ts";
import type { OpenOptions, QueueConnection, TaskQueue } from "./queue-connection.ts";
import { QueueUnreachableError, RELAY_LEASE } from "./queue-connection.ts";
import type { QueuePlace } from "./queue-place.ts";
import { watchServer } from "./watch-server.ts";

/** Connections of a process: each part that waits for messages keeps one. */
const MOST = 12;
const SCHEMA = "bullmq";

export async function openPostgres(
  place: QueuePlace,
  { ca, limit, migrates = false, onError }: OpenOptions,
): Promise<QueueConnection> {
  const lost = new AbortController();
  const sockets = new Set<Socket>();
  const pool = new pg.Pool({
    stream: () => {
      const socket = new Socket();
      sockets.add(socket);
      return socket.once("close", () => sockets.delete(socket));
    },
    connectionString: ca === undefined ? place.url : withoutMode(place.url),
    max: MOST,
    keepAlive: true,
    connectionTimeoutMillis: limit,
    options: `-c search_path=${SCHEMA}`,
    ...(ca === undefined ? {} : { ssl: { ca } }),
  });
  pool.on("error", (error) => {
    if (!lost.signal.aborted) onError(error);
  });
  // While a client is in use the pool does not listen to it; its query rejects with the same error.
  pool.on("connect", (client) => client.on("error", () => {}));
  let ending: Promise<void> | undefined;
  const end = () => {
    ending ??= pool.end();
    return ending;
  };
  const ping = async () => await pool.query("SELECT 1");
  const cut = (reason: QueueUnreachableError) => {
    lost.abort(reason);
    void end();
    for (const socket of sockets) socket.destroy();
  };
  const opening = watchServer({ cut, ping }, { patience: () => limit / 1000, onAnswer: () => {} });
  try {
    const client = await pool.connect();
    try {
      if (migrates) await runMigrations(client, SCHEMA);
      else await client.query(`SELECT 1 FROM ${SCHEMA}.migration LIMIT 1`);
    } finally {
      client.release();
    }
  } catch (error) {
    await end();
    throw lost.signal.aborted
      ? lost.signal.reason
      : new QueueUnreachableError((error as Error).message, error);
  } finally {
    opening.close();
  }
  const common = { connection: pool };
  // The types of BullMQ's classes name their backend; sti uses what both have in common.
  const Queues = Queue as unknown as new (...made: unknown[]) => TaskQueue;
  const Workers = Worker as unknown as new (...made: unknown[]) => BullWorker;
  return {
    queue: (name) => new Queues(name, common, createPostgresBackend),
    taker: (name, { worker }) => {
      const options = { ...TAKER_OPTIONS, ...common, name: worker };
      return createBullTaker(new Workers(name, null, options, createPostgresBackend), lost.signal);
    },
    relay: (name) =>
      new Relay({
        connection: pool as never,
        backend: createPostgresRelayBackend as never,
        namespace: `sti-${place.name}`,
        name,
        leaseDuration: RELAY_LEASE,
      }),
    inspect: async () => await inspectPostgres(pool, SCHEMA),
    ping,
    cut,
    lost: lost.signal,
    close: end,
  };
}

/** The mode of an address replaces the settings beside it, the authority too. */
function withoutMode(address: string): string {
  const url = new URL(address);
  url.searchParams.delete("sslmode");
  return url.href;
}

// Connects to a queue, whichever server it is in.
import { openPostgres } from "./open-postgres.ts";
import { openRedis } from "./open-redis.ts";
import type { OpenOptions, QueueConnection } from "./queue-connection.ts";
import type { QueuePlace } from "./queue-place.ts";

/** Rejects with QueueUnreachableError. */
export async function openQueue(place: QueuePlace, options: OpenOptions): Promise<QueueConnection> {
  return place.kind === "redis" ? await openRedis(place, options) : await openPostgres(place, options);
}

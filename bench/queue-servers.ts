// The servers that queues are measured on.
import { type QueueServer, startPostgres, startRedis } from "@sti/testing/queue-server";

export interface NamedServer {
  /** "Redis" */
  readonly name: string;
  readonly url: string;
}

/**
 * Calls `use` for each server in turn, which all run until `closing` has ended them. `migrate`: makes the tables of a queue, with
 * the address of their owner.
 */
export async function startServers(
  migrate: (url: string) => Promise<void>,
  {
    closing,
    use,
  }: {
    /** Gets what ends each server, in front. */
    readonly closing: (() => Promise<unknown>)[];
    readonly use: (server: NamedServer) => Promise<void>;
  },
): Promise<void> {
  const starts: readonly (readonly [string, () => Promise<QueueServer>])[] = [
    ["Redis", startRedis],
    ["PostgreSQL", () => startPostgres(migrate)],
  ];
  for (const [name, start] of starts) {
    const server = await start();
    closing.unshift(() => server.close());
    await use({ name, url: server.url });
  }
}

// A registry, engines of workers, and a queue in either server, for a file of tests.

import { bridgePort } from "@sti/testing/bridge-port";
import { type TestEngine, withEngine } from "@sti/testing/e2e";
import { type QueueServer, startPostgres, startRedis } from "@sti/testing/queue-server";
import { type Registry, startRegistry } from "@sti/testing/registry";
import { removeNames } from "@sti/testing/remove-images";
import { runSti } from "@sti/testing/run-cli";
import { givenEngines, workerEndpoints } from "@sti/testing/worker-engines";
import { afterAll, beforeAll, expect } from "vitest";
import { pushBase, type QueueFixtures, queueFixtures } from "./queue.fixtures.ts";

export const SERVERS = [
  ["Redis", startRedis],
  ["PostgreSQL", () => startPostgres(migrate)],
] as const;

export interface Cluster {
  readonly engine: TestEngine;
  readonly registry: () => Registry;
  /** Base image of builders. */
  readonly base: () => string;
  /** Hooks of a server and a store of its own, inside a `describe`. */
  on(start: () => Promise<QueueServer>): QueueFixtures & {
    readonly server: () => QueueServer;
    readonly store: () => string;
  };
  /** In all engines. */
  removeImages(): Promise<void>;
}

/** Makes the tables of a queue, as its owner does it once. */
async function migrate(url: string): Promise<void> {
  expect(await runSti(["queue", "init", "--on", url])).toMatchObject({ exitCode: 0, stderr: "" });
}

/** Registers the hooks of a file whose images are in `repository`. */
export async function withCluster(repository: string): Promise<Cluster> {
  const engine = await withEngine(repository, { check: "file" });
  const bridges: (() => Promise<void>)[] = [];
  let registry: Registry;
  let base = "";
  let stores = 0;
  const removeImages = async (...more: string[]) => {
    for (const endpoint of workerEndpoints(engine.endpoint))
      await removeNames(endpoint, [engine.image(""), ...more]);
  };
  beforeAll(async () => {
    registry = await startRegistry();
    for (const { network } of givenEngines)
      if (network !== undefined) bridges.push(await bridgePort(registry.address, network));
    base = await pushBase(engine.endpoint, registry.address);
  });
  afterAll(async () => {
    await removeImages(registry.address);
    for (const close of bridges) await close();
    await registry.close();
  });
  return {
    engine,
    registry: () => registry,
    base: () => base,
    removeImages,
    on: (start) => {
      let server: QueueServer;
      let store = "";
      beforeAll(async () => {
        server = await start();
        stores += 1;
        store = `${registry.address}/sti/queue${stores}`;
      });
      afterAll(() => server.close());
      const fixtures = queueFixtures(
        engine,
        () => server,
        () => ({ base, store }),
      );
      return { ...fixtures, server: () => server, store: () => store };
    },
  };
}

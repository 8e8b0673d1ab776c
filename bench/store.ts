// Sessions with a shared store, on a registry of this machine: unchanged apps on an empty engine, restored apps beside the
// engine's own pulls, and builds that add their results beside builds that do not.
import { join } from "node:path";
import { startRegistry } from "@sti/testing/registry";
import type { BenchContext } from "./bench-context.ts";
import type { Table } from "./measure.ts";
import { measureAdded, measureBuilt } from "./store-added.ts";
import { type ProjectContext, REPOSITORY } from "./store-machine.ts";
import { measureRestored } from "./store-restored.ts";
import { measureMany, measureUnchanged } from "./store-unchanged.ts";
import { withFolder } from "./with-folder.ts";
import { withImages } from "./with-images.ts";

const ROUNDS = 5;

export async function bench({ part, rounds = ROUNDS, ...given }: BenchContext): Promise<readonly Table[]> {
  const registry = await startRegistry();
  try {
    return await withFolder(async (folder) => {
      const tables: Table[] = [];
      await withImages(given.host, REPOSITORY, async () => {
        for (const [name, measurePart] of Object.entries(PARTS)) {
          if (part !== undefined && part !== name) continue;
          // Side by side: a project that contains the others would read their files, too.
          const store = `${registry.address}/sti-bench/store-${name}`;
          tables.push(await measurePart({ ...given, rounds, folder: join(folder, name), store }));
        }
      });
      return tables;
    });
  } finally {
    await registry.close();
  }
}

const PARTS: Readonly<Record<string, (context: ProjectContext) => Promise<Table>>> = {
  many: measureMany,
  unchanged: measureUnchanged,
  restored: measureRestored,
  added: measureAdded,
  built: measureBuilt,
};

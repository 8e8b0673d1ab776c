// Folders for the sources of tasks, in the user's cache. Each has the name of its worker's process, so that a later
// worker removes those of a process that was killed.
import { readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { formatSessionId, parseOwner } from "@sti/core";
import { currentOwner, isDeadOwner } from "../process/session-owner.ts";
import { cacheFolder } from "../project/cache-folder.ts";

export interface TaskFolders {
  /** A new, empty folder. Absolute; the caller removes it. */
  make(): Promise<string>;
  /** Removes those of workers that have ended. */
  sweep(): Promise<void>;
}

export function taskFolders(env: Readonly<Record<string, string | undefined>>): TaskFolders {
  const folder = cacheFolder(env).folder("tasks");
  const prefix = `${formatSessionId(currentOwner())}-`;
  return {
    make: async () => await mkdtemp(join(folder.make(), prefix)),
    sweep: async () => {
      if (!folder.isPrivate()) return;
      for (const name of readdirSync(folder.path)) {
        const owner = parseOwner(name);
        if (owner !== undefined && isDeadOwner(owner))
          await rm(join(folder.path, name), { recursive: true, force: true });
      }
    },
  };
}

// What is remembered of earlier builds, in a folder beside the config that git ignores.
// Losing it costs nothing but speed.
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Records, TargetRecord } from "@sti/core";

/** Name of the folder beside the config. */
export const STATE_FOLDER = ".sti";

/** `directory`: of the config. One file for each target, replaced as a whole. */
export function createRecords(directory: string): Records {
  const folder = join(directory, STATE_FOLDER, "records");
  return {
    read: async (target) => {
      const text = await readFile(join(folder, `${target}.json`), "utf8").catch(() => undefined);
      return text === undefined ? undefined : parseRecord(text, target);
    },
    write: async (record) => {
      await mkdir(folder, { recursive: true });
      await writeFile(join(directory, STATE_FOLDER, ".gitignore"), "*\n");
      const file = join(folder, `${record.target}.json`);
      const fresh = `${file}.${process.pid}.new`;
      await writeFile(fresh, JSON.stringify(record));
      await rename(fresh, file);
    },
  };
}

/** A file that somebody else wrote, or that was cut short, is no record. */
function parseRecord(text: string, target: string): TargetRecord | undefined {
  try {
    const record = JSON.parse(text) as TargetRecord;
    const isWhole =
      record.schemaVersion === 1 &&
      record.target === target &&
      Array.isArray(record.images) &&
      typeof record.files === "object";
    return isWhole ? record : undefined;
  } catch {
    return undefined;
  }
}

// Remembers configs that passed the check, by what was written: zod and the schema, which cost the most to load, are
// then not needed again. Kept in the user's cache folder and not beside the config, where a repository could bring
// along what it says is checked. Losing it costs nothing but speed.
import { createHash } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { WrittenConfig } from "@sti/core";
import { readSmallFile } from "@sti/files";

/** How many are kept; those written longest ago go first. */
const MOST = 50;
/** Bytes. */
const LARGEST = 64 * 1024 ** 2;

export interface ConfigMemory {
  /** What the check made of an equal value; undefined when that is not known. */
  recall(value: unknown): Promise<WrittenConfig | undefined>;
  /** Never rejects: where nothing can be written, the next command checks again. */
  remember(value: unknown, config: WrittenConfig): Promise<void>;
}

/** `schema`: stands for all code that takes part in the check. */
export function createConfigMemory({
  folder,
  schema,
}: {
  readonly folder: string;
  readonly schema: string;
}): ConfigMemory {
  const fileOf = (value: unknown) => {
    const text = asJson(value);
    if (text === undefined) return undefined;
    return join(folder, `${createHash("sha256").update(`${schema}\n${text}`).digest("hex")}.json`);
  };
  return {
    recall: async (value) => {
      const file = fileOf(value);
      if (file === undefined) return undefined;
      try {
        return JSON.parse((await readSmallFile(file, { limit: LARGEST })).toString()) as WrittenConfig;
      } catch {
        return undefined; // missing, or cut short
      }
    },
    remember: async (value, config) => {
      const file = fileOf(value);
      const text = asJson(config);
      if (file === undefined || text === undefined) return;
      try {
        await mkdir(folder, { recursive: true });
        const fresh = `${file}.${process.pid}.new`;
        await writeFile(fresh, text);
        await rename(fresh, file);
        await removeOldest(folder);
      } catch {
        // A folder that cannot be written is not worth a word each time.
      }
    },
  };
}

/** Undefined where JSON could not hold all of the value: two values would have one text. */
function asJson(value: unknown): string | undefined {
  let isWhole = true;
  const text = JSON.stringify(value, (_key, part: unknown) => {
    if (part === undefined || (typeof part === "number" && !Number.isFinite(part))) isWhole = false;
    return part;
  });
  return isWhole ? text : undefined;
}

async function removeOldest(folder: string): Promise<void> {
  const names = await readdir(folder);
  if (names.length <= MOST) return;
  const files = await Promise.all(
    names.map(async (name) => ({ name, time: (await stat(join(folder, name))).mtimeMs })),
  );
  const old = files.sort((one, other) => other.time - one.time).slice(MOST);
  await Promise.all(old.map(({ name }) => rm(join(folder, name), { force: true })));
}

// Remembers configs that passed the check, by their written value: zod and the schema, which cost the most to load, are
// then not needed again. Kept in the user's cache folder and not beside the config, where a repository could bring
// along files that pass as checked. Losing it costs nothing but speed.
import { createHash } from "node:crypto";
import type { WrittenConfig } from "@sti/core";

/** Maximum number of kept files; those written longest ago are removed first. */
const MOST = 50;

/** Files that nobody else can write. Their folder is made with the first one. */
export interface ConfigFiles {
  /** Undefined where there is none. */
  read(name: string): string | undefined;
  /** Replaces a file as a whole. Rejects where that cannot be done. */
  write(name: string, text: string): Promise<void>;
  /** Removes those written longest ago, so that this many are left. */
  keepNewest(count: number): Promise<void>;
}

export interface ConfigMemory {
  /** Result of checking an equal value; undefined if unknown. */
  recall(value: unknown): WrittenConfig | undefined;
  /** Never rejects: where nothing can be written, the next command checks again. */
  remember(value: unknown, config: WrittenConfig): Promise<void>;
}

/** `schema`: stands for all code that takes part in the check. */
export function createConfigMemory({
  files,
  schema,
}: {
  readonly files: ConfigFiles;
  readonly schema: string;
}): ConfigMemory {
  const keyOf = (value: unknown) => {
    const text = asJson(value);
    return text === undefined ? undefined : sha256(`${schema}\n${text}`);
  };
  return {
    recall: (value) => {
      const key = keyOf(value);
      const text = key === undefined ? undefined : files.read(`${key}.json`);
      if (key === undefined || text === undefined) return undefined;
      const [sum, config = ""] = splitFirstLine(text);
      // The check is what this saves, so the shape is not checked: a text that is not the one written is none.
      return sum === sumOf(key, config) ? (JSON.parse(config) as WrittenConfig) : undefined;
    },
    remember: async (value, config) => {
      const key = keyOf(value);
      const text = asJson(config);
      if (key === undefined || text === undefined) return;
      try {
        await files.write(`${key}.json`, `${sumOf(key, text)}\n${text}`);
        await files.keepNewest(MOST);
      } catch (error) {
        // A folder that cannot be written is not worth a word each time.
        if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      }
    },
  };
}

/** Of one file only: another one in its place is none. */
function sumOf(key: string, text: string): string {
  return sha256(`${key}\n${text}`);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function splitFirstLine(text: string): readonly [string, string?] {
  const end = text.indexOf("\n");
  return end < 0 ? [text] : [text.slice(0, end), text.slice(end + 1)];
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

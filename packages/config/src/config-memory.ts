// Remembers configs that passed the check, by their written value: zod and the schema, which cost the most to load, are
// then not needed again. Kept in the user's cache folder and not beside the config, where a repository could bring
// along files that pass as checked. Losing it costs nothing but speed.
import type { WrittenConfig } from "@sti/core";
import { type ConfigFiles, keepValue, recallValue, sha256, wholeJson } from "./kept-values.ts";

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
    const text = wholeJson(value);
    return text === undefined ? undefined : sha256(`${schema}\n${text}`);
  };
  return {
    recall: (value) => {
      const key = keyOf(value);
      return key === undefined ? undefined : (recallValue(files, key) as WrittenConfig | undefined);
    },
    remember: async (value, config) => {
      const key = keyOf(value);
      const json = wholeJson(config);
      if (key !== undefined && json !== undefined) await keepValue(files, key, json);
    },
  };
}

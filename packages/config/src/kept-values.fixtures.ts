// Files of kept values in memory, for tests.
import type { ConfigFiles } from "./kept-values.ts";

/** The newest last. */
export function createTexts(): ConfigFiles & { readonly texts: Map<string, string> } {
  const texts = new Map<string, string>();
  return {
    texts,
    read: (name) => texts.get(name),
    write: async (name, text) => {
      texts.delete(name);
      texts.set(name, text);
    },
    keepNewest: async (count) => {
      for (const name of [...texts.keys()].slice(0, -count)) texts.delete(name);
    },
  };
}

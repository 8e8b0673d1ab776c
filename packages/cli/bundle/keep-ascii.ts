// Writes characters outside of ASCII as escapes. With one other character in it V8 keeps the whole text of a chunk,
// which stays in memory as long as the program runs, in two bytes for each.
import type { Plugin } from "rolldown";

/** Each half of a character that takes two. */
const OTHER = /[^\0-\x7f]/g;
/** There an escape would be text. */
const RAW_WITH_OTHER = /\bString\.raw`[^`]*[^\0-\x7f`]/;

export function keepAscii(): Plugin {
  return {
    name: "keep-ascii",
    // rolldown prints what renderChunk gives once more, and takes escapes out of strings.
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== "chunk") continue;
        if (RAW_WITH_OTHER.test(chunk.code)) {
          throw new Error(`${chunk.fileName} has a String.raw that is not ASCII`);
        }
        chunk.code = chunk.code.replace(OTHER, escapeUnit);
      }
    },
  };
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

// The digest of a source: the same for the same tree, wherever and whenever it was read.
import { createHash } from "node:crypto";
import type { SourceEntry } from "@sti/core";

/** Changes whenever the serialisation does, so that no digest of an older form is taken for a current one. */
const FORM = "sti source 1";

/** Lines that are hashed in one go. */
const AT_ONCE = 1000;

/** sha256, hex. `entries` are sorted by path. */
export function digestEntries(entries: readonly SourceEntry[]): string {
  return digestPieces(pieces(entries));
}

/** The same of what `textOf` made of all entries, in pieces. */
export function digestPieces(texts: Iterable<string | Uint8Array>): string {
  const sha256 = createHash("sha256").update(`${FORM}\n`);
  for (const text of texts) sha256.update(text);
  return sha256.digest("hex");
}

/** JSON quotes what could be taken for a separator; one entry a line. */
export function textOf(entries: readonly SourceEntry[]): string {
  return entries.map((entry) => `${JSON.stringify(fieldsOf(entry))}\n`).join("");
}

/** Each update has a price, whatever its length. */
function* pieces(entries: readonly SourceEntry[]): Generator<string> {
  for (let start = 0; start < entries.length; start += AT_ONCE) {
    yield textOf(entries.slice(start, start + AT_ONCE));
  }
}

function fieldsOf(entry: SourceEntry): readonly (string | boolean)[] {
  switch (entry.kind) {
    case "directory":
      return [entry.kind, entry.path];
    case "file":
      return [entry.kind, entry.path, entry.executable, entry.digest];
    case "symlink":
      return [entry.kind, entry.path, entry.linkTarget];
  }
}

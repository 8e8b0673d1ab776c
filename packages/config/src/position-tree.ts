// Positions of the values of a data file: the readers of JSON and YAML pass them to `locate`.
import type { ConfigPath } from "@sti/core";

/** A value's place. Offsets are in UTF-16 units. */
export interface PositionTree {
  readonly offset: number;
  /** Entries of an object (by key) or list (by index); the offset of an entry is that of its key. */
  readonly entries?: ReadonlyMap<string | number, { readonly offset: number; readonly value: PositionTree }>;
}

/** The offset of the entry that a path leads to, or of the nearest one around it. */
export function offsetOf(tree: PositionTree, path: ConfigPath): number {
  let offset = tree.offset;
  let current = tree;
  for (const key of path) {
    const entry = current.entries?.get(key);
    if (entry === undefined) return offset;
    offset = entry.offset;
    current = entry.value;
  }
  return offset;
}

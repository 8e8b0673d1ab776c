// YAML 1.2 with merge keys ("<<"), and the place of every value and of the first mistake.
import { type Document, isAlias, isMap, isPair, isScalar, isSeq, type Node, parseDocument } from "yaml";
import type { ParsedData } from "./parse-json.ts";
import type { PositionTree } from "./position-tree.ts";

export function parseYaml(text: string): ParsedData {
  const document = parseDocument(text, { merge: true, uniqueKeys: true, prettyErrors: false });
  // A warning (an unknown tag, say) means that a value is not what its author takes it for.
  const mistake = document.errors[0] ?? document.warnings[0];
  if (mistake !== undefined) return { ok: false, offset: mistake.pos[0], message: mistake.message };
  try {
    return { ok: true, value: document.toJS(), positions: () => treeOf(document.contents, document, []) };
  } catch (error) {
    // Aliases that lead nowhere or multiply without end.
    return { ok: false, offset: 0, message: error instanceof Error ? error.message : String(error) };
  }
}

/** `around`: the nodes that hold this one, where an alias must not lead back to. */
function treeOf(node: Node | null | undefined, document: Document, around: readonly Node[]): PositionTree {
  if (node === null || node === undefined) return { offset: 0 };
  const offset = node.range?.[0] ?? 0;
  if (around.includes(node)) return { offset };
  const inside = [...around, node];
  if (isAlias(node)) return treeOf(node.resolve(document), document, inside);
  if (isSeq(node)) {
    return {
      offset,
      entries: new Map(
        node.items.map((item, index) => {
          const value = treeOf(isPair(item) ? null : (item as Node | null), document, inside);
          return [index, { offset: value.offset, value }];
        }),
      ),
    };
  }
  if (!isMap(node)) return { offset };
  const entries = new Map<string | number, { offset: number; value: PositionTree }>();
  const merged: PositionTree[] = [];
  for (const { key, value } of node.items) {
    const name = isScalar(key) ? String(key.value) : String(key);
    const tree = treeOf(value as Node | null, document, inside);
    // With merge keys on, the library gives "<<" a symbol as value.
    if (isScalar(key) && key.source === "<<")
      merged.push(tree, ...[...(tree.entries?.values() ?? [])].map((entry) => entry.value));
    else entries.set(name, { offset: (key as Node).range?.[0] ?? tree.offset, value: tree });
  }
  for (const tree of merged) {
    for (const [key, entry] of tree.entries ?? []) if (!entries.has(key)) entries.set(key, entry);
  }
  return { offset, entries };
}

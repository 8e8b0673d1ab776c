// Puts variants of the selected targets in their place: into the whole graph, of which then they and what they need
// are selected.
import {
  buildGraph,
  keepNeeded,
  type Result,
  type Selection,
  success,
  type TargetGraph,
  type VariantPair,
  withoutNeeded,
} from "@sti/core";

export type DeriveVariants = (
  graph: TargetGraph,
  selected: readonly string[],
) => Result<readonly VariantPair[]>;

/** `references`: those in the Dockerfile of each image entry. */
export function selectVariants(
  graph: TargetGraph,
  references: ReadonlyMap<string, readonly string[]>,
  options: {
    readonly derive: DeriveVariants;
    readonly selected: readonly string[];
    readonly needs?: boolean | undefined;
  },
): Result<Selection & { readonly pairs: readonly VariantPair[] }> {
  const derived = options.derive(graph, options.selected);
  if (!derived.ok) return derived;
  const pairs = derived.value;
  const variants = pairs.flatMap(({ a, b, seed }) =>
    [a, b, ...(seed === undefined ? [] : [seed])].map(({ target }) => target),
  );
  const declared = [...graph.nodes.values()].map(({ target }) => target);
  const whole = buildGraph([...declared, ...variants], references);
  if (!whole.ok) return whole;
  if (pairs.length === 0) return success({ graph: { nodes: new Map(), edges: [] }, selected: [], pairs });
  const selected = variants.map(({ name }) => name);
  const selection = { graph: keepNeeded(whole.value, selected), selected };
  const own = options.needs === false ? withoutNeeded(selection) : selection;
  const ordered = pairs.filter(({ isOrdered }) => isOrdered);
  return success({ ...own, graph: withOrder(own.graph, ordered), pairs });
}

/** No edge of the config's, which would be part of a key. */
function withOrder(graph: TargetGraph, pairs: readonly VariantPair[]): TargetGraph {
  const nodes = new Map(graph.nodes);
  for (const { a, b } of pairs) {
    const first = nodes.get(a.target.name);
    const second = nodes.get(b.target.name);
    if (first === undefined || second === undefined) continue;
    nodes.set(a.target.name, { ...first, dependents: [...first.dependents, b.target.name] });
    nodes.set(b.target.name, { ...second, dependencies: [...second.dependencies, a.target.name] });
  }
  return { ...graph, nodes };
}

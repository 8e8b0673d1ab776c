// The targets of a session: the selected ones and everything they need. Pure.
import type { Target } from "../definition/target.ts";
import type { Failure } from "../failure/failure.ts";
import { failed, type Result, success } from "../failure/result.ts";
import { suggest } from "../failure/suggest.ts";
import { type CommitRange, type Condition, type Kin, parseSelector, type Selector } from "./selector.ts";
import type { TargetGraph } from "./target-graph.ts";

/** A part of a graph. */
export interface Selection {
  /** The selected targets and all that they need. */
  readonly graph: TargetGraph;
  /** Names of the selected ones, in the order of the graph. */
  readonly selected: readonly string[];
}

/** Groups, changes and limits that selectors refer to, as names of targets. */
export interface SelectionContext {
  readonly groups: Readonly<Record<string, readonly string[]>>;
  /** Targets that changed between commits. */
  readonly inRange: (range: CommitRange) => ReadonlySet<string>;
  /** If set, only these and their dependents can be selected. */
  readonly affected?: ReadonlySet<string> | undefined;
}

const NO_CONTEXT: SelectionContext = { groups: {}, inRange: () => new Set() };

/** The same selection without the targets that were not selected: those become external. */
export function withoutNeeded({ graph, selected }: Selection): Selection {
  const kept = new Set(selected);
  const only = (names: readonly string[]) => names.filter((name) => kept.has(name));
  const nodes = [...graph.nodes].filter(([name]) => kept.has(name));
  const given = [...graph.nodes].filter(([name]) => !kept.has(name));
  return {
    selected,
    graph: {
      nodes: new Map(
        nodes.map(([name, node]) => [
          name,
          { ...node, dependencies: only(node.dependencies), dependents: only(node.dependents) },
        ]),
      ),
      edges: graph.edges.filter((edge) => kept.has(edge.from) && kept.has(edge.to)),
      given: new Map(given.map(([name, { target }]) => [name, target.tag.full])),
    },
  };
}

/** The selectors taken apart, or everything that is wrong with them. */
export function parseSelectors(written: readonly string[]): Result<readonly Selector[]> {
  const selectors: Selector[] = [];
  const failures: Failure[] = [];
  for (const one of written) {
    const parsed = parseSelector(one);
    if ("selector" in parsed) selectors.push(parsed.selector);
    else failures.push({ code: "selection-invalid", selector: one, message: parsed.problem });
  }
  return failures.length > 0 ? failed(failures) : success(selectors);
}

/**
 * Without selectors, or with only excluding ones, all targets are the start. A range without changes selects nothing;
 * everything else that matches no target is a failure.
 */
export function selectTargets(
  graph: TargetGraph,
  selectors: readonly Selector[],
  context: SelectionContext = NO_CONTEXT,
): Result<Selection> {
  const failures = selectors.flatMap((selector) => findUnmatched(graph, selector, context));
  if (failures.length > 0) return failed(failures);
  const meant = (selector: Selector) => {
    const named = [...graph.nodes.values()].filter(({ target }) =>
      holds(selector.condition, target, context),
    );
    return widen(
      graph,
      named.map(({ target }) => target.name),
      selector,
    );
  };
  const included = selectors.filter((selector) => !selector.isExcluded);
  const selected = new Set(
    included.length === 0 ? graph.nodes.keys() : included.flatMap((one) => [...meant(one)]),
  );
  for (const selector of selectors) {
    if (selector.isExcluded) for (const name of meant(selector)) selected.delete(name);
  }
  if (context.affected !== undefined) {
    const affected = reach(graph, context.affected, "dependents");
    for (const name of selected) if (!affected.has(name)) selected.delete(name);
  }
  return success({
    graph: keepNeeded(graph, selected),
    selected: [...graph.nodes.keys()].filter((name) => selected.has(name)),
  });
}

/** Misspelt names and patterns that no target could ever match. */
function findUnmatched(
  graph: TargetGraph,
  { condition, written }: Selector,
  context: SelectionContext,
): readonly Failure[] {
  const { name } = condition;
  const known = [...graph.nodes.keys()];
  if (name !== undefined && !/[*?]/.test(name)) {
    if (graph.nodes.has(name)) return [];
    return [{ code: "selection-unknown", name, suggestion: suggest(name, known), known }];
  }
  const { range: _, ...rest } = condition;
  const matches = [...graph.nodes.values()].some(({ target }) => holds(rest, target, context));
  return matches ? [] : [{ code: "selection-unmatched", selector: written, known }];
}

function holds(condition: Condition, target: Target, { groups, inRange }: SelectionContext): boolean {
  const { folder, group, label, name, range, tag } = condition;
  return (
    (name === undefined || matches(name, target.name)) &&
    (tag === undefined || matches(tag, target.tag.short) || matches(tag, target.tag.full)) &&
    (label === undefined || matches(label.value, own(target.labels, label.name))) &&
    (folder === undefined || foldersOf(target).some((path) => matches(folder, path, "folder"))) &&
    (group === undefined || own(groups, group)?.includes(target.name) === true) &&
    (range === undefined || inRange(range).has(target.name))
  );
}

/** An entry that the user has written, and nothing that all objects have. */
function own<Value>(entries: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(entries, name) ? entries[name] : undefined;
}

/** The folders of a target's source, relative to the config. */
function foldersOf(target: Target): readonly string[] {
  const paths =
    target.kind === "image"
      ? [target.context]
      : target.source.flatMap(({ from }) => (from.kind === "path" ? [from.path] : []));
  return paths.map((path) =>
    path
      .split("/")
      .filter((part) => part !== "" && part !== ".")
      .join("/"),
  );
}

/** A folder's pattern matches its contents, too. */
function matches(pattern: string, text: string | undefined, kind: "text" | "folder" = "text"): boolean {
  if (text === undefined) return false;
  const anything = kind === "folder" ? "[^/]*" : ".*";
  const source = pattern
    .split(/(\*\*\/?|\*|\?)/)
    .map((piece) => {
      if (piece === "**/" && kind === "folder") return "(?:.*/)?";
      if (piece.startsWith("**")) return ".*";
      if (piece === "*") return anything;
      return piece === "?" ? "[^/]" : piece.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
    })
    .join("");
  const end = kind === "folder" ? (pattern === "" ? ".*" : "(?:/.*)?") : "";
  return new RegExp(`^${source}${end}$`, "su").test(text);
}

function widen(graph: TargetGraph, names: readonly string[], selector: Selector): ReadonlySet<string> {
  const wide = new Set<string>();
  const sides: readonly (readonly [Kin, "dependencies" | "dependents"])[] = [
    [selector.dependencies, "dependencies"],
    [selector.dependents, "dependents"],
  ];
  for (const [kin, side] of sides) {
    if (kin === "none") continue;
    for (const name of reach(graph, names, side)) wide.add(name);
  }
  const named = new Set(names);
  const isReplaced = sides.some(([kin]) => kin === "instead");
  for (const name of named) isReplaced ? wide.delete(name) : wide.add(name);
  return wide;
}

/** The named ones, and all that can be reached from them on one side. */
function reach(
  graph: TargetGraph,
  names: Iterable<string>,
  side: "dependencies" | "dependents",
): ReadonlySet<string> {
  const reached = new Set<string>();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    open.push(...(graph.nodes.get(name)?.[side] ?? []));
  }
  return reached;
}

/** The part of the graph that these targets need, themselves included. */
export function keepNeeded(graph: TargetGraph, names: Iterable<string>): TargetGraph {
  const kept = reach(graph, names, "dependencies");
  return {
    nodes: new Map(
      [...graph.nodes]
        .filter(([name]) => kept.has(name))
        .map(([name, node]) => [
          name,
          { ...node, dependents: node.dependents.filter((dependent) => kept.has(dependent)) },
        ]),
    ),
    edges: graph.edges.filter((edge) => kept.has(edge.from) && kept.has(edge.to)),
  };
}

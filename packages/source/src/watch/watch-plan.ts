// Plans the watching of input patterns: as few roots as possible, each without the paths that no pattern matches.
// Pure. Watching is watch-root.ts.
import { relative, sep } from "node:path";
import type { InputPattern } from "./input-pattern.ts";

/** An input pattern, with its owners. */
export interface OwnedInput<Owner> extends InputPattern {
  readonly owners: ReadonlySet<Owner>;
}

export interface WatchedRoot<Owner> {
  /** Absolute. */
  readonly root: string;
  /** Roots with the same key watch the same. */
  readonly key: string;
  /** Of this root and of roots inside of it. */
  readonly inputs: readonly OwnedInput<Owner>[];
}

/** Those that are the same become one, and a root inside of another that is watched anyway is watched with it. */
export function planWatching<Owner>(
  inputs: readonly { readonly owner: Owner; readonly input: InputPattern }[],
): readonly WatchedRoot<Owner>[] {
  const owned = new Map<string, InputPattern & { readonly owners: Set<Owner> }>();
  for (const { owner, input } of inputs) {
    const name = `${input.root}\0${input.key}`;
    const known = owned.get(name);
    if (known !== undefined) known.owners.add(owner);
    else owned.set(name, { ...input, owners: new Set([owner]) });
  }
  const byRoot = [...Map.groupBy(owned.values(), ({ root }) => root)].sort(
    ([a], [b]) => a.length - b.length || (a < b ? -1 : 1),
  );
  const planned = new Map<string, OwnedInput<Owner>[]>();
  for (const [root, inside] of byRoot) {
    const outer = ancestorsOf(root).find((above) => {
      const inputs = planned.get(above);
      return inputs !== undefined && reaches(above, inputs, root);
    });
    if (outer === undefined) planned.set(root, [...inside]);
    else planned.get(outer)?.push(...inside);
  }
  return [...planned].map(([root, inputs]) => {
    const keys = inputs.map((one) => `${one.root}\0${one.key}`).sort();
    return { root, inputs, key: JSON.stringify([root, ...keys]) };
  });
}

/** Whether this path, absolute, is to be watched. For a folder: also because of its entries. */
export function isWatched(
  inputs: readonly InputPattern[],
  path: string,
  kind: "folder" | "other" | "unknown",
): boolean {
  return inputs.some((input) => {
    const inside = pathBelow(input.root, path);
    if (inside === undefined) return kind !== "other" && pathBelow(path, input.root) !== undefined;
    return input.matches(inside) || (kind !== "other" && input.mayMatchBelow(inside));
  });
}

/** Those whom a change at this place, absolute, matches. */
export function findConcerned<Owner>(
  inputs: readonly OwnedInput<Owner>[],
  path: string,
): readonly OwnedInput<Owner>[] {
  return inputs.filter((input) => {
    const inside = pathBelow(input.root, path);
    // A folder above that came or went takes all of it along.
    return inside === undefined ? pathBelow(path, input.root) !== undefined : input.matches(inside);
  });
}

/** "/"-separated, "" for the root itself; undefined for a path outside. */
export function pathBelow(root: string, path: string): string | undefined {
  if (path === root) return "";
  const start = root.endsWith(sep) ? root : root + sep;
  if (!path.startsWith(start)) return undefined;
  const inside = path.slice(start.length);
  return sep === "/" ? inside : inside.split(sep).join("/");
}

/** Nearest first. */
function ancestorsOf(path: string): readonly string[] {
  const found: string[] = [];
  for (let end = path.lastIndexOf(sep); end > 0; end = path.lastIndexOf(sep, end - 1)) {
    found.push(path.slice(0, end));
  }
  return [...found, sep];
}

/** Whether each folder on the way is watched anyhow. */
function reaches(above: string, inputs: readonly InputPattern[], root: string): boolean {
  const names = relative(above, root).split(sep);
  return names.every((_, index) => {
    const folder = [above === sep ? "" : above, ...names.slice(0, index + 1)].join(sep);
    return inputs.some((input) => {
      const inside = pathBelow(input.root, folder);
      return inside !== undefined && input.mayMatchBelow(inside);
    });
  });
}

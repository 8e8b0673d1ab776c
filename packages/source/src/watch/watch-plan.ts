// Plans watching for a set of interests: as few roots as possible, each without the paths that all of them leave out.
// Pure. Watching is watch-root.ts.
import { relative, sep } from "node:path";
import type { SourceInterest } from "./interest.ts";

/** An interest, with those who have it. */
export interface OwnedInterest<Owner> extends SourceInterest {
  readonly owners: ReadonlySet<Owner>;
}

export interface WatchedRoot<Owner> {
  /** Absolute. */
  readonly root: string;
  /** Roots with the same key watch the same. */
  readonly key: string;
  /** Of this root and of roots inside of it. */
  readonly interests: readonly OwnedInterest<Owner>[];
}

/** Those that are the same become one, and a root inside of another that is watched anyway is watched with it. */
export function planWatching<Owner>(
  interests: readonly { readonly owner: Owner; readonly interest: SourceInterest }[],
): readonly WatchedRoot<Owner>[] {
  const owned = new Map<string, SourceInterest & { readonly owners: Set<Owner> }>();
  for (const { owner, interest } of interests) {
    const name = `${interest.root}\0${interest.key}`;
    const known = owned.get(name);
    if (known !== undefined) known.owners.add(owner);
    else owned.set(name, { ...interest, owners: new Set([owner]) });
  }
  const byRoot = [...Map.groupBy(owned.values(), ({ root }) => root)].sort(
    ([a], [b]) => a.length - b.length || (a < b ? -1 : 1),
  );
  const planned = new Map<string, OwnedInterest<Owner>[]>();
  for (const [root, inside] of byRoot) {
    const outer = ancestorsOf(root).find((above) => {
      const interests = planned.get(above);
      return interests !== undefined && reaches(above, interests, root);
    });
    if (outer === undefined) planned.set(root, [...inside]);
    else planned.get(outer)?.push(...inside);
  }
  return [...planned].map(([root, interests]) => {
    const keys = interests.map((one) => `${one.root}\0${one.key}`).sort();
    return { root, interests, key: JSON.stringify([root, ...keys]) };
  });
}

/** Whether this path, absolute, is to be watched. For a folder: also because of its entries. */
export function isWatched(
  interests: readonly SourceInterest[],
  path: string,
  kind: "folder" | "other" | "unknown",
): boolean {
  return interests.some((interest) => {
    const inside = pathBelow(interest.root, path);
    if (inside === undefined) return kind !== "other" && pathBelow(path, interest.root) !== undefined;
    return interest.concerns(inside) || (kind !== "other" && interest.mayConcernBelow(inside));
  });
}

/** Those whom a change at this place, absolute, concerns. */
export function findConcerned<Owner>(
  interests: readonly OwnedInterest<Owner>[],
  path: string,
): readonly OwnedInterest<Owner>[] {
  return interests.filter((interest) => {
    const inside = pathBelow(interest.root, path);
    // A folder above that came or went takes all of it along.
    return inside === undefined ? pathBelow(path, interest.root) !== undefined : interest.concerns(inside);
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
function reaches(above: string, interests: readonly SourceInterest[], root: string): boolean {
  const names = relative(above, root).split(sep);
  return names.every((_, index) => {
    const folder = [above === sep ? "" : above, ...names.slice(0, index + 1)].join(sep);
    return interests.some((interest) => {
      const inside = pathBelow(interest.root, folder);
      return inside !== undefined && interest.mayConcernBelow(inside);
    });
  });
}

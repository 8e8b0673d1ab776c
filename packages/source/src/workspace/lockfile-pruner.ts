// Input and output of pruning a lockfile, for any format. Types, and the little that the formats share.
import type { Dependency, Manifest } from "./workspace-manifest.ts";

export interface KeptPackages {
  readonly packages: readonly KeptPackage[];
  /** Folders of those that do not stay. */
  readonly left: ReadonlySet<string>;
  /** Names of the root's dependencies that its manifest no longer has, for they do not stay. */
  readonly cut: ReadonlySet<string>;
}

/** A package of a workspace that stays. */
export interface KeptPackage {
  /** Relative to the workspace's root, "/"-separated; "" for the root itself, which always stays. */
  readonly folder: string;
  readonly manifest: Manifest;
}

export interface PrunedLockfile {
  readonly text: string;
  /** Keys of `patchedDependencies` that it no longer has, for it lacks their packages. Left out by formats without. */
  readonly cutPatches?: readonly string[];
}

export interface LockfilePruner {
  /**
   * The lockfile with the dependencies of the kept packages, and nothing that changes when others do; undefined if that
   * is unknown, and the lockfile has to be kept as it is.
   */
  prune(kept: KeptPackages): PrunedLockfile | undefined;
  /** Whether a dependency of the root with a plain range is a package of the registry. */
  isFromRegistry(dependency: Dependency): boolean;
}

/** Whether a key of `patchedDependencies` ("name", "name@1.0.0", "name@^1") may mean "name@version". */
export function isPatchOf(key: string, resolved: string): boolean {
  const at = key.indexOf("@", 1);
  const name = at < 0 ? key : key.slice(0, at);
  const range = at < 0 ? "" : key.slice(at + 1);
  return /^\d+\.\d+\.\d+/.test(range) ? resolved === key : resolved.startsWith(`${name}@`);
}

/** All that can be reached from `start`, which is in it. */
export function reach<Node>(start: Iterable<Node>, next: (node: Node) => Iterable<Node>): ReadonlySet<Node> {
  const found = new Set(start);
  // A set's iterator also reaches elements added on the way.
  for (const node of found) for (const one of next(node)) found.add(one);
  return found;
}

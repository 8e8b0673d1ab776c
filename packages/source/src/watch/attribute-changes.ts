// Maps changed paths to the targets that have them in their sources.
import { relative, resolve, sep } from "node:path";
import type { Target } from "@sti/core";
import { isEditorFile } from "./editor-files.ts";
import type { OwnedInput } from "./watch-plan.ts";

/** Owner of a change: a target by its name, or the config. */
export const CONFIG = Symbol("config");
export type Owner = string | typeof CONFIG;

/** Paths of editors' files, by target: reported together with another change. */
export type HeldPaths = Map<string, Set<string>>;

export interface Attributed {
  /** Paths relative to the folder of the config, as all are. */
  readonly config: ReadonlySet<string>;
  /** Whether the watched paths may be others now. */
  readonly decides: boolean;
  /** By target. */
  readonly sources: ReadonlyMap<string, readonly string[]>;
}

/** Also empties `held` of the targets that have other changes. */
export function attributeChanges(
  paths: ReadonlySet<string>,
  {
    directory,
    held,
    inputsOf,
    targets,
  }: {
    /** Folder of the config file, absolute. */
    readonly directory: string;
    readonly held: HeldPaths;
    /** The input patterns that an absolute path concerns. */
    readonly inputsOf: (path: string) => readonly OwnedInput<Owner>[];
    readonly targets: readonly Target[];
  },
): Attributed {
  const config = new Set<string>();
  const found = new Map<string, Set<string>>();
  let decides = false;
  const own = ownFiles(targets, directory);
  for (const path of paths) {
    const name = relative(directory, path).split(sep).join("/") || ".";
    const owners = new Set<Owner>();
    for (const input of inputsOf(path)) {
      const inside = relative(input.root, path).split(sep).join("/");
      decides ||= input.decides(inside);
      for (const owner of input.owners) owners.add(owner);
    }
    for (const owner of owners) {
      if (owner === CONFIG) config.add(name);
      // A changed Dockerfile of an image entry is reported as a change of the config.
      else if (own.get(path)?.has(owner) === true) continue;
      else if (isEditorFile(name)) addTo(held, owner, name);
      else addTo(found, owner, name);
    }
  }
  const sources = new Map<string, readonly string[]>();
  for (const [target, names] of found) {
    sources.set(target, [...names, ...(held.get(target) ?? [])]);
    held.delete(target);
  }
  return { config, decides, sources };
}

/** Absolute path of each Dockerfile, with the image entries that it is the Dockerfile of. */
export function ownFiles(
  targets: readonly Target[],
  directory: string,
): ReadonlyMap<string, ReadonlySet<string>> {
  const files = new Map<string, Set<string>>();
  for (const target of targets) {
    if (target.kind !== "image") continue;
    addTo(files, resolve(directory, target.context, target.dockerfile), target.name);
  }
  return files;
}

function addTo(map: Map<string, Set<string>>, key: string, value: string): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, new Set([value]));
  else known.add(value);
}

// Finds the targets that changed files affect: those that have one of them in their source, as their Dockerfile or as a
// file of variables. Ignored files affect no target. Changes of the config are compared elsewhere.
import { relative, resolve, sep } from "node:path";
import type { Target } from "@sti/core";
import { createDiskView } from "../disk/disk-view.ts";
import { findInputs } from "./find-inputs.ts";
import { type FindInputsOptions, realPlace } from "./input-pattern.ts";

export interface FindChangedOptions {
  /** Folder of the config file, absolute. */
  readonly directory: string;
  /** Files that targets take variables from, by target name; absolute. */
  readonly variableFiles: ReadonlyMap<string, readonly string[]>;
}

/** Names of the targets. `files`: absolute. Secrets are no part of a build's inputs, and so not checked. */
export async function findChangedTargets(
  targets: readonly Target[],
  files: readonly string[],
  options: FindChangedOptions,
): Promise<ReadonlySet<string>> {
  const changed = new Set(files);
  const found = new Set<string>();
  const reading = { directory: options.directory, view: createDiskView(), workspaces: new Map() };
  for (const target of targets) {
    const named = options.variableFiles.get(target.name)?.some((file) => changed.has(file)) === true;
    if (named || (await hasAny(target, files, reading))) found.add(target.name);
  }
  return found;
}

async function hasAny(
  target: Target,
  files: readonly string[],
  reading: FindInputsOptions,
): Promise<boolean> {
  if (target.kind === "image") {
    // It is part of the build, wherever it lies and whatever is ignored.
    const context = await realPlace(resolve(reading.directory, target.context));
    if (files.includes(resolve(context, target.dockerfile))) return true;
  }
  // Paths from git contain no links. A missing folder keeps its written path.
  for (const input of await findInputs(target, reading)) {
    const { root } = input;
    const inside = files.filter((file) => file === root || file.startsWith(root === sep ? sep : root + sep));
    if (inside.some((file) => input.matches(relative(root, file).split(sep).join("/")))) return true;
  }
  return false;
}

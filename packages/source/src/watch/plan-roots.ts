// Finds the paths that a project's config and targets depend on, as roots to watch.
import { realpath } from "node:fs/promises";
import type { Target } from "@sti/core";
import { createDiskView } from "../disk/disk-view.ts";
import { CONFIG, type Owner, ownFiles } from "./attribute-changes.ts";
import { findInputs } from "./find-inputs.ts";
import { fileInputs, type InputPattern } from "./input-pattern.ts";
import { planWatching, type WatchedRoot } from "./watch-plan.ts";

export interface WatchedProject {
  readonly targets: readonly Target[];
  /** The config, its imports and other files read with it, absolute. Dockerfiles of targets are known. */
  readonly configFiles: readonly string[];
}

export async function planRoots(
  { configFiles, targets }: WatchedProject,
  directory: string,
): Promise<readonly WatchedRoot<Owner>[]> {
  const reading = { directory, view: createDiskView(), workspaces: new Map() };
  const files = [...configFiles, ...ownFiles(targets, directory).keys()];
  const places = await Promise.all(files.map(async (file) => [file, await realpath(file).catch(() => file)]));
  const ofConfig = fileInputs(places.flat());
  const ofTargets = await Promise.all(
    targets.map(async (target) => {
      const inputs = await findInputs(target, reading);
      return inputs.map((input) => ({ owner: target.name, input }));
    }),
  );
  const all: { readonly owner: Owner; readonly input: InputPattern }[] = ofTargets.flat();
  return planWatching([...all, ...ofConfig.map((input) => ({ owner: CONFIG, input }) as const)]);
}

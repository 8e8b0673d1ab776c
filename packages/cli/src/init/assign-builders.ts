// The images that build an app: builders of the project, or those of sti, which the config builds. Pure.
import type { ChosenApp } from "./choose-targets.ts";
import type { AppKind, BuilderName } from "./inspection.ts";
import type { ProposedApp } from "./proposal.ts";
import { type BuilderPart, recipeOf } from "./recipes.ts";

export interface AssignedBuilders {
  /** `chosen`: the builder that the user named. */
  imagesFor(
    app: ChosenApp,
    chosen: BuilderName | undefined,
  ): Pick<ProposedApp, "buildImage" | "runtimeImage">;
  /** Builders of sti that were assigned, each once. */
  made(): readonly BuilderName[];
}

/**
 * `own`: names of the project's builders. An app gets the one with the kind in its name, or the project's only one;
 * else images of sti's builders, whose entries `make` adds. It returns the name of the entry.
 */
export function assignBuilders(
  own: readonly string[],
  make: (part: BuilderPart) => string,
): AssignedBuilders {
  const entries = new Map<string, { readonly part: BuilderPart; readonly name: string }>();
  const named = (kind: AppKind) => own.find((name) => name.toLowerCase().includes(kind));
  const onlyOne = own.length === 1 && !KINDS.some(named) ? own[0] : undefined;
  const targetOf = (part: BuilderPart) => {
    const key = JSON.stringify(part);
    const entry = entries.get(key) ?? { part, name: make(part) };
    entries.set(key, entry);
    return { target: entry.name };
  };
  return {
    imagesFor({ candidate }, chosen) {
      const found = named(chosen ?? candidate.kind ?? "shell") ?? onlyOne;
      if (found !== undefined) return { buildImage: { target: found } };
      const { build, runtime } = recipeOf(candidate, chosen);
      const buildImage = targetOf(build);
      return runtime === undefined ? { buildImage } : { buildImage, runtimeImage: targetOf(runtime) };
    },
    made: () => [...new Set([...entries.values()].map(({ part }) => part.builder))],
  };
}

const KINDS: readonly AppKind[] = ["node", "site", "static", "python", "go", "shell"];

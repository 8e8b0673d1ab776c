// The builders of sti that build an app of each kind. Pure.
import type { AppKind, BuilderName, Candidate } from "./inspection.ts";

/** Folder of the copies of sti's builders, relative to the config. */
export const BUILDERS = "builders";

/** An image of a builder: its build image, or the stage that results are based on. */
export interface BuilderPart {
  readonly builder: BuilderName;
  readonly isRuntime: boolean;
}

export interface Recipe {
  readonly build: BuilderPart;
  /** The runtime image of an extended build. */
  readonly runtime: BuilderPart | undefined;
}

const plain = (builder: BuilderName): Recipe => ({
  build: { builder, isRuntime: false },
  runtime: undefined,
});

const RECIPES: Readonly<Record<AppKind, Recipe>> = {
  node: plain("node"),
  static: plain("static"),
  python: plain("python"),
  shell: plain("shell"),
  // A site is served without Node.js, and a program of Go without Go.
  site: { ...plain("node"), runtime: { builder: "static", isRuntime: false } },
  go: { ...plain("go"), runtime: { builder: "go", isRuntime: true } },
};

/** `chosen`: the builder that the user named. */
export function recipeOf({ kind }: Candidate, chosen: BuilderName | undefined): Recipe {
  const isSite = kind === "site" && (chosen === "node" || chosen === "static");
  return RECIPES[isSite ? "site" : (chosen ?? kind ?? "shell")];
}

export function isAvailable(kind: AppKind, builders: readonly BuilderName[]): boolean {
  const { build, runtime } = RECIPES[kind];
  return builders.includes(build.builder) && (runtime === undefined || builders.includes(runtime.builder));
}

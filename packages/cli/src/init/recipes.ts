// The builders of sti that build an app of each kind, and the arguments that an app needs. Pure.
import { goVersionOf } from "./detect-others.ts";
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
  /** Of an extended build. */
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

/** Newest minor version of Go 1 in the Debian release that builders are based on. */
const DEBIAN_GO = 19;

/** Build arguments of a builder, for all apps that it builds. */
export function builderArgs(
  builder: BuilderName,
  candidates: readonly Candidate[],
): Readonly<Record<string, string>> {
  if (builder !== "go") return {};
  const newer = candidates.some(
    (candidate) => Number(goVersionOf(candidate)?.split(".")[1] ?? 0) > DEBIAN_GO,
  );
  // Its Go downloads the version that a go.mod names.
  return newer ? { BASE: "debian:trixie-slim" } : {};
}

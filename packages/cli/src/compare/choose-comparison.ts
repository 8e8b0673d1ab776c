// Chooses the comparison for a command line: two builds of apps, or two existing images. Pure.
import type { VariantRequest } from "@sti/core";
import { readStoredName } from "./stored-name.ts";

export interface ComparisonWishes {
  readonly all?: boolean;
  readonly affected?: string | true;
  /** As written: images, or OLD=NEW. */
  readonly buildImage?: readonly string[];
  readonly runtimeImage?: readonly string[];
  readonly methods?: boolean;
  readonly repro?: boolean;
  readonly incremental?: boolean;
}

export type ChosenComparison =
  | { readonly kind: "apps"; readonly request: VariantRequest }
  | { readonly kind: "images"; readonly left: string; readonly right: string };

/** Options that apply to two images, too. */
const FOR_IMAGES: readonly string[] = [
  "--ignore",
  "--hints",
  "--list",
  "--require",
  "--json",
  "--report",
  "--quiet",
  "--verbose",
  "--engine",
];

/** Options that find the config of a store. */
const FOR_STORED: readonly string[] = ["--config", "--mode", "--profile", "--set"];

/** `names`: the arguments; `given`: all options that were given, "--json". */
export function chooseComparison(
  names: readonly string[],
  wishes: ComparisonWishes,
  given: readonly string[],
): ChosenComparison | { readonly problem: string } {
  const { affected, all, buildImage = [], incremental, methods, repro, runtimeImage = [] } = wishes;
  const asked: readonly (readonly [option: string, request: VariantRequest])[] = [
    ...(buildImage.length + runtimeImage.length === 0
      ? []
      : [
          [
            "--build-image or --runtime-image",
            { kind: "bases", buildImages: buildImage, runtimeImages: runtimeImage },
          ] as const,
        ]),
    ...(methods === true ? [["--methods", { kind: "methods" }] as const] : []),
    ...(repro === true ? [["--repro", { kind: "repro" }] as const] : []),
    ...(incremental === true ? [["--incremental", { kind: "incremental" }] as const] : []),
  ];
  const [first, second] = asked;
  if (first === undefined) {
    const [left, right, ...more] = names;
    if (left !== undefined && right !== undefined && more.length === 0 && all !== true) {
      const isStored = [left, right].some((name) => readStoredName(name) !== undefined);
      const useful = isStored ? [...FOR_IMAGES, ...FOR_STORED] : FOR_IMAGES;
      const useless = given.filter((option) => !useful.includes(option));
      if (useless.length === 0) return { kind: "images", left, right };
      return { problem: `not available for two images: ${useless.join(", ")}` };
    }
    return {
      problem:
        "name two images, or pass --build-image, --runtime-image, --methods, --repro or --incremental to compare builds of apps",
    };
  }
  if (second !== undefined) {
    return { problem: `${first[0]} and ${second[0]} are two comparisons; pass one of them` };
  }
  if (names.length === 0 && all !== true && affected === undefined) {
    return { problem: "no apps to compare; name them, or pass --all" };
  }
  if (names.length > 0 && all === true) return { problem: "--all excludes names of apps" };
  return { kind: "apps", request: first[1] };
}

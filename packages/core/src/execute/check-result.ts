// Whether a new image is the requested one, before any tag moves. Pure.
import type { Target } from "../definition/target.ts";
import type { ImageDetails } from "../engine/image.ts";
import type { ImageFacts } from "../plan/facts.ts";
import { LABEL } from "../plan/labels.ts";
import type { ImageStage } from "../plan/step.ts";
import { findConfigProblem } from "./check-config.ts";

/** The problem of the result, in plain words; undefined if it is complete. */
export function checkResult(
  result: ImageDetails,
  expected: {
    readonly target: Target;
    readonly stage: ImageStage;
    readonly key: string;
    readonly base: ImageFacts | undefined;
    /** Layers of the only image that an image entry's Dockerfile names; undefined where nothing is to be compared. */
    readonly entryBase?: readonly string[] | undefined;
    /** Of the engine. */
    readonly asksRegistryForBases?: boolean | undefined;
    /** That its step gave it. */
    readonly labels: Readonly<Record<string, string>>;
  },
): string | undefined {
  const { base, stage, key, labels, target } = expected;
  if (result.config.labels[LABEL.key] !== key) return "the new image does not carry its key";
  const layers = target.kind === "app" ? base?.details.layers : expected.entryBase;
  if (layers !== undefined && !startsWith(result.layers, layers)) {
    return expected.asksRegistryForBases === true
      ? "it is based on the registry's image of its base, which is not the engine's (lock the base with sti lock, or set pull: \"always\")"
      : "its base image moved while it was being built";
  }
  if (target.kind !== "app" || base === undefined) return undefined;
  return findConfigProblem(result.config, { target, stage, base, labels });
}

function startsWith(layers: readonly string[], base: readonly string[]): boolean {
  return base.every((layer, index) => layers[index] === layer);
}

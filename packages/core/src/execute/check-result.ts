// Whether a new image is what was asked for, before any tag moves. Pure.

import type { AppTarget, Target } from "../definition/target.ts";
import type { ImageDetails } from "../engine.ts";
import type { ImageFacts } from "../plan/facts.ts";
import { LABEL } from "../plan/labels.ts";
import type { MadeHalf } from "../plan/step.ts";

/** What is wrong with the result, in plain words; undefined when it is whole. */
export function checkResult(
  result: ImageDetails,
  expected: {
    readonly target: Target;
    readonly half: MadeHalf;
    readonly key: string;
    readonly base: ImageFacts | undefined;
  },
): string | undefined {
  const { target, half, key, base } = expected;
  if (result.config.labels[LABEL.key] !== key) return "the new image does not carry its key";
  if (target.kind !== "app") return undefined;
  if (base !== undefined && !startsWith(result.layers, base.details.layers)) {
    return "its base image moved while it was being built";
  }
  if (half === "result" && !runsItsScript(result, target)) {
    return `it starts ${JSON.stringify([...result.config.entrypoint, ...result.config.cmd])} instead of the run script`;
  }
  return undefined;
}

function startsWith(layers: readonly string[], base: readonly string[]): boolean {
  return base.every((layer, index) => layers[index] === layer);
}

function runsItsScript(result: ImageDetails, target: AppTarget): boolean {
  const { cmd, entrypoint } = result.config;
  return entrypoint.length === 0 && cmd.length === 1 && cmd[0] === `${target.scripts}/run`;
}

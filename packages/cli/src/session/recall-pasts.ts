// Reads the build history of a plan's targets, as far as needed: nothing for targets that are up to date.
import {
  type DecisionInputs,
  decideTargets,
  type Past,
  platformParts,
  type Records,
  recallBuild,
} from "@sti/core";

/** By target. */
export async function recallPasts(
  inputs: Omit<DecisionInputs, "pasts">,
  records: Records,
): Promise<ReadonlyMap<string, Past>> {
  const parts = platformParts(inputs).map((part) => recallPart({ ...inputs, ...part }, records));
  return new Map((await Promise.all(parts)).flat());
}

async function recallPart(
  inputs: Omit<DecisionInputs, "pasts">,
  records: Records,
): Promise<readonly (readonly [string, Past])[]> {
  const decided = decideTargets({ ...inputs, pasts: new Map() });
  return await Promise.all(
    [...decided.values()]
      .filter(({ decision }) => decision.kind !== "up-to-date")
      .map(async ({ node: { target } }) => {
        const imageIdOf = (name: string) => decided.get(name)?.imageId;
        return [target.name, await recallBuild(records, target, { facts: inputs.facts, imageIdOf })] as const;
      }),
  );
}

// A plan's part about external images, if the config has a lock file. Pure.
import type { TargetGraph } from "../graph/target-graph.ts";
import { checkLock } from "./check-lock.ts";
import type { Facts } from "./facts.ts";
import { describePresent, type Lock } from "./lock.ts";
import type { PlannedImage } from "./plan.ts";

export function planImages(inputs: {
  readonly graph: TargetGraph;
  readonly facts: Facts;
  readonly lock?: Lock | undefined;
}): readonly PlannedImage[] | undefined {
  const { facts, graph, lock } = inputs;
  if (lock === undefined) return undefined;
  return checkLock(graph, { facts, lock }).map(({ image, locked, present, state }) => ({
    image: image.short,
    state: facts.engine === undefined && locked !== undefined ? undefined : state,
    locked: locked && { digest: locked.digest, id: locked.id, platform: locked.platform },
    present: present && describePresent(image.reference, present),
  }));
}

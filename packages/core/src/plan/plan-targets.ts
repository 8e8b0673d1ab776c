// Plans all targets from known facts before anything runs: the decision of each, and its steps. Pure.
import type { TargetNode } from "../graph/target-graph.ts";
import type { SourceSnapshot } from "../source/source.ts";
import { type DecidedTarget, type DecisionInputs, decideTargets } from "./decide-targets.ts";
import type { ImageFacts } from "./facts.ts";
import { decideReuse, type Reuse } from "./incremental.ts";
import type { KeptFacts } from "./kept-source.ts";
import type { Plan, PlannedDecision, PlannedTarget } from "./plan.ts";
import { planImages } from "./plan-images.ts";
import { planTarget } from "./plan-target.ts";
import { toPlannedTarget } from "./to-planned-target.ts";

export interface PlanInputs extends DecisionInputs {
  /** Facts about an inspected image, with its scripts in the given folder. */
  readonly imageFacts: (id: string, scripts: string) => ImageFacts | undefined;
  /** Facts about the engine's source caches, by target; undefined if it was not asked. */
  readonly kept?: ReadonlyMap<string, KeptFacts> | undefined;
}

export function planTargets(inputs: PlanInputs): Plan {
  return {
    targets: [...decideTargets(inputs).values()].map((decided) => describeTarget(decided, inputs)),
    externalImages: planImages(inputs),
  };
}

/** Undefined where there is nothing to decide, or not yet. */
function planReuse(
  { target }: TargetNode,
  inputs: PlanInputs,
  known: {
    readonly decision: PlannedDecision;
    readonly buildImageId: string | undefined;
    readonly buildImage: ImageFacts | undefined;
  },
): Reuse | undefined {
  if (target.kind !== "app" || known.decision.kind !== "build" || known.buildImageId === undefined) {
    return undefined;
  }
  return decideReuse(target, {
    facts: inputs.facts,
    buildImage: { id: known.buildImageId, facts: known.buildImage },
    clean: inputs.flags.clean,
    record: inputs.pasts.get(target.name)?.record,
  });
}

function describeTarget({ decision, imageIds, node }: DecidedTarget, inputs: PlanInputs): PlannedTarget {
  const { target } = node;
  const snapshot = inputs.snapshots.get(target.name) as SourceSnapshot;
  const facts = imageIds.map((id) =>
    id === undefined || target.kind === "image" ? undefined : inputs.imageFacts(id, target.scripts),
  );
  const reuse = planReuse(node, inputs, { decision, buildImageId: imageIds[0], buildImage: facts[0] });
  const planned =
    decision.kind === "up-to-date"
      ? undefined
      : planTarget(node, {
          key: decision.kind === "build" ? decision.key : "",
          snapshot,
          dockerfile: inputs.dockerfiles.get(target.name),
          images: facts,
          engine: inputs.facts.engine,
          hostTrust: undefined,
          reuse: reuse ?? { kind: "clean", reason: "", isExpected: true },
          changed: undefined,
          time: inputs.flags.time,
          noCache: inputs.flags.clean || (inputs.flags.force && target.kind === "app"),
          kept: inputs.kept?.get(target.name),
        });
  return toPlannedTarget(node, {
    decision,
    snapshot,
    architecture: inputs.facts.engine?.architecture,
    reuse,
    steps: planned?.ok === true ? planned.value : [],
    failures: planned?.ok === false ? planned.failures : [],
  });
}

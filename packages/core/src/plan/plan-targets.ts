// Plans all targets from known facts before anything runs: the decision of each, and its steps. Pure.
import type { TargetNode } from "../graph/target-graph.ts";
import type { HostTrust, SourceSnapshot } from "../source/source.ts";
import { checkPlatform } from "./check-platform.ts";
import { type DecidedTarget, type DecisionInputs, decideTargets } from "./decide-targets.ts";
import { baseLayerOf, decideLayers, describeLayers } from "./dependency-layer.ts";
import type { ImageFacts } from "./facts.ts";
import { decideReuse, NO_SAVE_ARTIFACTS, type Reuse } from "./incremental.ts";
import { findPinnedBases } from "./pin-bases.ts";
import type { Plan, PlannedDecision, PlannedTarget } from "./plan.ts";
import { planImages } from "./plan-images.ts";
import { planDependencies, planTarget } from "./plan-target.ts";
import type { SourceCacheFacts } from "./source-cache.ts";
import { withSource } from "./source-overrides.ts";
import { toPlannedTarget } from "./to-planned-target.ts";

export interface PlanInputs extends DecisionInputs {
  /** Facts about an inspected image, with its scripts in the given folder. */
  readonly imageFacts: (id: string, scripts: string) => ImageFacts | undefined;
  /** Facts about the engine's source caches, by target; undefined if it was not asked. */
  readonly sourceCache?: ReadonlyMap<string, SourceCacheFacts> | undefined;
  /** Of this machine, for the targets that get it. Left out: it was not read, and the steps do without. */
  readonly hostTrust?: HostTrust | undefined;
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
    buildImage: { identity: inputs.identities.get(known.buildImageId), facts: known.buildImage },
    clean: inputs.flags.clean,
    record: inputs.pasts.get(target.name)?.record,
  });
}

function describeTarget({ decision, imageIds, node }: DecidedTarget, inputs: PlanInputs): PlannedTarget {
  const { target } = node;
  const snapshot = inputs.snapshots.get(target.name) as SourceSnapshot;
  const facts = imageIds.map((id) => {
    if (id === undefined || target.kind === "image") return undefined;
    const found = inputs.imageFacts(id, target.scripts);
    return found && withSource(found, snapshot);
  });
  const reuse = planReuse(node, inputs, { decision, buildImageId: imageIds[0], buildImage: facts[0] });
  const { clean, force, time } = inputs.flags;
  const decisions = decideLayers(node, { ...inputs, ofImages: facts, snapshot, time });
  const layers = decisions.flatMap((one) => (one.kind === "layer" ? [one.layer] : []));
  const common = {
    snapshot,
    images: facts,
    engine: inputs.facts.engine,
    hostTrust: target.hostTrust ? inputs.hostTrust : undefined,
    pinned: findPinnedBases(node, { facts: inputs.facts, lock: inputs.lock }),
    time,
  };
  const planned =
    decision.kind === "up-to-date"
      ? undefined
      : planTarget(node, {
          ...common,
          key: decision.kind === "build" ? decision.key : "",
          dockerfile: inputs.dockerfiles.get(target.name),
          reuse: reuse ?? { kind: "clean", reason: "", isExpected: true },
          changed: undefined,
          noCache: clean || (force && target.kind === "app"),
          sourceCache: inputs.sourceCache?.get(target.name),
          layers: new Map(layers.map((layer) => [layer.role, baseLayerOf(layer, layer.present?.id)])),
        });
  const making = layers
    .filter(({ present }) => clean || present === undefined)
    .flatMap((layer) => planDependencies(node, layer, { ...common, noCache: clean }));
  return toPlannedTarget(node, {
    decision,
    snapshot,
    architecture: inputs.facts.engine?.architecture,
    reuse:
      layers.length > 0 && reuse?.kind === "clean" && reuse.reason === NO_SAVE_ARTIFACTS ? undefined : reuse,
    layers: describeLayers(decisions, { ofImages: facts, isFresh: clean }),
    steps: planned?.ok === true ? [...making, ...planned.value] : [],
    failures: planned?.ok === false ? planned.failures : checkPlatform(target, inputs.facts.engine),
  });
}

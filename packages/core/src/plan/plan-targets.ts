// Plans all targets from what is known before anything runs. Targets that wait for an image stay open. Pure.
import type { TargetGraph, TargetNode } from "../graph/target-graph.ts";
import type { SourceSnapshot } from "../source.ts";
import { sourceNotes } from "../source-notes.ts";
import { findImageId } from "./decide-image.ts";
import { decideTarget } from "./decide-target.ts";
import type { Facts, ImageFacts } from "./facts.ts";
import type { PlanFlags } from "./flags.ts";
import { decideReuse, type Reuse, type TargetRecord } from "./incremental.ts";
import type { Lock } from "./lock.ts";
import type { Plan, PlannedDecision, PlannedTarget } from "./plan.ts";
import { planImages } from "./plan-images.ts";
import { planTarget } from "./plan-target.ts";

export interface PlanInputs {
  readonly graph: TargetGraph;
  readonly snapshots: ReadonlyMap<string, SourceSnapshot>;
  /** Text of each image entry's Dockerfile. */
  readonly dockerfiles: ReadonlyMap<string, string>;
  readonly facts: Facts;
  /** Undefined where the config has no lock file. */
  readonly lock?: Lock | undefined;
  /** What is known of an image that was looked into, with its scripts in the given folder. */
  readonly imageFacts: (id: string, scripts: string) => ImageFacts | undefined;
  /** What is remembered of earlier builds, by target. */
  readonly records: ReadonlyMap<string, TargetRecord>;
  readonly flags: PlanFlags;
}

export function planTargets(inputs: PlanInputs): Plan {
  const settled = new Map<string, string>();
  const targets: PlannedTarget[] = [];
  for (const node of inputs.graph.nodes.values()) {
    const { decision, imageId, imageIds } = decide(node, inputs, settled);
    if (imageId !== undefined) settled.set(node.target.name, imageId);
    targets.push(describeTarget(node, inputs, decision, imageIds));
  }
  return { targets, externalImages: planImages(inputs) };
}

interface Decided {
  readonly decision: PlannedDecision;
  /** The target's image, where it stays as it is. */
  readonly imageId?: string;
  readonly imageIds: readonly (string | undefined)[];
}

function decide(node: TargetNode, inputs: PlanInputs, settled: ReadonlyMap<string, string>): Decided {
  const { target } = node;
  const { facts, flags, lock } = inputs;
  const known = { facts, lock };
  const imageIds = node.images.map((image) =>
    image.target === undefined ? findImageId(image, target.pull, known) : settled.get(image.target),
  );
  const open = (reason: string): Decided => ({ decision: { kind: "open", reason }, imageIds });
  if (facts.engine === undefined) return open("the engine was not asked");

  const waiting = node.dependencies.filter((name) => !settled.has(name));
  if (waiting.length > 0) return open(`waits for ${waiting.join(", ")}`);
  const missing = node.images.filter(
    (image, index) => image.target === undefined && imageIds[index] === undefined,
  );
  if (missing.length > 0) {
    return open(
      target.pull === "never"
        ? `${missing.map((image) => image.short).join(", ")} is missing`
        : `pulls ${missing.map((image) => image.short).join(", ")} first`,
    );
  }
  const decision = decideTarget(node, {
    sourceDigest: inputs.snapshots.get(target.name)?.digest ?? "",
    dockerfile: inputs.dockerfiles.get(target.name),
    settled: {
      imageIds: imageIds as readonly string[],
      dependencyIds: target.dependsOn.map((name) => settled.get(name) as string),
    },
    facts,
    flags,
  });
  return {
    decision: { kind: decision.kind, key: decision.key, reason: decision.reason },
    imageIds,
    ...(decision.kind === "up-to-date" ? { imageId: decision.imageId } : {}),
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
    record: inputs.records.get(target.name),
  });
}

function describeTarget(
  node: TargetNode,
  inputs: PlanInputs,
  decision: PlannedDecision,
  imageIds: readonly (string | undefined)[],
): PlannedTarget {
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
        });
  return {
    name: target.name,
    kind: target.kind,
    tag: target.tag.short,
    method: target.kind === "app" ? target.method : undefined,
    dependsOn: node.dependencies,
    externalImages: node.images.filter((image) => image.target === undefined).map((image) => image.short),
    source: {
      files: snapshot.entries.filter((entry) => entry.kind === "file").length,
      size: snapshot.size,
      digest: snapshot.digest,
      revision: snapshot.revision,
      notes: sourceNotes(snapshot, inputs.facts.engine?.architecture),
    },
    decision,
    reuse:
      reuse?.kind === "clean" ? { kind: "clean", reason: reuse.reason } : reuse && { kind: "incremental" },
    push: target.push === true,
    steps: planned?.ok === true ? planned.value : [],
    failures: planned?.ok === false ? planned.failures : [],
  };
}

// A target's row of the plan, from its decision. The same before a session (plan-targets.ts) and in one
// (execute/run-target.ts). Pure.
import type { Failure } from "../failure/failure.ts";
import type { TargetNode } from "../graph/target-graph.ts";
import type { SourceSnapshot } from "../source/source.ts";
import { sourceNotes } from "../source/source-notes.ts";
import type { Reuse } from "./incremental.ts";
import type { PlannedDecision, PlannedLayer, PlannedTarget } from "./plan.ts";
import type { Step } from "./step.ts";

export function toPlannedTarget(
  { dependencies, images, target }: TargetNode,
  planned: {
    readonly decision: PlannedDecision;
    readonly snapshot: SourceSnapshot;
    /** The engine's; undefined when planning without one. */
    readonly architecture: string | undefined;
    readonly reuse?: Reuse | undefined;
    readonly layers?: readonly PlannedLayer[];
    readonly steps?: readonly Step[];
    readonly failures?: readonly Failure[];
  },
): PlannedTarget {
  const { decision, layers = [], reuse, snapshot, steps = [], failures = [] } = planned;
  return {
    name: target.name,
    kind: target.kind,
    platform: target.platform?.name,
    tag: target.tag.short,
    method: target.kind === "app" ? target.method : undefined,
    dependsOn: dependencies,
    externalImages: images.filter((image) => image.target === undefined).map((image) => image.short),
    source: {
      files: snapshot.entries.filter((entry) => entry.kind === "file").length,
      size: snapshot.size,
      digest: snapshot.digest,
      revision: snapshot.revision,
      notes: sourceNotes(snapshot, planned.architecture),
    },
    decision,
    reuse:
      reuse?.kind === "clean" ? { kind: "clean", reason: reuse.reason } : reuse && { kind: "incremental" },
    layers,
    push: target.push === true,
    steps,
    failures,
  };
}

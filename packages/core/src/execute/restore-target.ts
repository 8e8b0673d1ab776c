// Brings a target up to date by its result in the store, if there is one.
import { EngineError } from "../engine/engine-error.ts";
import type { TargetNode } from "../graph/target-graph.ts";
import { describeCauses } from "../plan/describe-cause.ts";
import type { ImageStage } from "../plan/step.ts";
import type { SourceSnapshot } from "../source/source.ts";
import { describeStored } from "./describe-stored.ts";
import { type DecidedBuild, flagsFor, type PlanningContext } from "./plan-build.ts";
import { recordFound } from "./record-build.ts";
import type { SessionMemory } from "./session-memory.ts";
import type { SessionStore } from "./session-store.ts";
import type { TargetResult } from "./target-result.ts";

export interface RestoringContext extends Pick<PlanningContext, "images" | "session"> {
  readonly memory: SessionMemory;
  readonly store: SessionStore | undefined;
  readonly signal: AbortSignal;
  /** Reports a pull while it runs. */
  readonly timed: (title: string, work: () => Promise<void>) => Promise<void>;
  readonly warn: (message: string) => void;
}

/** Undefined where the target has to be built. Rejects with errors other than those of a pull. */
export async function restoreTarget(
  node: TargetNode,
  given: { readonly decision: Extract<DecidedBuild, { kind: "build" }>; readonly snapshot: SourceSnapshot },
  context: RestoringContext,
): Promise<TargetResult | undefined> {
  const { memory, session, store } = context;
  const { target } = node;
  const { decision, snapshot } = given;
  const { clean, force } = flagsFor(session, target.name);
  if (store === undefined || clean || force) return undefined;
  const stored = await store.find(target, decision.key);
  if (stored === undefined) return undefined;
  const about = describeStored(stored);
  const result = {
    outcome: "restored",
    reason: describeCauses(decision.causes),
    stored,
    inputs: { decision, snapshot },
  } as const;
  if (!store.loadsAll) {
    await recordFound(node, { decision, images: [], isRestored: true, snapshot }, memory);
    return { ...result, imageSize: stored.result.size, restored: { ...about, isLoaded: false } };
  }
  try {
    const made = new Map<ImageStage, string>();
    let imageId = "";
    await context.timed(`pull ${target.tag.short} from the store`, async () => {
      const { build, result: id } = await store.load(target, stored);
      if (build !== undefined) made.set("build", build);
      made.set("result", id);
      imageId = id;
    });
    await recordFound(node, { decision, images: [imageId], isRestored: true, snapshot }, memory);
    const { size: imageSize } = await context.images.inspect(imageId);
    return { ...result, made, imageId, imageSize, restored: { ...about, isLoaded: true } };
  } catch (error) {
    if (context.signal.aborted || !(error instanceof EngineError)) throw error;
    context.warn(`its result cannot be pulled from the store, so it is built: ${error.message}`);
    return undefined;
  }
}

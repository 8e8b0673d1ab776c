// Brings a target up to date by its result in the store, if there is one.
import type { TargetNode } from "../graph/target-graph.ts";
import { describeCauses } from "../plan/describe-cause.ts";
import type { ImageStage } from "../plan/step.ts";
import type { SourceSnapshot } from "../source/source.ts";
import { describeStored } from "./describe-stored.ts";
import { type DecidedBuild, flagsFor, type PlanningContext } from "./plan-build.ts";
import { recordFound } from "./record-build.ts";
import type { Lend } from "./schedule.ts";
import type { SessionMemory } from "./session-memory.ts";
import type { SessionStore } from "./session-store.ts";
import type { LoadedResult } from "./store-puller.ts";
import type { TargetResult } from "./target-result.ts";

export interface RestoringContext extends Pick<PlanningContext, "session"> {
  readonly memory: SessionMemory;
  readonly store: SessionStore | undefined;
  readonly lend: Lend;
  /** Reports a pull while it runs. */
  readonly timed: (title: string, work: () => Promise<void>) => Promise<void>;
}

/** Undefined where the target has to be built. Rejects with errors other than those of the store. */
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
  const loads: (LoadedResult | undefined)[] = [];
  await context.timed(`pull ${target.tag.short} from the store`, async () => {
    loads.push(await context.lend(() => store.load(target, stored, target.name)));
  });
  const [loaded] = loads;
  if (loaded === undefined) return undefined;
  const { build, result: imageId, size: imageSize } = loaded;
  const made = new Map<ImageStage, string>(build === undefined ? [] : [["build", build]]).set(
    "result",
    imageId,
  );
  await recordFound(node, { decision, images: [imageId], isRestored: true, snapshot }, memory);
  return { ...result, made, imageId, imageSize, restored: { ...about, isLoaded: true } };
}

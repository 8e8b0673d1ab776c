// Brings the dependency layers of one app up to date, before the app itself is built.
import type { LayerRole, TargetNode } from "../graph/target-graph.ts";
import type { ImageFacts } from "../plan/facts.ts";
import { NO_SAVE_ARTIFACTS, type Reuse } from "../plan/incremental.ts";
import { findPinnedBases } from "../plan/pin-bases.ts";
import { layerTarget } from "../plan/plan-layer.ts";
import { checkTarget, planDependencies } from "../plan/plan-target.ts";
import type { ImageStage } from "../plan/step.ts";
import type { TargetFinished } from "./event.ts";
import { type BroughtLayer, flagsFor, ImpossibleError, type Known } from "./plan-build.ts";
import { runSteps, type StepsContext } from "./run-steps.ts";
import type { Session } from "./session.ts";
import type { SessionLayers } from "./session-layers.ts";
import type { SessionStore } from "./session-store.ts";

/** The context that the steps of a layer and those of its app have in common. */
export type CommonContext = Omit<StepsContext, "target" | "key" | "incremental" | "bases" | "entryBase">;

/** Rejects as runSteps does, and with ImpossibleError for an app that cannot be built anyhow. */
export async function bringLayers(
  node: TargetNode,
  known: Known,
  context: {
    readonly session: Session;
    readonly layers: SessionLayers;
    readonly store: SessionStore | undefined;
    readonly signal: AbortSignal;
    readonly common: CommonContext;
  },
): Promise<ReadonlyMap<LayerRole, BroughtLayer>> {
  const { target } = node;
  const { common, layers, session, signal, store } = context;
  const brought = new Map<LayerRole, BroughtLayer>();
  const { clean, time } = flagsFor(session, target.name);
  for (const [index, decision] of known.layers.entries()) {
    const base = known.facts[index];
    if (decision.kind === "none" || base === undefined || target.kind !== "app") continue;
    const { layer } = decision;
    const { engine } = session.facts;
    const failures = checkTarget(node, { images: known.facts, engine, snapshot: known.snapshot });
    if (failures.length > 0) throw new ImpossibleError(failures);
    const { hostTrust, snapshot } = known;
    const make = async () => {
      if (!clean && (await store?.loadLayer(layer, target.name)) === true) return false;
      const planned = planDependencies(node, layer, {
        images: known.facts,
        engine,
        hostTrust,
        pinned: findPinnedBases(node, { facts: session.facts, lock: session.lock }),
        snapshot,
        time,
        noCache: clean,
      });
      const images = await runSteps(planned, {
        ...common,
        ready: undefined,
        target: layerTarget(target, layer),
        key: layer.key,
        incremental: false,
        bases: { dependencies: base, build: undefined, result: undefined },
        checkout: async () => undefined,
      });
      store?.keep({ key: layer.key, images });
      return true;
    };
    const request = { layer, target: target.name, isFresh: clean, make, signal };
    const { details, isMade } = await layers.bring(request);
    brought.set(layer.role, { layer, facts: { ...base, details }, isMade });
  }
  return brought;
}

/** The images that a target's stages start from: dependency layers, where there are some. */
export function basesOf(
  { target }: TargetNode,
  { brought, facts }: Pick<Known, "brought" | "facts">,
): Readonly<Record<ImageStage, ImageFacts | undefined>> {
  const isExtended = target.kind === "app" && target.runtimeImage !== undefined;
  const build = brought?.get("build-image")?.facts ?? facts[0];
  const runtime = brought?.get("runtime-image")?.facts ?? facts[1];
  return { dependencies: undefined, build, result: isExtended ? runtime : build };
}

/** The parts of earlier builds that a build used. A layered app without save-artifacts is no clean build. */
export function reportReuse(
  reuse: Reuse | undefined,
  brought: Known["brought"],
): Pick<TargetFinished, "reuse" | "dependencies"> {
  const layers = [...(brought?.values() ?? [])];
  const isLayered = layers.length > 0;
  const dependencies = isLayered ? { dependencies: dependenciesOf(layers) } : {};
  if (reuse === undefined) return dependencies;
  if (reuse.kind === "incremental") return { ...dependencies, reuse: { kind: "incremental" } };
  const { reason } = reuse;
  return isLayered && reason === NO_SAVE_ARTIFACTS
    ? dependencies
    : { ...dependencies, reuse: { kind: "clean", reason } };
}

function dependenciesOf(layers: readonly BroughtLayer[]): "made" | "reused" {
  return layers.some(({ isMade }) => isMade) ? "made" : "reused";
}

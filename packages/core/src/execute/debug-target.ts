// Opens the container of an app as its prepare left it, failed or not, for somebody to look around in. Builds nothing: no
// image is made, and everything that is made goes at the end. The app's dependencies are up to date.
import type { OnOutput } from "../engine/call.ts";
import type { Failure } from "../failure/failure.ts";
import { failed, type Result, success } from "../failure/result.ts";
import type { TargetNode } from "../graph/target-graph.ts";
import type { Reuse } from "../plan/incremental.ts";
import type { KnownImage } from "../plan/key.ts";
import type { Step } from "../plan/step.ts";
import { bringLayers, type CommonContext } from "./bring-layers.ts";
import { type DebugPlace, type DebugVisitor, debugSteps } from "./debug-steps.ts";
import { failureOfError } from "./failure-of-error.ts";
import { findImage } from "./find-images.ts";
import {
  chooseReuse,
  decideBuild,
  gatherKnown,
  ImpossibleError,
  type Known,
  planBuild,
} from "./plan-build.ts";
import type { Session } from "./session.ts";
import { createSessionCleanup } from "./session-cleanup.ts";
import { contextOf, type FinishedTargets, shareContext } from "./session-context.ts";
import { nameCounter } from "./session-id.ts";
import { createSessionLayers } from "./session-layers.ts";
import { createSessionLedger } from "./session-ledger.ts";
import { type OutputLine, splitLines } from "./split-lines.ts";
import { StepError } from "./step-error.ts";
import { artifactsProblem, cleanBecause } from "./target-reuse.ts";

export interface DebugOptions {
  /** Before prepare runs. */
  readonly fresh: boolean;
  /** Called once with the open container; its exit code is that of the whole. */
  readonly visit: DebugVisitor;
  /** Output of scripts, without secrets. */
  readonly onLine: (line: OutputLine) => void;
  readonly warn: (message: string) => void;
}

/** Resolves to the exit code of the visit. Rejects with the reason of the session's signal. */
export async function debugTarget(
  session: Session,
  name: string,
  options: DebugOptions,
): Promise<Result<number>> {
  const found = session.graph.nodes.get(name);
  if (found?.target.kind !== "app") throw new Error(`${name} is no app`);
  const node: TargetNode = { ...found, target: { ...found.target, method: "container" } };
  try {
    return success(await debugNode(node, session, options));
  } catch (error) {
    session.signal.throwIfAborted();
    return failed(failuresOf(error, node));
  }
}

async function debugNode(node: TargetNode, session: Session, options: DebugOptions): Promise<number> {
  const { signal, snapshots } = session;
  const { target } = node;
  const snapshot = snapshots.get(target.name);
  if (snapshot === undefined || target.kind !== "app") throw new Error(`${target.name} has no snapshot`);
  const ledger = createSessionLedger(session);
  const layers = createSessionLayers(() => session.engine);
  const cleanup = createSessionCleanup();
  const newName = nameCounter(session.id);
  const shared = shareContext(session, { cleanup, newName, layers, ledger, signal });
  const finished = { imageOf: imagesOf(session), causesOf: () => undefined };
  const context = contextOf(node, shared, { session, finished, signal });
  const images: KnownImage[] = [];
  for (const image of node.images) {
    const found = await findImage(image, node, context, () => (pull) => pull(() => {}));
    images.push(found.known);
  }
  const imageIds = images.map(({ id }) => id);
  const decision = await decideBuild(node, { snapshot, images }, context);
  if (decision.kind !== "build") throw new Error(`${target.name} is not to be built`);
  const known = await gatherKnown(node, { decision, snapshot, imageIds }, context);
  const common: CommonContext = {
    ...context,
    checkout: async () => undefined,
    onLine: options.onLine,
    warn: options.warn,
    timed: (_step, _title, work) => work(),
  };
  const layering = withLayers(node, known, { ...context, common, warn: options.warn });
  const start = await layering.finally(() => cleanup.settle());
  const lines = splitLines(options.onLine);
  const output = shared.mask.output(lines.push);
  const onOutput: OnOutput = output.push;
  const place: DebugPlace = { ...context, onOutput, mask: shared.mask, target: target.name };
  const flush = () => {
    output.end();
    lines.end();
  };
  const debug = async (reuse: Reuse) => {
    const steps = planBuild(start.node, start.known, { reuse, session });
    return await debugSteps(steps, place, { ...options, flush });
  };
  const reuse = chooseReuse(target, known, session);
  try {
    return await debug(reuse);
  } catch (error) {
    const contract = known.facts[0]?.contract;
    const problem =
      error instanceof StepError && contract !== undefined && reuse.kind === "incremental"
        ? artifactsProblem(error, { contract, target })
        : undefined;
    if (problem === undefined) throw error;
    options.warn(`prepare gets no artifacts: ${problem.reason}`);
    return await debug(cleanBecause(problem.reason));
  }
}

/** Where a dependency layer cannot be made, prepare does its work, so that it fails there. */
async function withLayers(
  node: TargetNode,
  known: Known,
  context: Parameters<typeof bringLayers>[2] & Pick<DebugOptions, "warn">,
): Promise<{ readonly node: TargetNode; readonly known: Known }> {
  try {
    return { node, known: { ...known, brought: await bringLayers(node, known, context) } };
  } catch (error) {
    if (!(error instanceof StepError) || error.step.kind !== "run-script") throw error;
    context.warn(`${error.step.script} failed: without a dependency layer, prepare has to do its work`);
    const target = { ...node.target, dependencies: false } as TargetNode["target"];
    return { node: { ...node, target }, known: { ...known, layers: [] } };
  }
}

/** Images of the other targets, as they are in the engine. */
function imagesOf({ facts, graph }: Session): FinishedTargets["imageOf"] {
  return (name) => {
    const tag = graph.nodes.get(name)?.target.tag.full;
    const id = tag === undefined ? undefined : facts.images.get(tag)?.id;
    return id === undefined ? undefined : { id };
  };
}

function failuresOf(error: unknown, { images, target }: TargetNode): readonly Failure[] {
  if (error instanceof ImpossibleError) return error.failures;
  const scriptOf = (step: Step) =>
    step.kind === "run-script" ? { script: step.script, image: images[0]?.short ?? "" } : undefined;
  return [failureOfError(error, { target, incremental: false, scriptOf })];
}

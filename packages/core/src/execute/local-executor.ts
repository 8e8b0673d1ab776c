// Builds the targets of a session in one engine.
import type { Failure } from "../failure/failure.ts";
import type { TargetNode } from "../graph/target-graph.ts";
import type { ImageStage } from "../plan/step.ts";
import { type AttestContext, attestPushed } from "./attest-image.ts";
import { dropLeftNames } from "./borrowed-names.ts";
import type { TargetFinished } from "./event.ts";
import type { CausesOf, Executor } from "./executor.ts";
import { bugOf } from "./failure-of-error.ts";
import { ImpossibleError } from "./plan-build.ts";
import { pushTarget } from "./push-target.ts";
import { removeOutdatedLayers } from "./remove-layers.ts";
import { describeUnremoved, removeLeft, removeReplaced } from "./remove-replaced.ts";
import { runTarget } from "./run-target.ts";
import type { Session } from "./session.ts";
import { createSessionCleanup } from "./session-cleanup.ts";
import { contextOf, shareContext } from "./session-context.ts";
import { nameCounter } from "./session-id.ts";
import { createSessionLayers } from "./session-layers.ts";
import { createSessionLedger } from "./session-ledger.ts";
import type { SessionStore } from "./session-store.ts";
import { tidySourceCaches } from "./source-caches.ts";
import { createStoreHealth } from "./store-health.ts";
import { createStoreReader, type StoreReader } from "./store-reader.ts";
import type { FinishedImage, StoredResult } from "./store-use.ts";
import type { TargetResult } from "./target-result.ts";

export interface LocalInputs {
  /** Ends the work for all targets. */
  readonly signal: AbortSignal;
  /** Results in the store of targets that are not built here, by target. */
  readonly results?: ReadonlyMap<string, StoredResult> | undefined;
  /** Whether images that the engine has are added to the store, too. */
  readonly keepsFound?: boolean | undefined;
}

export function createLocalExecutor(
  session: Session,
  { keepsFound = false, results = new Map(), signal }: LocalInputs,
): Executor {
  const { clock, graph } = session;
  const ledger = createSessionLedger(session);
  const layers = createSessionLayers(() => session.engine);
  const cleanup = createSessionCleanup();
  const newName = nameCounter(session.id);
  const shared = shareContext(session, { cleanup, newName, layers, ledger, signal });
  const images = new Map<string, FinishedImage>([...results].map(([name, stored]) => [name, { stored }]));
  const restored = new Map<string, StoredResult>(results);
  const obtained = new Map<string, Promise<string>>();
  let causesOf: CausesOf = () => undefined;
  let atEnd: StoreReader | undefined;

  const finished = {
    imageOf: (target: string) => images.get(target),
    causesOf: (target: string) => causesOf(target),
    obtain: (target: string, asking: string) => {
      const obtaining = obtained.get(target) ?? loadOrBuild(target, asking);
      obtained.set(target, obtaining);
      return obtaining;
    },
  };
  /** A result that was there when it was searched for may be gone by now: its target is then built after all. */
  const loadOrBuild = async (name: string, asking: string): Promise<string> => {
    const node = graph.nodes.get(name);
    const stored = restored.get(name);
    if (node === undefined || stored === undefined || shared.store === undefined)
      throw new Error(`${name} has no result in a store`);
    const loaded = await shared.store.load(node.target, stored, asking);
    if (loaded !== undefined) return loaded.result;
    if (results.has(name)) throw new ImpossibleError([lostResult(name, stored)]);
    const context = contextOf(node, { ...shared, store: undefined }, { session, finished, signal });
    const built = await runTarget(node, context);
    if (built.imageId === undefined) {
      if (built.failure === undefined) throw new Error(`${name} has not been built: ${built.reason}`);
      throw new ImpossibleError([built.failure, ...(built.otherFailures ?? [])]);
    }
    images.set(name, { id: built.imageId });
    return built.imageId;
  };
  const attesting: AttestContext = {
    ...shared,
    session,
    signal,
    obtain: finished.obtain,
    storedOf: (target: string) => restored.get(target),
  };

  /** Beside the last removals of containers; an image that one of these containers holds, after them. */
  const removeReplacedMeanwhile = async (removeOutdated: () => Promise<unknown>) => {
    const attempt = () => removeReplaced(session.engine, graph, shared);
    if (!cleanup.isBusy()) return await attempt();
    const attemptBoth = async () => {
      const errors = await attempt();
      // Their errors are those of the attempt after the containers. Layers may be on their way to a store.
      if (shared.store === undefined) await removeOutdated();
      return errors;
    };
    const [errors] = await Promise.all([attemptBoth(), cleanup.settle()]);
    return ledger.replaced().size === 0 ? errors : await attempt();
  };

  /** Resolves to defects only: failed removals do not matter to the targets. `added`: the store has everything. */
  const tidyImages = async (
    results: ReadonlyMap<string, TargetFinished>,
    added: Promise<unknown>,
  ): Promise<Failure[]> => {
    try {
      const { engine, id } = session;
      const dropLeft = async () => {
        if (ledger.leftNames().length === 0) return;
        await cleanup.settle();
        await dropLeftNames(engine, ledger);
      };
      await dropLeft();
      const removeOutdated = () =>
        removeOutdatedLayers(session, { layers, ledger, results: results.values() });
      const replaced = await removeReplacedMeanwhile(removeOutdated);
      await tidySourceCaches({ ...session, signal }, results.values());
      // Layers and images without a name may be on their way to the store.
      await added;
      await dropLeft();
      const left = await removeLeft(engine, ledger, id);
      const outdated = await removeOutdated();
      const message = describeUnremoved([...left, ...replaced, ...outdated]);
      if (message !== undefined) session.emit({ type: "session-warning", at: clock.now(), message });
      return [];
    } catch (error) {
      return signal.aborted ? [] : [bugOf(error)];
    } finally {
      await cleanup.settle();
      await ledger.compact();
    }
  };

  return {
    build: async (node: TargetNode, given) => {
      causesOf = given.causesOf;
      const { name } = node.target;
      const { lend } = given;
      const ended = await runTarget(
        node,
        contextOf(node, shared, { session, finished, signal, ...(lend && { lend }) }),
      );
      if (ended.imageId !== undefined) images.set(name, { id: ended.imageId });
      else if (ended.stored !== undefined) images.set(name, { stored: ended.stored });
      if (ended.stored !== undefined) restored.set(name, ended.stored);
      if (keepsFound) keepFound(node, ended, { session, store: shared.store });
      return ended;
    },
    push: (target, image) => pushTarget(target, { ...attesting, image }),
    findStored: async (target, { inputs, stored }) => {
      if (stored !== undefined) return stored.result;
      atEnd ??= readerAtEnd(session, signal);
      return (await atEnd?.find(target, inputs.decision.key))?.result;
    },
    attest: (target, pushed) => attestPushed(target, pushed, attesting),
    end: async (results) => {
      const added = shared.store?.settle() ?? Promise.resolve([]);
      const [defects, tidied] = await Promise.all([added, tidyImages(results, added), shared.memory.prune()]);
      return [...defects.map((error) => bugOf(error)), ...tidied];
    },
  };
}

/** A target that was up to date in the engine; what was built is added by its build. */
function keepFound(
  { target }: TargetNode,
  { imageId, inputs, outcome }: TargetResult,
  { session, store }: { readonly session: Session; readonly store: SessionStore | undefined },
): void {
  if (outcome !== "up-to-date" || imageId === undefined || inputs === undefined) return;
  const buildTag = target.kind === "app" ? target.buildTag : undefined;
  const build = buildTag === undefined ? undefined : session.facts.images.get(buildTag.full)?.id;
  const images = new Map<ImageStage, string>(build === undefined ? [] : [["build", build]]);
  store?.keep({ key: inputs.decision.key, images: images.set("result", imageId) });
}

/** Finds results that were not in the store, or not asked for, before they were built. */
function readerAtEnd(
  { clock, emit, facts, lock, store }: Session,
  signal: AbortSignal,
): StoreReader | undefined {
  if (store === undefined) return undefined;
  const warn = (message: string) => emit({ type: "session-warning", at: clock.now(), message });
  const { architecture = "", os = "linux" } = facts.engine ?? {};
  const health = createStoreHealth(store.store, { now: clock.now, patience: store.patience, signal, warn });
  return createStoreReader(
    { ...store, reads: true },
    { platform: { os, architecture }, health, lock, signal, warn },
  );
}

function lostResult(target: string, { key, result: { repository } }: StoredResult): Failure {
  return { code: "result-missing", target, store: repository, key };
}

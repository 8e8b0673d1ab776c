// Builds the targets of a session elsewhere: decides by the store, sends what it lacks as tasks, and finds their results there.

import { type AttestContext, attestPushed } from "../execute/attest-image.ts";
import { describeStored } from "../execute/describe-stored.ts";
import type { Executor } from "../execute/executor.ts";
import { bugOf } from "../execute/failure-of-error.ts";
import { flagsFor, ImpossibleError } from "../execute/plan-build.ts";
import { pushTarget } from "../execute/push-target.ts";
import { recallBuild } from "../execute/recall-build.ts";
import { recordFound } from "../execute/record-build.ts";
import type { Session } from "../execute/session.ts";
import { createSessionMemory } from "../execute/session-memory.ts";
import { createStoreHealth } from "../execute/store-health.ts";
import { createStoreReader } from "../execute/store-reader.ts";
import { createStoreTrust } from "../execute/store-trust.ts";
import type { StoredResult } from "../execute/store-use.ts";
import type { TargetEventFields } from "../execute/target-events.ts";
import { emitFor } from "../execute/target-events.ts";
import type { TargetResult } from "../execute/target-result.ts";
import type { NeededImage, TargetNode } from "../graph/target-graph.ts";
import type { Cause } from "../plan/cause.ts";
import { type Decision, decideTarget } from "../plan/decide-target.ts";
import { describeCauses } from "../plan/describe-cause.ts";
import { explainDecision } from "../plan/explain-decision.ts";
import { imageIdentity } from "../plan/image-identity.ts";
import { type KnownImage, UNKNOWN_IMAGE } from "../plan/key.ts";
import type { SourceSnapshot } from "../source/source.ts";
import { type BuildTask, factsOfSource, shareableNode, TASK_VERSION } from "./build-task.ts";
import { createExternalImages } from "./external-images.ts";
import { NO_ENGINE } from "./no-engine.ts";
import type { RemoteBuilder, RemoteInputs, RemoteSession } from "./remote-builder.ts";
import { failedBy, noDocuments, unbuildable } from "./remote-failures.ts";

type Build = Extract<Decision, { kind: "build" }>;

interface Decided {
  readonly decision: Build;
  /** For people. */
  readonly reason: string;
  readonly causes: readonly Cause[];
  readonly snapshot: SourceSnapshot;
  readonly locked: BuildTask["locked"];
}

export function createRemoteExecutor(
  remote: RemoteSession,
  { builder, engine, insecure, platform }: RemoteInputs,
  { signal }: { readonly signal: AbortSignal },
): Executor {
  const session: Session = { ...remote, engine: NO_ENGINE };
  const { clock, facts, graph, lock, store: use } = remote;
  const { store } = use;
  const warn = (message: string) => remote.emit({ type: "session-warning", at: clock.now(), message });
  const health = createStoreHealth(store, { now: clock.now, patience: use.patience, signal, warn });
  const trust = createStoreTrust(use, warn);
  const searching = { platform, lock, health, signal, trust, warn };
  const before = createStoreReader(use, searching);
  // What was missing before the build is searched for once more.
  const after = createStoreReader(use, searching);
  const external = createExternalImages({ registry: use.registry, lock, platform, signal });
  const memory = createSessionMemory(session);
  const results = new Map<string, StoredResult>();

  const known = async (image: NeededImage, target: TargetNode["target"]): Promise<KnownImage> => {
    const stored = image.target === undefined ? undefined : results.get(image.target);
    if (stored !== undefined) return { ...UNKNOWN_IMAGE, identity: stored.identity };
    return { ...UNKNOWN_IMAGE, identity: imageIdentity(await external.read(image, target)) };
  };
  const dependencyOf = (name: string, node: TargetNode): KnownImage => {
    const stored = results.get(name);
    if (stored !== undefined) return { ...UNKNOWN_IMAGE, identity: stored.identity };
    const { name: target, path } = node.target;
    const image = graph.given?.get(name) ?? name;
    throw new ImpossibleError([{ code: "image-missing", target, path: [...path, "dependsOn"], image }]);
  };
  const decide = async (
    node: TargetNode,
    causesOf: (target: string) => readonly Cause[] | undefined,
  ): Promise<Decided> => {
    const { target } = node;
    const snapshot = remote.snapshots.get(target.name);
    if (snapshot === undefined) throw new Error(`${target.name} has no snapshot`);
    const images = await Promise.all(node.images.map((image) => known(image, target)));
    const dependencies = target.dependsOn.map((name) => dependencyOf(name, node));
    const decision = decideTarget(node, {
      sourceDigest: snapshot.digest,
      git: snapshot.git,
      dockerfile: remote.dockerfiles.get(target.name)?.text,
      needed: { images, dependencies },
      facts: { engine: facts.engine, images: new Map() },
      flags: flagsFor(session, target.name),
    });
    if (decision.kind !== "build") throw new Error(`${target.name} has an image without an engine`);
    const past = await recallBuild(remote.records, target, { facts, imageIdOf: () => undefined });
    const { matchPaths } = remote.sources;
    const { preimage } = decision;
    // Without an engine no image is missed: what differs from the last build counts.
    const because = past.previous === undefined ? decision.because : ({ kind: "inputs-changed" } as const);
    const causes = explainDecision(because, { node, preimage, snapshot, past, causesOf, matchPaths });
    const isSame = past.previous?.key === decision.key;
    const reason = isSame ? "nothing changed" : describeCauses(causes);
    return { decision, causes, reason, snapshot, locked: external.locked(node) };
  };
  const restored = async (
    node: TargetNode,
    { decision, reason, snapshot }: Decided,
    stored: StoredResult,
  ): Promise<TargetResult> => {
    await recordFound(node, { decision, images: [], isRestored: true, snapshot }, memory);
    return {
      outcome: "restored",
      reason,
      stored,
      imageSize: stored.result.size,
      restored: { ...describeStored(stored), isLoaded: false },
      inputs: { decision, snapshot },
    };
  };
  const taskOf = async (
    node: TargetNode,
    decided: Decided,
    sharing: Pick<RemoteBuilder, "shareSource">,
  ): Promise<BuildTask> => {
    const { decision, locked, snapshot } = decided;
    const located = (await remote.sources.withCheckouts?.())?.get(node.target.name);
    const described = located?.digest === snapshot.digest ? located : snapshot;
    return {
      version: TASK_VERSION,
      session: remote.id,
      node: shareableNode(node),
      dependencies: node.dependencies.flatMap((name) => {
        const stored = results.get(name);
        const other = graph.nodes.get(name);
        if (stored === undefined || other === undefined) return [];
        const { key, result } = stored;
        return [{ node: shareableNode(other), key, digest: result.referenceDigest }];
      }),
      dockerfile: remote.dockerfiles.get(node.target.name),
      key: decision.key,
      platform,
      source: {
        digest: snapshot.digest,
        packed: await sharing.shareSource(snapshot, { signal }),
        facts: factsOfSource(described),
      },
      locked,
      flags: flagsFor(session, node.target.name),
      store: { repository: store.repository, insecure },
    };
  };
  const send = async (node: TargetNode, decided: Decided): Promise<TargetResult> => {
    const { target } = node;
    const { causes, decision, reason, snapshot } = decided;
    if (builder === undefined)
      return failedBy(unbuildable(target, { engine, platform, store: store.repository }));
    const emit = (event: TargetEventFields) =>
      emitFor(remote, target.name, event.type === "target-started" ? { ...event, reason, causes } : event);
    const end = await builder.build(await taskOf(node, decided, builder), { signal, emit });
    if (end.kind === "failed") return failedBy(end.failure);
    const result = { ...end.result, worker: end.worker };
    if (result.outcome === "failed" || result.outcome === "cancelled") return result;
    const stored = await after.find(target, decision.key);
    if (stored === undefined) {
      const { repository } = store;
      return failedBy({
        code: "result-missing",
        target: target.name,
        store: repository,
        key: decision.key,
      });
    }
    results.set(target.name, stored);
    if (result.outcome !== "built") return { ...(await restored(node, decided, stored)), worker: end.worker };
    await recordFound(node, { decision, images: [], isRestored: true, snapshot }, memory);
    const inputs = { decision, snapshot };
    // The id is one of the worker's engine.
    return { ...result, reason, causes, imageId: undefined, stored, inputs };
  };
  const bringUpToDate: Executor["build"] = async (node, { causesOf }) => {
    const { target } = node;
    const decided = await decide(node, causesOf);
    const { clean, force } = flagsFor(session, target.name);
    const found = clean || force ? undefined : await before.find(target, decided.decision.key);
    if (found === undefined) return await send(node, decided);
    results.set(target.name, found);
    return await restored(node, decided, found);
  };

  const attesting: AttestContext = {
    session,
    signal,
    newName: () => remote.id,
    store: { publish: (target, { result }) => store.publish(result, target.tag.full, { signal }) },
    obtain: async (name) => {
      const key = results.get(name)?.key ?? "";
      throw new ImpossibleError([{ code: "result-missing", target: name, store: store.repository, key }]);
    },
    storedOf: (name) => results.get(name),
  };

  return {
    build: async (node, given) => {
      try {
        return await bringUpToDate(node, given);
      } catch (error) {
        if (signal.aborted) return { outcome: "cancelled", reason: "interrupted" };
        return error instanceof ImpossibleError
          ? { ...failedBy(error.failures[0]), otherFailures: error.failures.slice(1) }
          : failedBy(bugOf(error, node.target.name));
      }
    },
    push: (target, image) => pushTarget(target, { ...attesting, image }),
    findStored: async (_target, { stored }) => stored?.result,
    attest: (target, pushed) =>
      attestPushed(target, pushed, {
        ...attesting,
        obtain: () => Promise.reject(noDocuments(store.repository)),
      }),
    end: async () => {
      const summary = trust.summary();
      if (summary !== undefined) warn(summary);
      await memory.prune();
      return [];
    },
  };
}

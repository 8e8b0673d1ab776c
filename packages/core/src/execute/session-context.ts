// The shared context of a session's targets, and the context of one of them.
import type { TargetNode } from "../graph/target-graph.ts";
import type { Cause } from "../plan/cause.ts";
import { findGivenId } from "../plan/decide-image.ts";
import { createLeakChecks, type LeakChecks } from "./leak-checks.ts";
import { createMask, type Mask } from "./mask.ts";
import { ImpossibleError } from "./plan-build.ts";
import { createProofs, type Proofs } from "./proofs.ts";
import type { ReadyContainers } from "./ready-containers.ts";
import type { TargetContext } from "./run-target.ts";
import type { Lend } from "./schedule.ts";
import type { Session } from "./session.ts";
import type { SessionCleanup } from "./session-cleanup.ts";
import { createSessionImages, type SessionImages } from "./session-images.ts";
import type { SessionLayers } from "./session-layers.ts";
import type { SessionLedger } from "./session-ledger.ts";
import { createSessionMemory, type SessionMemory } from "./session-memory.ts";
import { createSessionStore, type SessionStore } from "./session-store.ts";
import type { FinishedImage } from "./store-use.ts";

export interface SharedContext {
  readonly cleanup: SessionCleanup;
  readonly images: SessionImages;
  readonly leaks: LeakChecks;
  readonly memory: SessionMemory;
  readonly proofs: Proofs;
  readonly mask: Mask;
  readonly newName: () => string;
  readonly ledger: SessionLedger;
  readonly ready?: ReadyContainers | undefined;
  readonly layers: SessionLayers;
  readonly store: SessionStore | undefined;
}

/** `signal` ends work for several targets at once. */
export function shareContext(
  session: Session,
  {
    cleanup,
    layers,
    ledger,
    newName,
    ready,
    signal,
  }: {
    readonly cleanup: SessionCleanup;
    readonly layers: SessionLayers;
    readonly newName: () => string;
    readonly ledger: SessionLedger;
    readonly ready?: ReadyContainers | undefined;
    readonly signal: AbortSignal;
  },
): SharedContext {
  const memory = createSessionMemory(session);
  const images = createSessionImages({
    engine: session.engine,
    facts: session.facts,
    lock: session.lock,
    records: session.records,
    remember: memory.remember,
    signal,
    containerName: newName,
  });
  const leaks = createLeakChecks({
    engine: session.engine,
    facts: session.facts,
    records: session.records,
    toolVersion: session.toolVersion,
    remember: memory.remember,
    newName,
  });
  const { engine, records } = session;
  const proofs = createProofs({ engine, records, remember: memory.remember, signal });
  const mask = createMask([...session.secrets.values()].flatMap((values) => [...values.values()]));
  const store = session.store && createSessionStore(session.store, { images, ledger, session, signal });
  return { cleanup, images, layers, leaks, ledger, memory, mask, newName, proofs, ready, store };
}

/** Targets that have finished before a target is brought up to date. */
export interface FinishedTargets {
  /** A target's image; undefined where this session did not see to it. */
  readonly imageOf: (target: string) => FinishedImage | undefined;
  readonly causesOf: (target: string) => readonly Cause[] | undefined;
  /** Gets the result of a restored target into the engine. Left out: there are none. */
  readonly obtain?: (target: string, asking: string) => Promise<string>;
}

export function contextOf(
  node: TargetNode,
  shared: SharedContext,
  {
    session,
    finished,
    lend = keep,
    signal,
  }: {
    readonly session: Session;
    readonly finished: FinishedTargets;
    /** Left out: nobody else could run meanwhile. */
    readonly lend?: Lend;
    readonly signal: AbortSignal;
  },
): TargetContext {
  const { facts, graph } = session;
  const imageOf = (target: string): FinishedImage => {
    const found = finished.imageOf(target);
    if (found !== undefined) return found;
    const id = findGivenId(graph, target, facts);
    if (id !== undefined) return { id };
    const path = [...node.target.path, "dependsOn"];
    const image = graph.given?.get(target) ?? target;
    throw new ImpossibleError([{ code: "image-missing", target: node.target.name, path, image }]);
  };
  const { causesOf, obtain = notRestored } = finished;
  return { ...shared, session, signal, imageOf, lend, obtain, causesOf };
}

const keep: Lend = (work) => work();

async function notRestored(target: string): Promise<never> {
  throw new Error(`${target} has no result in a store`);
}

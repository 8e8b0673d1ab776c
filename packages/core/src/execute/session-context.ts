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
import type { Session } from "./session.ts";
import { createSessionImages, type SessionImages } from "./session-images.ts";
import type { SessionLayers } from "./session-layers.ts";
import type { SessionLedger } from "./session-ledger.ts";
import { createSessionMemory, type SessionMemory } from "./session-memory.ts";

export interface SharedContext {
  readonly images: SessionImages;
  readonly leaks: LeakChecks;
  readonly memory: SessionMemory;
  readonly proofs: Proofs;
  readonly mask: Mask;
  readonly newName: () => string;
  readonly ledger: SessionLedger;
  readonly ready?: ReadyContainers | undefined;
  readonly layers: SessionLayers;
}

/** `signal` ends work for several targets at once. */
export function shareContext(
  session: Session,
  {
    layers,
    ledger,
    newName,
    ready,
    signal,
  }: {
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
  return { images, layers, leaks, ledger, memory, mask, newName, proofs, ready };
}

/** Targets that have finished before a target is brought up to date. */
export interface FinishedTargets {
  /** Id of a target's image; undefined where this session did not see to it. */
  readonly imageIdOf: (target: string) => string | undefined;
  readonly causesOf: (target: string) => readonly Cause[] | undefined;
}

export function contextOf(
  node: TargetNode,
  shared: SharedContext,
  {
    session,
    finished,
    signal,
  }: { readonly session: Session; readonly finished: FinishedTargets; readonly signal: AbortSignal },
): TargetContext {
  const { facts, graph } = session;
  const imageIdOf = (target: string) => {
    const id = finished.imageIdOf(target) ?? findGivenId(graph, target, facts);
    if (id !== undefined) return id;
    const path = [...node.target.path, "dependsOn"];
    const image = graph.given?.get(target) ?? target;
    throw new ImpossibleError([{ code: "image-missing", target: node.target.name, path, image }]);
  };
  return { ...shared, session, signal, imageIdOf, causesOf: finished.causesOf };
}

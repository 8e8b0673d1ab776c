// What a watch removes whenever it has become idle: replaced images, outdated records, and standby containers that are
// not needed.
import type { Engine } from "../engine/engine.ts";
import { EngineError } from "../engine/engine-error.ts";
import { dropLeftNames } from "../execute/borrowed-names.ts";
import type { TargetFinished } from "../execute/event.ts";
import type { ReadyContainers } from "../execute/ready-containers.ts";
import { removeOutdatedLayers } from "../execute/remove-layers.ts";
import { describeUnremoved, removeLeft, removeReplaced } from "../execute/remove-replaced.ts";
import type { SessionLayers } from "../execute/session-layers.ts";
import type { SessionLedger } from "../execute/session-ledger.ts";
import { tidySourceCaches } from "../execute/source-caches.ts";
import type { TargetNode } from "../graph/target-graph.ts";
import type { Round } from "./build-round.ts";
import type { WatchOptions } from "./watch-session.ts";

/** Functions: builds go on meanwhile. */
export interface TidyOptions {
  readonly engine: () => Engine;
  readonly round: () => Round;
  readonly ready: ReadyContainers;
  readonly ledger: SessionLedger;
  readonly layers: SessionLayers;
  /** Of all targets there have ever been. */
  readonly nodes: () => ReadonlyMap<string, TargetNode>;
  readonly results: () => readonly TargetFinished[];
  /** Whether builds run, which own a part of what is there. */
  readonly isBuilding: () => boolean;
  /** Aborted when the watch ends: nothing is started ahead then. */
  readonly signal: AbortSignal;
}

/** Rejects only with defects. */
export async function tidyWatch(
  { clock, emit, id }: Pick<WatchOptions, "clock" | "emit" | "id">,
  { engine, isBuilding, layers, ledger, nodes, ready, results, round, signal }: TidyOptions,
): Promise<void> {
  const warn = (message: string) => emit({ type: "session-warning", at: clock.now(), message });
  // First, for they hold images and source caches.
  const standby = signal.aborted
    ? await ready.close(engine())
    : await ready.trim(engine(), round().session.graph);
  warnOfLeft(standby, warn);
  const { memory } = round().shared;
  const left = isBuilding() ? [] : await removeLeft(engine(), ledger, id);
  if (!isBuilding()) await dropLeftNames(engine(), ledger);
  const replaced = await removeReplaced(engine(), { nodes: nodes() }, round().shared);
  const outdated = await removeOutdatedLayers(round().session, { layers, ledger, results: results() });
  // An engine that went away is waited for; pending removals then stay in the ledger.
  const message = describeUnremoved(
    [...left, ...replaced, ...outdated].filter(({ reason }) => reason !== "lost"),
  );
  if (message !== undefined) warn(message);
  if (!isBuilding()) await ledger.compact();
  await memory.prune();
  await tidySourceCaches(round().session, results());
  if (!signal.aborted) warnOfLeft(await ready.replenish(engine(), { signal }), warn);
}

function warnOfLeft(errors: readonly unknown[], warn: (message: string) => void): void {
  for (const error of errors) {
    // An engine that comes back is swept.
    if (error instanceof EngineError && error.reason === "lost") continue;
    warn(`leftovers remain, run sti clean to remove them: ${(error as Error).message}`);
  }
}

// The inputs of a session. Types only.

import type { Engine } from "../engine/engine.ts";
import type { TargetGraph } from "../graph/target-graph.ts";
import type { Pushes } from "../plan/decide-pushes.ts";
import type { Facts } from "../plan/facts.ts";
import type { PlanFlags } from "../plan/flags.ts";
import type { Lock } from "../plan/lock.ts";
import type { PlannedTarget } from "../plan/plan.ts";
import type { Dockerfile } from "../source/dockerfile.ts";
import type { SourceSnapshot, Sources } from "../source/source.ts";
import type { AttestUse } from "./attester.ts";
import type { SessionEvent } from "./event.ts";
import type { Ledger } from "./ledger.ts";
import type { Leftovers } from "./leftovers.ts";
import type { Records } from "./records.ts";
import type { StoreUse } from "./store-use.ts";

/** By target, then by the name that prepare finds the value under. */
export type SecretValues = ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>;

/** The fate of the other targets when one fails. */
export type OnFailure =
  /** Everything that does not need it goes on. */
  | "continue"
  /** Nothing new starts; running targets may finish. */
  | "finish"
  /** Running targets are stopped. */
  | "kill";

export interface Session {
  /** From formatSessionId. */
  readonly id: string;
  readonly graph: TargetGraph;
  /** All targets of the config, also those that are not in the graph because they were not selected. */
  readonly targetNames: readonly string[];
  readonly snapshots: ReadonlyMap<string, SourceSnapshot>;
  /** Of each image entry. */
  readonly dockerfiles: ReadonlyMap<string, Dockerfile>;
  readonly facts: Facts;
  /** The external images of the lock; undefined where the config has no lock file. */
  readonly lock?: Lock | undefined;
  readonly flags: PlanFlags;
  /** Flags of targets that are built in another way than the rest; their time is the session's. */
  readonly targetFlags?: ReadonlyMap<string, PlanFlags> | undefined;
  readonly engine: Engine;
  /** Accounts for everything made in the engine; leftovers at the end are reported. */
  readonly leftovers?: Leftovers | undefined;
  readonly sources: Sources;
  readonly records: Records;
  /** Of the engine as it is now; left out: leftovers of a killed session without a name are not written down. */
  readonly ledger?: (() => Ledger | undefined) | undefined;
  /** Of sti, for the records. */
  readonly toolVersion: string;
  /** The values of each target's secrets, by target and name; targets without secrets may be missing. */
  readonly secrets: SecretValues;
  /** The project whose sources the engine caches; left out: none are, and each build is sent everything. */
  readonly sourceCaches?: { readonly project: string } | undefined;
  /** The shared store of results; left out: the session uses none. */
  readonly store?: StoreUse | undefined;
  /** Left out: no target that is pushed or stored asks for attestations. */
  readonly attest?: AttestUse | undefined;
  readonly concurrency: number;
  /** Number of workers that build; left out: this machine does. */
  readonly workers?: number | undefined;
  readonly onFailure: OnFailure;
  /** From decidePushes; nothing is pushed when it is left out. */
  readonly pushes?: Pushes | undefined;
  /** Called once a target that was not skipped is decided, and when it is planned again; must not throw. */
  readonly onPlanned?: ((target: PlannedTarget) => void) | undefined;
  /** Called for each event, in order; must not throw. */
  readonly emit: (event: SessionEvent) => void;
  /** Aborting ends the session: its work is stopped and removed. */
  readonly signal: AbortSignal;
  readonly clock: { readonly now: () => number };
}

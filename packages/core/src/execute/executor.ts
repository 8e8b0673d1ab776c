// The port to the place where the targets of a session are built. Types only.
import type { Target } from "../definition/target.ts";
import type { Failure } from "../failure/failure.ts";
import type { TargetNode } from "../graph/target-graph.ts";
import type { Cause } from "../plan/cause.ts";
import type { RegistryImage } from "../store/registry-image.ts";
import type { AttestableResult, Attested } from "./attest-image.ts";
import type { TargetFinished } from "./event.ts";
import type { Push } from "./push-target.ts";
import type { Lend } from "./schedule.ts";
import type { Session } from "./session.ts";
import type { TargetResult } from "./target-result.ts";

/** The part of a session that orders its targets. It needs no engine. */
export type ScheduledSession = Pick<
  Session,
  | "clock"
  | "concurrency"
  | "emit"
  | "facts"
  | "graph"
  | "id"
  | "leftovers"
  | "lock"
  | "onFailure"
  | "pushes"
  | "signal"
  | "store"
  | "workers"
>;

/** Remembers the results of its targets: later ones are made from them. */
export interface Executor {
  /** Brings a target whose dependencies have finished up to date. Never rejects. */
  build(
    node: TargetNode,
    given: {
      readonly causesOf: CausesOf;
      /** Left out: nobody else could run meanwhile. */
      readonly lend?: Lend;
    },
  ): Promise<TargetResult>;
  /** Pushes a result of this session, with its attestations. Rejects only with the signal's reason. */
  push(target: Target, image: AttestableResult): Promise<Push>;
  /** A result of this session as the store has it, once `end` has resolved. Rejects with the signal's reason. */
  findStored(target: Target, image: AttestableResult): Promise<RegistryImage | undefined>;
  /** Attaches the attestations of a result to its image with that digest. Rejects with the signal's reason, and defects. */
  attest(
    target: Target,
    pushed: { readonly digest: string; readonly result: AttestableResult },
  ): Promise<Attested>;
  /** Called once all targets have ended: waits for work beside them and removes what is not kept. Resolves to defects. */
  end(results: ReadonlyMap<string, TargetFinished>): Promise<readonly Failure[]>;
}

/** The causes of this session's build of a finished target; undefined if it was not built. */
export type CausesOf = (target: string) => readonly Cause[] | undefined;

/** `signal`: aborting ends the work for all targets. */
export type CreateExecutor = (inputs: { readonly signal: AbortSignal }) => Executor;

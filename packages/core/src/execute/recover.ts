// The ways to repeat a failed attempt to build a target. Pure; run-target.ts carries them out.
import type { Target } from "../definition/target.ts";
import { EngineError } from "../engine/engine-error.ts";
import type { BuilderContract } from "../plan/builder-contract.ts";
import { LAYER_REPOSITORY } from "../plan/dependency-layer.ts";
import type { Reuse } from "../plan/incremental.ts";
import { SourceChangedError } from "../source/source.ts";
import { type DeliveryProblem, deliveryProblem, lacksStarted } from "./delivery-problem.ts";
import { StepError } from "./step-error.ts";
import { artifactsProblem } from "./target-reuse.ts";

/** Limit for each way on its own: a source may change twice while it is sent, a source cache may fail twice. */
const MOST_REPEATS = 2;

/** A failed attempt. */
export interface Attempt {
  readonly target: Target;
  /** Of the build image; undefined for an image entry. */
  readonly contract: BuilderContract | undefined;
  readonly reuse: Reuse;
  /** Whether it started from a dependency layer. */
  readonly isLayered: boolean;
  /** The ways in which earlier attempts for the same target were repeated. */
  readonly earlier: readonly Recovery["kind"][];
}

/** The change that the next attempt makes. */
export type Recovery =
  /** It creates the container that was started ahead and is gone. */
  | { readonly kind: "create-container" }
  /** It makes the dependency layer again that is gone. */
  | { readonly kind: "bring-layers" }
  /** It does not trust the source cache. */
  | { readonly kind: "give-up-cache"; readonly problem: DeliveryProblem; readonly warning?: string }
  /** It uses no artifacts of the previous build. */
  | {
      readonly kind: "build-clean";
      readonly reason: string;
      /** Undefined where it is normal. */
      readonly warning: string | undefined;
      readonly isExpected: boolean;
    }
  /** It decides again by the source that is now there. */
  | { readonly kind: "read-source"; readonly warning: string };

/** Undefined if the error stands. */
export function recover(error: unknown, attempt: Attempt): Recovery | undefined {
  if (!(error instanceof StepError)) return undefined;
  for (const findRecovery of CASES) {
    const recovery = findRecovery(error, attempt);
    if (recovery === undefined) continue;
    const repeats = attempt.earlier.filter((kind) => kind === recovery.kind).length;
    return repeats < MOST_REPEATS ? recovery : undefined;
  }
  return undefined;
}

/** The first that applies counts. */
const CASES: readonly ((error: StepError, attempt: Attempt) => Recovery | undefined)[] = [
  (error) => (lacksStarted(error) ? { kind: "create-container" } : undefined),

  (error, { isLayered }) => (isLayered && lacksLayer(error) ? { kind: "bring-layers" } : undefined),

  (error) => {
    const problem = deliveryProblem(error);
    if (problem === undefined) return undefined;
    if (problem.kind !== "changed" || problem.isFresh) return { kind: "give-up-cache", problem };
    const warning = "something else changed the source that the engine keeps; sending all of it again";
    return { kind: "give-up-cache", problem, warning };
  },

  (error, { contract, reuse, target }) => {
    if (target.kind !== "app" || contract === undefined || reuse.kind === "clean") return undefined;
    const problem = artifactsProblem(error, { contract, target });
    if (problem === undefined) return undefined;
    const { isExpected, reason } = problem;
    const warning = isExpected ? undefined : `${reason}; building clean`;
    return { kind: "build-clean", reason, warning, isExpected };
  },

  ({ cause }) =>
    cause instanceof SourceChangedError
      ? { kind: "read-source", warning: `${cause.message}; reading the source again` }
      : undefined,
];

/** Somebody removed the layer of a layered build after this session had found it. */
export function lacksLayer(error: unknown): boolean {
  if (!(error instanceof StepError)) return false;
  const { cause, step } = error;
  if (!(cause instanceof EngineError)) return false;
  if (step.kind === "create-container") return cause.reason === "not-found";
  // The builder reports a base that it neither has nor can pull by its name alone.
  return (
    step.kind === "build-image" && cause.exitCode === undefined && cause.message.includes(LAYER_REPOSITORY)
  );
}

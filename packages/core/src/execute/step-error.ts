// The errors with which a list of steps ends.
import type { TagsFact } from "../failure/engine-failure.ts";
import type { Step } from "../plan/step.ts";

/** A step failed; the cause is its error. */
export class StepError extends Error {
  readonly step: Step;
  /** Whether the build had filled a source cache itself, or was to. */
  readonly hasFreshCache: boolean;
  /** Whether the build had a container that was started ahead. */
  readonly startedAhead: boolean;
  readonly tags: TagsFact;
  constructor(
    step: Step,
    cause: unknown,
    {
      startedAhead = false,
      hasFreshCache = false,
      tags = "unchanged",
    }: { readonly startedAhead?: boolean; readonly hasFreshCache?: boolean; readonly tags?: TagsFact } = {},
  ) {
    super(`${step.kind} failed`, { cause });
    this.name = "StepError";
    this.step = step;
    this.hasFreshCache = hasFreshCache;
    this.startedAhead = startedAhead;
    this.tags = tags;
  }
}

/** Somebody removed a dependency layer each time that it was made. */
export class LayerRemovedError extends Error {}

/** The built image is not the expected one. */
export class UnexpectedResultError extends Error {}

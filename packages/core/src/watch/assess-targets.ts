// The state of each target: its image is up to date, being made, can be made, or has to wait; and whether a running
// build is still wanted. Follows from the state alone. Pure.
import type { CancelReason, Inputs, TargetState, WatchState } from "./watch-state.ts";

export type Fate =
  /** Its image is right. */
  | "finished"
  /** Its image is right unless its source has changed, which is being found out. */
  | "looking"
  /** A dependency is not finished, or its inputs are being read. */
  | "waiting"
  | "ready"
  | "running"
  /** It cannot be built from the present inputs. */
  | "failed"
  /** Something it needs failed. */
  | "blocked";

export interface Standing {
  readonly fate: Fate;
  /** It is being built, or is going to be. */
  readonly isMoving: boolean;
  /** Of one that is blocked: the dependency that failed. */
  readonly blockedBy?: string;
  /** Of one that is running: why that is no longer wanted. */
  readonly outdated?: CancelReason | undefined;
}

/** By target, in the order of the state. */
export function assessTargets(state: WatchState): ReadonlyMap<string, Standing> {
  const standings = new Map<string, Standing>();
  for (const [name, target] of state.targets) standings.set(name, assess(target, state, standings));
  return standings;
}

export function isLooking({ changes, reading }: TargetState): boolean {
  return changes !== undefined || reading !== undefined;
}

/** The inputs of a build of the target now. Only of one whose dependencies have finished. */
export function inputsOf(target: TargetState, { targets }: WatchState): Inputs {
  const { definition, dependencies, source } = target;
  return {
    definition,
    source,
    images: dependencies.map((name) => targets.get(name)?.done?.imageId ?? ""),
  };
}

function assess(target: TargetState, state: WatchState, standings: ReadonlyMap<string, Standing>): Standing {
  // External targets, which this session does not build, are not among the targets.
  const needed = target.dependencies.filter((name) => standings.has(name));
  const standing = (name: string) => standings.get(name) as Standing;
  const down = needed.find((name) => ["failed", "blocked"].includes(standing(name).fate));
  const moving = needed.find((name) => standing(name).isMoving);
  const haveFinished = needed.every((name) => standing(name).fate === "finished");
  if (target.run !== undefined) {
    const outdated = findOutdated(target, { down, moving, haveFinished }, state);
    return { fate: "running", isMoving: true, outdated };
  }
  if (target.source === undefined) return { fate: "failed", isMoving: false };
  if (down !== undefined) return { fate: "blocked", isMoving: false, blockedBy: down };
  const { asked, done, failed } = target;
  if (!haveFinished) {
    const isMoving = moving !== undefined || asked !== undefined || !hasOwnInputs(target, done);
    return { fate: "waiting", isMoving };
  }
  const inputs = inputsOf(target, state);
  // Noise without end is not waited for.
  const mustWait = isLooking(target) && !target.isRushed;
  if (asked === undefined) {
    if (areEqual(inputs, done)) return { fate: mustWait ? "looking" : "finished", isMoving: false };
    if (areEqual(inputs, failed)) return { fate: "failed", isMoving: false };
  }
  return { fate: mustWait ? "waiting" : "ready", isMoving: true };
}

function findOutdated(
  target: TargetState,
  needs: {
    readonly down: string | undefined;
    readonly moving: string | undefined;
    readonly haveFinished: boolean;
  },
  state: WatchState,
): CancelReason | undefined {
  const { asked, isRemoved, run } = target;
  if (isRemoved) return { kind: "removed" };
  if (!hasOwnInputs(target, run)) return { kind: "changed" };
  const because = needs.down ?? needs.moving;
  if (because !== undefined) return { kind: "dependency", target: because };
  if (needs.haveFinished && !areEqual(inputsOf(target, state), run)) return { kind: "changed" };
  return asked === undefined ? undefined : { kind: "asked" };
}

function hasOwnInputs({ definition, source }: TargetState, inputs: Inputs | undefined): boolean {
  return inputs?.definition === definition && inputs.source === source;
}

function areEqual(a: Inputs, b: Inputs | undefined): boolean {
  return (
    b !== undefined &&
    a.definition === b.definition &&
    a.source === b.source &&
    a.images.length === b.images.length &&
    a.images.every((id, index) => id === b.images[index])
  );
}

// The reducer of a watch: a state and what happened make the next state, and what is to be done. What happened only
// changes what is known (note-input.ts); what is to be done follows from all that is known (decide-effects.ts). Pure.
import { assessTargets, isLooking } from "./assess-targets.ts";
import { decideEffects } from "./decide-effects.ts";
import { noteInput } from "./note-input.ts";
import type { WatchEffect, WatchInput, WatchState } from "./watch-state.ts";

export interface Advanced {
  readonly state: WatchState;
  /** To be performed in this order. */
  readonly effects: readonly WatchEffect[];
}

/** `at`: milliseconds since 1970; never less than before. */
export function advanceWatch(state: WatchState, input: WatchInput, at: number): Advanced {
  if (state.isStopped) return { state, effects: [] };
  const decided = decideEffects(noteInput(state, input, at), at);
  const effects = [
    ...(decided.state.isEngineLost && !state.isEngineLost ? [{ kind: "reconnect" } as const] : []),
    ...tellUnchanged(state, input, decided.state),
  ];
  return { state: decided.state, effects: [...effects, ...decided.effects] };
}

/** Files were written, and have the content they had; or the source is back. */
function tellUnchanged(before: WatchState, input: WatchInput, after: WatchState): readonly WatchEffect[] {
  if (input.kind !== "source-read") return [];
  const target = before.targets.get(input.target);
  const read = after.targets.get(input.target);
  if (target?.reading?.id !== input.read || target.reading.paths.size === 0) return [];
  const wasReadable = target.source !== undefined;
  if ((wasReadable && target.source !== input.digest) || read === undefined || isLooking(read)) return [];
  return assessTargets(after).get(input.target)?.fate === "settled"
    ? [{ kind: "unchanged", target: input.target }]
    : [];
}

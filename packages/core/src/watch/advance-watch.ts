// The reducer of a watch: a state and an input make the next state and its effects. The input changes the state alone
// (note-input.ts); the effects follow from the state (decide-effects.ts). Pure.
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
  const isLost = decided.state.isEngineLost && !state.isEngineLost && !decided.state.isStopping;
  return isLost ? { ...decided, effects: [{ kind: "reconnect" }, ...decided.effects] } : decided;
}

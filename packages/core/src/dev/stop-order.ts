// The order in which the containers of a watch end: each after those that need it, in at most three rounds. Pure.
import { STOP_GRACE } from "./dev-container.ts";

/** Together with their calls, they fit into the five seconds of a session that was interrupted. */
const MOST = 3;
/** Seconds for the containers of all rounds but the last. */
const SHORT_GRACE = 1;

export interface StopRound {
  readonly names: readonly string[];
  /** Seconds that each gets to end by itself. */
  readonly grace: number;
}

/** `needs`: names of the containers that each one needs, without a cycle. */
export function stopRounds(needs: ReadonlyMap<string, readonly string[]>): readonly StopRound[] {
  const levels = new Map<string, number>();
  const levelOf = (name: string): number => {
    const known = levels.get(name);
    if (known !== undefined) return known;
    const users = [...needs].filter(([, needed]) => needed.includes(name));
    const level = Math.max(0, ...users.map(([user]) => levelOf(user) + 1));
    levels.set(name, level);
    return level;
  };
  const names = [...needs.keys()];
  const last = Math.min(MOST - 1, Math.max(0, ...names.map(levelOf)));
  return Array.from({ length: last + 1 }, (_, round) => ({
    names: names.filter((name) => Math.min(levelOf(name), last) === round),
    grace: round === last ? STOP_GRACE : SHORT_GRACE,
  }));
}

// When a container that crashed is followed by another: after a pause that doubles with each crash in a row.
import type { DevClock } from "./dev-ports.ts";

/** Milliseconds until the container after a first crash is started; twice as long after each further one. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30_000;
/** Milliseconds: a crash after so long is a first one. */
const LONG_LIFE = 60_000;

export interface CrashRestarts {
  /** Calls it after the pause, unless that is forgotten; returns the milliseconds until then. */
  later(start: () => void): number;
  forget(): void;
  /** The next crash is a first one. */
  reset(): void;
  /** `life`: milliseconds for which a container ran. */
  noteLife(life: number): void;
}

export function createCrashRestarts(clock: Pick<DevClock, "after">): CrashRestarts {
  let crashes = 0;
  let forget = () => {};
  return {
    later(start) {
      const pause = Math.min(FIRST_PAUSE * 2 ** crashes, LONGEST_PAUSE);
      crashes += 1;
      forget = clock.after(pause, start);
      return pause;
    },
    forget: () => forget(),
    reset() {
      crashes = 0;
    },
    noteLife(life) {
      if (life >= LONG_LIFE) crashes = 0;
    },
  };
}

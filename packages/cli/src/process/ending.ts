// The end of the process, once the user wants it: time limits for engines, and the words for pending work. A call that
// takes no signal, because it cleans up or must not be cut, gets CALL_LIMIT; all together get ALL_LIMIT, and what comes
// after a call that was given up all that is left of it: an engine may be slow without being silent.
import type { Leftovers } from "@sti/core";
import type { Patience } from "@sti/engine-docker";

/** Milliseconds: one silent call ends the process within three seconds. */
const CALL_LIMIT = 2000;
const ALL_LIMIT = 5000;
/** Milliseconds after which users without a screen get a line about pending work. */
const NOTICE_AFTER = 1000;

export interface Ending {
  /** For engines. */
  readonly patience: Patience;
  /** Objects that this process created in engines and has not removed; undefined until it has connected to one. */
  leftovers: Leftovers | undefined;
  /** Whether a screen shows the pending work: it needs no line of its own. */
  isShown: boolean;
  /** The user wants the process to end. May be called more than once. */
  begin(): void;
  /** "waiting for the engine (remove container, 2 s)"; undefined before it has begun, and when nothing is waited for. */
  describeWait(): string | undefined;
  /** The command has ended: open calls are cut. */
  finish(): void;
}

/** `notice` gets a line for people. */
export function createEnding(notice: (text: string) => void): Ending {
  const hurry = new AbortController();
  const end = new AbortController();
  const waiting = new Map<symbol, string>();
  let isGivenUp = false;
  let begun: number | undefined;
  let allClock: NodeJS.Timeout | undefined;
  let noticeClock: NodeJS.Timeout | undefined;
  const ending: Ending = {
    leftovers: undefined,
    isShown: false,
    patience: {
      hurry: hurry.signal,
      limit: () => (isGivenUp ? ALL_LIMIT : CALL_LIMIT),
      end: end.signal,
      onCall(operation) {
        const call = Symbol(operation);
        waiting.set(call, operation);
        return (wasGivenUp) => {
          isGivenUp ||= wasGivenUp;
          waiting.delete(call);
        };
      },
    },
    begin() {
      if (begun !== undefined) return;
      begun = performance.now();
      allClock = setTimeout(() => end.abort(), ALL_LIMIT);
      noticeClock = setTimeout(() => {
        const words = ending.describeWait();
        if (words !== undefined && !ending.isShown) notice(words);
      }, NOTICE_AFTER);
      hurry.abort();
    },
    describeWait() {
      if (begun === undefined || waiting.size === 0) return undefined;
      const seconds = Math.floor((performance.now() - begun) / 1000);
      const operations = [...new Set(waiting.values())];
      const more = operations.length > 1 ? ` and ${operations.length - 1} more` : "";
      // The newest is what is done now: older ones may only listen to what runs.
      return `waiting for the engine (${operations.at(-1)}${more}, ${seconds} s)`;
    },
    finish() {
      clearTimeout(allClock);
      clearTimeout(noticeClock);
      if (begun !== undefined) end.abort();
    },
  };
  return ending;
}

// Time limit for the engine once the user wants the process to end. A call whose own signal is not aborted then is one
// that cleans up, or that must not be cut; an engine that is silent must not make it last.

export interface Patience {
  /** Aborted when the user wants the process to end. */
  readonly hurry: AbortSignal;
  /** Milliseconds for a call that is still waited for, from then on or from its own start. */
  readonly limit: () => number;
  /** Aborted when waiting is over: open calls are cut, and nothing new begins. */
  readonly end: AbortSignal;
  /** Called with the operation of each call that begins; its result is called once, when the call has ended. */
  readonly onCall?: ((operation: string) => OnCallEnd) | undefined;
}

/** `isGivenUp`: it was waited for no longer. */
export type OnCallEnd = (isGivenUp: boolean) => void;

/** For connections whose process is ended by other means: tests, benchmarks. */
export const ENDLESS_PATIENCE: Patience = {
  hurry: new AbortController().signal,
  limit: () => Number.POSITIVE_INFINITY,
  end: new AbortController().signal,
};

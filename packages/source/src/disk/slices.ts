// Synchronous work in slices. Asking the disk for a small thing is many times cheaper at once than through a thread,
// but signals, timers and the engine's answers must not wait for a large folder.
import { setImmediate } from "node:timers/promises";

/** Length of a slice, in milliseconds. */
const SLICE = 10;

export interface Slices {
  /** Whether it is time to call `rest`. */
  isOver(): boolean;
  /** Lets everything else have its turn. Rejects with the signal's reason. */
  rest(): Promise<void>;
}

export function createSlices(signal: AbortSignal | undefined): Slices {
  let end = performance.now() + SLICE;
  return {
    isOver: () => performance.now() >= end,
    rest: async () => {
      await setImmediate();
      signal?.throwIfAborted();
      end = performance.now() + SLICE;
    },
  };
}

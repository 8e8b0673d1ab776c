// Synchronous work in slices. Asking the disk for a small thing is many times cheaper at once than through a thread,
// but signals, timers and the engine's answers must not wait for a large folder.
import { setImmediate } from "node:timers/promises";

/** Length of a slice, in nanoseconds: asked for the time, `performance` would load a module of Node for 5 ms. */
const SLICE = 10_000_000n;

export interface Slices {
  /** Whether it is time to call `rest`. */
  isOver(): boolean;
  /** Lets everything else have its turn. Rejects with the signal's reason. */
  rest(): Promise<void>;
}

export function createSlices(signal: AbortSignal | undefined): Slices {
  let end = process.hrtime.bigint() + SLICE;
  return {
    isOver: () => process.hrtime.bigint() >= end,
    rest: async () => {
      await setImmediate();
      signal?.throwIfAborted();
      end = process.hrtime.bigint() + SLICE;
    },
  };
}

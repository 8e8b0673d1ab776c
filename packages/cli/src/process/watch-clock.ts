// The clock of this machine, with its timers.
import type { WatchClock } from "@sti/core";

export const watchClock: WatchClock = {
  now: Date.now,
  after(milliseconds, call) {
    const timer = setTimeout(call, milliseconds);
    return () => clearTimeout(timer);
  },
};

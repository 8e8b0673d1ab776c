// Notices that the kernel's queue of file system events may have been full, in which case it drops later events.
import { readSmallFileSync } from "@sti/files";

export interface OverflowGuard {
  /** One event was delivered. */
  count(): void;
  close(): void;
}

/** Quiet time after a storm, in milliseconds. */
const QUIET = 100;
const USUAL_LIMIT = 16_384;

/**
 * A full queue is delivered in one turn of the event loop, so it is enough to count those of one turn. Half of the
 * queue's length counts as full: not every event in it is delivered. `onOverflow` is called once it is quiet again.
 */
export function createOverflowGuard({
  limit = readLimit(),
  onOverflow,
}: {
  /** Number of events that the queue can contain. */
  readonly limit?: number | undefined;
  readonly onOverflow: () => void;
}): OverflowGuard {
  let inTurn = 0;
  let turn: NodeJS.Immediate | undefined;
  let quiet: NodeJS.Timeout | undefined;
  return {
    count: () => {
      turn ??= setImmediate(() => {
        turn = undefined;
        inTurn = 0;
      });
      inTurn += 1;
      if (quiet !== undefined) quiet.refresh();
      else if (inTurn >= limit / 2) {
        quiet = setTimeout(() => {
          quiet = undefined;
          onOverflow();
        }, QUIET);
      }
    },
    close: () => {
      clearImmediate(turn);
      clearTimeout(quiet);
    },
  };
}

function readLimit(): number {
  try {
    return (
      Number(readSmallFileSync("/proc/sys/fs/inotify/max_queued_events", { limit: 1024 }).toString()) ||
      USUAL_LIMIT
    );
  } catch {
    return USUAL_LIMIT; // not Linux: queues of other kernels are of that size, too
  }
}

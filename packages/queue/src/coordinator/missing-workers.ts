// Tasks that nobody takes: a warning, and their end once the user does not want to wait any longer.
import type { Presence } from "../task/task-topics.ts";
import type { QueuePlace } from "../transport/queue-place.ts";
import type { RemoteTask } from "./remote-task.ts";

export interface MissingWorkers {
  /** Called every second or so. `workers`: those of the platform. */
  check(workers: readonly Presence[], tasks: () => readonly RemoteTask[]): void;
}

export function createMissingWorkers({
  now,
  place,
  platform,
  waitTimeout,
  warn,
}: {
  readonly now: () => number;
  readonly place: QueuePlace;
  readonly platform: string;
  /** Milliseconds; undefined: for ever. */
  readonly waitTimeout: number | undefined;
  readonly warn: (message: string) => void;
}): MissingWorkers {
  /** Since when there is no worker, while a task waits for one. */
  let aloneSince: number | undefined;
  const warnOf = ([paused]: readonly Presence[]) => {
    const what =
      paused === undefined ? "no worker" : `no worker that is not paused (${paused.name}: ${paused.paused})`;
    const limit = waitTimeout === undefined ? "" : `, for ${Math.round(waitTimeout / 1000)} s`;
    warn(`${what} for ${platform} takes tasks from ${place.shown}; waiting${limit}`);
  };
  return {
    check: (workers, tasks) => {
      const isAlone = workers.every(({ paused }) => paused !== undefined);
      const waiting = isAlone ? tasks().filter((task) => !task.isTaken()) : [];
      if (waiting.length === 0) {
        aloneSince = undefined;
        return;
      }
      if (aloneSince === undefined) warnOf(workers);
      aloneSince ??= now();
      const waited = now() - aloneSince;
      if (waitTimeout === undefined || waited < waitTimeout) return;
      const seconds = Math.round(waited / 1000);
      const failure = { code: "workers-missing", queue: place.shown, platform, waited: seconds } as const;
      for (const task of waiting) task.fail(failure);
    },
  };
}

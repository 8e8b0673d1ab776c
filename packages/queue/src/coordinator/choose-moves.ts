// The tasks that leave the queues of their home workers for the shared one. Pure.
import type { Presence } from "../task/task-topics.ts";

/** A worker that is alive and takes tasks. */
export interface WorkerLoad {
  readonly name: string;
  readonly slots: number;
  /** Tasks in progress. */
  readonly active: number;
}

export interface PlacedTask {
  readonly id: string;
  /** Name of the worker whose queue it is in; undefined: the shared one. */
  readonly home: string | undefined;
  /** A lower number is taken first. */
  readonly priority: number;
}

/**
 * `waiting`: tasks that no worker has begun. A task stays where it belongs as long as nobody could begin it earlier. If other
 * workers have free slots, those leave that would wait longest: the last ones of the workers with most tasks for each slot.
 * Resolves to their ids. Tasks whose home is not among the workers are moved anyway, by others.
 */
export function chooseMoves(
  waiting: readonly PlacedTask[],
  workers: readonly WorkerLoad[],
): readonly string[] {
  const byHome = Map.groupBy(waiting, ({ home }) => home);
  const queues = workers.map(({ active, name, slots }) => ({
    tasks: [...(byHome.get(name) ?? [])],
    slots,
    free: slots - active,
  }));
  const unused = queues.reduce((sum, { free, tasks }) => sum + Math.max(0, free - tasks.length), 0);
  let wanted = unused - (byHome.get(undefined)?.length ?? 0);
  if (wanted > 0) for (const { tasks } of queues) tasks.sort((one, other) => one.priority - other.priority);
  const moves: string[] = [];
  for (; wanted > 0; wanted -= 1) {
    const crowded = queues.filter(({ free, tasks }) => tasks.length > Math.max(0, free));
    if (crowded.length === 0) break;
    const [longest] = crowded.sort(
      (one, other) => other.tasks.length / other.slots - one.tasks.length / one.slots,
    );
    const task = longest?.tasks.pop();
    if (task !== undefined) moves.push(task.id);
  }
  return moves;
}

/** Of workers that take tasks. Processes of the same name are one. */
export function loadsOf(workers: readonly Presence[]): readonly WorkerLoad[] {
  const loads = new Map<string, WorkerLoad>();
  for (const { active, name, paused, slots } of workers) {
    if (paused !== undefined) continue;
    const known = loads.get(name);
    loads.set(name, { name, slots: (known?.slots ?? 0) + slots, active: (known?.active ?? 0) + active });
  }
  return [...loads.values()];
}

// Puts the events of a task in order: each once, and none before the one it follows. Missing ones come from the task's log.
import type { TargetEvent } from "../task/task-topics.ts";

export interface OrderedEvents {
  /** A worker has begun an attempt: what an earlier one did not end is over. */
  begin(attempt: number): void;
  add(attempt: number, from: number, events: readonly TargetEvent[]): void;
  /** Number of events of an attempt that came in order. */
  count(attempt: number): number;
  /** The whole log of an attempt: gives out what is missing. */
  complete(attempt: number, events: readonly TargetEvent[]): void;
}

export function createOrderedEvents(emit: (event: TargetEvent) => void): OrderedEvents {
  let current = 0;
  let next = 0;
  const early = new Map<number, readonly TargetEvent[]>();
  const begin = (attempt: number) => {
    if (attempt <= current) return;
    current = attempt;
    next = 0;
    early.clear();
  };
  const give = (from: number, events: readonly TargetEvent[]) => {
    for (const event of events.slice(Math.max(0, next - from))) emit(event);
    next = Math.max(next, from + events.length);
  };
  const add: OrderedEvents["add"] = (attempt, from, events) => {
    begin(attempt);
    if (attempt < current) return;
    if (from > next) {
      early.set(from, events);
      return;
    }
    give(from, events);
    for (const [start, held] of [...early].sort(([one], [other]) => one - other)) {
      if (start > next) break;
      early.delete(start);
      give(start, held);
    }
  };
  return {
    begin,
    add,
    count: (attempt) => (attempt === current ? next : 0),
    complete: (attempt, events) => {
      begin(attempt);
      if (attempt === current) give(0, events);
    },
  };
}

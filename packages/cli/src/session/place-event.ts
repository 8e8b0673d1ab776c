// Adds places in the config to the failures of events.
import type { Failure, SessionEvent } from "@sti/core";

export function placeEvent(
  event: SessionEvent,
  place: (failures: readonly Failure[]) => readonly Failure[],
): SessionEvent {
  if (event.type !== "target-finished" || event.failure === undefined) return event;
  const [failure, ...otherFailures] = place([event.failure, ...(event.otherFailures ?? [])]);
  return failure === undefined ? event : { ...event, failure, otherFailures };
}

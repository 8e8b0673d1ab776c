// Failures in events get the places of what they are about in the config.
import type { Failure, SessionEvent } from "@sti/core";

export function placeEvent(
  event: SessionEvent,
  place: (failures: readonly Failure[]) => readonly Failure[],
): SessionEvent {
  if (event.type !== "target-finished" || event.failure === undefined) return event;
  const [failure, ...otherFailures] = place([event.failure, ...(event.otherFailures ?? [])]);
  return failure === undefined ? event : { ...event, failure, otherFailures };
}

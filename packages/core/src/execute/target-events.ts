// Adds the common fields to a target's event.
import type { SessionEvent } from "./event.ts";
import type { Session } from "./session.ts";

type TargetEvent = Extract<SessionEvent, { readonly target: string }>;
type WithoutCommon<Event> = Event extends unknown ? Omit<Event, "at" | "target"> : never;

/** An event of a target without the common fields. */
export type TargetEventFields = WithoutCommon<TargetEvent>;

export function emitFor(
  session: Pick<Session, "clock" | "emit">,
  target: string,
  event: TargetEventFields,
): void {
  session.emit({ ...event, target, at: session.clock.now() } as TargetEvent);
}

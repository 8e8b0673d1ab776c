// The fields that all events of a container share.
import type { DevSubject } from "../definition/dev-settings.ts";
import type { DevClock } from "./dev-ports.ts";

export interface ContainerFields {
  readonly at: number;
  readonly target: string;
  readonly container: string;
}

/** `name`: the container's. */
export function containerFields(
  clock: Pick<DevClock, "now">,
  target: Pick<DevSubject, "name">,
  name: string,
): ContainerFields {
  return { at: clock.now(), target: target.name, container: name };
}

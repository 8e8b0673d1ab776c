// Interface of every renderer: events go in, lines come out. A renderer never drives work and never changes an event.
import type { SessionEvent } from "@sti/core";
import type { Ending } from "../process/ending.ts";

export interface Renderer {
  /** Starts whatever runs between events, e.g. a frame timer. The first event does it too. */
  open(): void;
  render(event: SessionEvent): void;
  /** Writes the rest and restores the terminal. May be called more than once. */
  close(): void;
}

/** The part of a process's end that a screen shows, and that it is shown there. */
export type ShownEnding = Pick<Ending, "describeWait" | "isShown">;

/** The part of a stream that renderers use; process.stdout and process.stderr fulfil it. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  /** True while earlier output waits to be taken. */
  readonly writableNeedDrain?: boolean;
}

// The part of a watch's view about its containers: one row for each app and service that runs, or is to run.
import type { SessionEvent } from "../execute/event.ts";
import type { ContainerStarted } from "../execute/watch-event.ts";

/** Live: later events replace it. */
export interface ContainerView {
  /** waiting: nothing is started yet. down: none runs. */
  readonly state: "waiting" | "starting" | "up" | "down";
  /** Milliseconds since 1970 since when the state lasts. */
  readonly since: number;
  /** Name of the container in use; undefined before the first. */
  readonly container: string | undefined;
  readonly ports: ContainerStarted["ports"];
  /** Down for no failure: a job that ended without an error, or stopped by a user. */
  readonly isMeant: boolean;
  /** Reason of waiting, or of the last failure; undefined without one, and after a stop by a user. */
  readonly reason: string | undefined;
  /** Time of the next start, milliseconds since 1970; undefined where none is planned. */
  readonly restartAt: number | undefined;
  /** Number of starts after crashes. */
  readonly restarts: number;
  /** Last answer of the container in use to its probe; undefined where it has none, or before the first. */
  readonly probe: ProbeAnswer | undefined;
}

export interface ProbeAnswer {
  /** "GET /health on port 8080" */
  readonly question: string;
  /** "status 503"; undefined: it is up. */
  readonly problem: string | undefined;
  /** Milliseconds since 1970, of the first such answer. */
  readonly at: number;
}

const NONE: Omit<ContainerView, "state" | "since"> = {
  container: undefined,
  ports: [],
  isMeant: false,
  reason: undefined,
  restartAt: undefined,
  restarts: 0,
  probe: undefined,
};

/** By a user. */
const STOPPED = {
  state: "down",
  container: undefined,
  ports: [],
  isMeant: true,
  reason: undefined,
  restartAt: undefined,
} as const;

/** The row after the event; undefined: there is none any more. Events of other kinds change nothing. */
export function nextContainer(
  now: ContainerView | undefined,
  event: SessionEvent,
): ContainerView | undefined {
  const row = now ?? { ...NONE, state: "waiting" as const, since: event.at };
  switch (event.type) {
    case "container-waiting":
      // The one of before goes on meanwhile.
      if (row.state === "up") return row;
      return { ...row, state: "waiting", since: event.at, reason: event.reason, isMeant: false };
    case "container-started": {
      const restarts = row.restarts + (row.restartAt === undefined ? 0 : 1);
      if (row.state === "up") return row;
      return {
        ...row,
        ...started(event),
        state: "starting",
        since: event.at,
        restarts,
      };
    }
    case "container-probed": {
      if (event.container !== row.container) return now;
      const { at, problem, question } = event;
      return { ...row, probe: { at, problem, question } };
    }
    case "container-up": {
      const { at, container, question } = event;
      const probe = question === undefined ? undefined : { at, problem: undefined, question };
      return { ...row, container, state: "up", since: at, reason: undefined, probe };
    }
    case "container-failed":
      if (event.remaining !== undefined) return { ...row, reason: event.reason };
      return {
        ...row,
        state: "down",
        since: event.at,
        reason: event.reason,
        isMeant: event.exitCode === 0 && event.restartIn === undefined,
        restartAt: event.restartIn === undefined ? undefined : event.at + event.restartIn,
      };
    case "container-stopped":
      if (event.container !== row.container && !(event.isHalted === true && hasNone(row))) return now;
      return event.isHalted === true ? { ...row, ...STOPPED, since: event.at } : undefined;
    default:
      return now;
  }
}

/** One that crashed, or waits for another, may be stopped as well. */
function hasNone({ state }: ContainerView): boolean {
  return state === "waiting" || state === "down";
}

function started({ container, ports }: ContainerStarted) {
  return { container, ports, isMeant: false, reason: undefined, restartAt: undefined, probe: undefined };
}

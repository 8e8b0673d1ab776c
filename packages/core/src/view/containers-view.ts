// The part of a watch's view about its containers: one row for each app and service that runs, or is to run.
import type { SessionEvent, StepStarted, TargetFinished, TargetStarted } from "../execute/event.ts";
import type { ContainerStarted } from "../execute/watch-event.ts";

/** Live: later events replace it. */
export interface ContainerView {
  /**
   * no-image, building, build-failed: the first image is not there yet. waiting: nothing is started yet. down: none runs.
   */
  readonly state: "no-image" | "building" | "build-failed" | "waiting" | "starting" | "up" | "down";
  /** Milliseconds since 1970 since when the state lasts. */
  readonly since: number;
  /** Name of the container in use; undefined before the first. */
  readonly container: string | undefined;
  readonly ports: ContainerStarted["ports"];
  /** Down for no failure: a job that ended without an error, or stopped by a user or at the end. */
  readonly isMeant: boolean;
  /** Reason of waiting, of the build, or of the last failure; undefined without one, and after a stop. */
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

/** By a user, or at the end of the watch. */
const STOPPED = {
  state: "down",
  container: undefined,
  ports: [],
  isMeant: true,
  reason: undefined,
  restartAt: undefined,
  probe: undefined,
} as const;

const WAITS = { state: "waiting", isMeant: false } as const;

/** The row of one that is to run. */
export function newContainer(at: number): ContainerView {
  return { ...NONE, state: "no-image", since: at };
}

/** Whether its first image is not there yet: there is nothing to start or stop. */
export function isWithoutImage({ state }: Pick<ContainerView, "state">): boolean {
  return state === "no-image" || state === "building" || state === "build-failed";
}

/** The row after an event of the target that builds its image. Once there is one, its container decides. */
export function nextWithoutImage(
  row: ContainerView,
  event: StepStarted | TargetStarted | TargetFinished,
): ContainerView {
  if (!isWithoutImage(row)) return row;
  const { at } = event;
  switch (event.type) {
    // A pull may come before the build.
    case "step-started":
      return row.state === "building" ? row : { ...row, state: "building", since: at, reason: undefined };
    case "target-started":
      return {
        ...row,
        state: "building",
        since: row.state === "building" ? row.since : at,
        reason: event.reason === "" ? undefined : event.reason,
      };
    case "target-finished":
      return { ...row, since: at, ...endOf(event) };
    default:
      return event satisfies never;
  }
}

/** The row after the start of a build that its target's build waits for. */
export function nextBehind(row: ContainerView, { at, target }: TargetStarted): ContainerView {
  return row.state === "no-image" ? { ...row, since: at, reason: `waits for ${target}` } : row;
}

function endOf({ errorLine, outcome, reason }: TargetFinished): Pick<ContainerView, "state" | "reason"> {
  switch (outcome) {
    case "failed":
      return { state: "build-failed", reason: (errorLine ?? reason).trim().split("\n", 1)[0] };
    case "skipped":
      return { state: "no-image", reason };
    // It begins again, or is no longer needed.
    case "cancelled":
      return { state: "no-image", reason: undefined };
    case "built":
    case "restored":
    case "up-to-date":
      return { state: "waiting", reason: undefined };
    default:
      return outcome satisfies never;
  }
}

/** The row after the event; undefined: there is none any more. Events of other kinds change nothing. */
export function nextContainer(
  now: ContainerView | undefined,
  event: SessionEvent,
  { isWanted = false }: { /** Its row stays. */ readonly isWanted?: boolean } = {},
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
      if (event.isHalted === true) return { ...row, ...STOPPED, since: event.at };
      if (!isWanted) return undefined;
      // A start that is given up is followed by another.
      return { ...row, ...STOPPED, ...(row.state === "starting" ? WAITS : {}), since: event.at };
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

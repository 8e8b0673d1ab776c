// The part of a session view that only a watch has: changes, lasting failures, and the state of config and engine.
import type { SessionEvent, TargetFinished } from "../execute/event.ts";
import type { CommandStarted, FilesChanged, WatchIdle } from "../execute/watch-event.ts";
import type { Failure } from "../failure/failure.ts";
import type { ContainerView } from "./containers-view.ts";
import { foldContainers } from "./fold-containers.ts";

/** Live: later events change it. */
export interface WatchView {
  /** The last change of each target that is inspected because of it. */
  readonly changes: ReadonlyMap<string, FilesChanged>;
  /** Targets that failed and were not brought up to date since. */
  readonly failing: ReadonlyMap<string, TargetFinished>;
  /** Targets that were brought up to date at least once. */
  readonly made: ReadonlySet<string>;
  /** Reasons why the config cannot be used; empty if it can. */
  readonly configFailures: readonly Failure[];
  /** Milliseconds since 1970; undefined while the engine answers. */
  readonly engineLostAt: number | undefined;
  /** Nothing runs or waits since then. */
  readonly idle: WatchIdle | undefined;
  /** Start of the session, or of the first work after the last idle time; milliseconds since 1970. */
  readonly roundStartedAt: number | undefined;
  /** The last builds of all targets, oldest first: built, restored and failed. */
  readonly builds: readonly TargetFinished[];
  /** By app or service, all that are to run; empty where none is run. */
  readonly containers: ReadonlyMap<string, ContainerView>;
  /** Names of apps and services by the target that builds their image. */
  readonly containersBuiltBy: ReadonlyMap<string, readonly string[]>;
  /** The command of --exec, while it runs. */
  readonly command: CommandStarted | undefined;
}

export interface WatchFold {
  readonly view: WatchView;
  apply(event: SessionEvent): void;
}

/** Builds that are remembered. */
const MOST_BUILDS = 50;

export function foldWatch(): WatchFold {
  const changes = new Map<string, FilesChanged>();
  const failing = new Map<string, TargetFinished>();
  const made = new Set<string>();
  const containers = foldContainers();
  let configFailures: readonly Failure[] = [];
  let engineLostAt: number | undefined;
  let idle: WatchIdle | undefined;
  let command: CommandStarted | undefined;
  let roundStartedAt: number | undefined;
  const builds: TargetFinished[] = [];

  const beginRound = (at: number) => {
    if (idle !== undefined) roundStartedAt = at;
    idle = undefined;
  };
  const finishTarget = (event: TargetFinished) => {
    changes.delete(event.target);
    if (["built", "restored", "failed"].includes(event.outcome)) builds.push(event);
    if (builds.length > MOST_BUILDS) builds.shift();
    if (event.outcome === "failed") failing.set(event.target, event);
    if (event.outcome === "built" || event.outcome === "up-to-date") {
      failing.delete(event.target);
      made.add(event.target);
    }
  };
  return {
    view: {
      changes,
      failing,
      made,
      containers: containers.rows,
      containersBuiltBy: containers.builtBy,
      builds,
      get roundStartedAt() {
        return roundStartedAt;
      },
      get configFailures() {
        return configFailures;
      },
      get engineLostAt() {
        return engineLostAt;
      },
      get idle() {
        return idle;
      },
      get command() {
        return command;
      },
    },
    apply(event) {
      containers.apply(event);
      switch (event.type) {
        case "session-started":
          roundStartedAt = event.at;
          return;
        case "files-changed":
          beginRound(event.at);
          for (const target of event.targets) changes.set(target, event);
          return;
        case "target-started":
          beginRound(event.at);
          return;
        case "target-finished":
          finishTarget(event);
          return;
        case "watch-settled":
          idle = event;
          changes.clear();
          return;
        case "config-reloaded":
          configFailures = [];
          for (const name of event.removed) {
            changes.delete(name);
            failing.delete(name);
            made.delete(name);
          }
          return;
        case "config-broken":
          configFailures = event.failures;
          return;
        case "engine-lost":
          engineLostAt = event.at;
          return;
        case "engine-back":
          engineLostAt = undefined;
          return;
        case "command-started":
          command = event;
          return;
        case "command-finished":
          command = undefined;
          return;
        default:
          return;
      }
    },
  };
}

// The rows of all apps and services of a watch: those that are to run have one from the start, before there is an image.
import type { SessionEvent } from "../execute/event.ts";
import type { SessionContainer, SessionTarget } from "../execute/event-fields.ts";
import {
  type ContainerView,
  newContainer,
  nextBehind,
  nextContainer,
  nextWithoutImage,
} from "./containers-view.ts";

export interface ContainersFold {
  /** Live: later events change it. */
  readonly rows: ReadonlyMap<string, ContainerView>;
  /** Live. Names of rows by the target that builds their image. */
  readonly builtBy: ReadonlyMap<string, readonly string[]>;
  apply(event: SessionEvent): void;
}

export function foldContainers(): ContainersFold {
  const rows = new Map<string, ContainerView>();
  const builtBy = new Map<string, string[]>();
  /** Names of those that are to run. */
  const wanted = new Set<string>();
  /** By target, all that it depends on, directly or not. */
  let dependencies: ReadonlyMap<string, ReadonlySet<string>> = new Map();

  const define = (containers: readonly SessionContainer[], at: number) => {
    const before = new Map(rows);
    for (const names of [rows, builtBy, wanted]) names.clear();
    for (const { builtBy: target, name } of containers) {
      wanted.add(name);
      rows.set(name, before.get(name) ?? newContainer(at));
      if (target !== undefined) builtBy.set(target, [...(builtBy.get(target) ?? []), name]);
    }
    for (const [name, row] of before) {
      // It is stopped, and goes then.
      if (!wanted.has(name) && (row.state === "up" || row.state === "starting")) rows.set(name, row);
    }
  };
  /** The rows of a target. */
  const change = (target: string, next: (row: ContainerView) => ContainerView) => {
    for (const name of builtBy.get(target) ?? []) {
      const row = rows.get(name);
      if (row !== undefined) rows.set(name, next(row));
    }
  };
  return {
    rows,
    builtBy,
    apply(event) {
      switch (event.type) {
        case "session-started":
        case "config-reloaded":
          dependencies = allDependencies(event.targets);
          if (event.containers !== undefined) define(event.containers, event.at);
          return;
        case "target-started":
          for (const target of builtBy.keys()) {
            if (dependencies.get(target)?.has(event.target) === true)
              change(target, (row) => nextBehind(row, event));
          }
          change(event.target, (row) => nextWithoutImage(row, event));
          return;
        case "step-started":
        case "target-finished":
          change(event.target, (row) => nextWithoutImage(row, event));
          return;
        case "container-waiting":
        case "container-started":
        case "container-probed":
        case "container-up":
        case "container-failed":
        case "container-stopped": {
          const isWanted = wanted.has(event.target);
          const next = nextContainer(rows.get(event.target), event, { isWanted });
          if (next === undefined) rows.delete(event.target);
          else rows.set(event.target, next);
          return;
        }
        default:
          return;
      }
    },
  };
}

/** `targets`: dependencies first. */
function allDependencies(targets: readonly SessionTarget[]): ReadonlyMap<string, ReadonlySet<string>> {
  const all = new Map<string, ReadonlySet<string>>();
  for (const { dependsOn, name } of targets) {
    all.set(name, new Set(dependsOn.flatMap((other) => [other, ...(all.get(other) ?? [])])));
  }
  return all;
}

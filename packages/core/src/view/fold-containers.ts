// The rows of all apps and services of a watch: those that are to run have one from the start, before there is an image.
import type { SessionEvent } from "../execute/event.ts";
import type { SessionContainer } from "../execute/event-fields.ts";
import { type ContainerView, newContainer, nextContainer, nextWithoutImage } from "./containers-view.ts";

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
  return {
    rows,
    builtBy,
    apply(event) {
      switch (event.type) {
        case "session-started":
        case "config-reloaded":
          if (event.containers !== undefined) define(event.containers, event.at);
          return;
        case "step-started":
        case "target-started":
        case "target-finished":
          for (const name of builtBy.get(event.target) ?? []) {
            const row = rows.get(name);
            if (row !== undefined) rows.set(name, nextWithoutImage(row, event));
          }
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

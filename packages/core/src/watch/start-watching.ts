// Starts a watch, and takes the changes and requests from outside.
import { emitSessionStarted } from "../execute/session-events.ts";
import { createChangeBuffer } from "./change-buffer.ts";
import { listContainers } from "./list-containers.ts";
import { WatchRun } from "./run-watch.ts";
import { createWaitingCount } from "./waiting-changes.ts";
import type { Watching, WatchOptions } from "./watch-session.ts";

/** Starts at once with bringing everything up to date. */
export function startWatching(options: WatchOptions): Watching {
  const { signal } = options;
  const run = new WatchRun(options);
  const { loop } = run;
  const stop = () => loop.send({ kind: "stop" });
  const buffer = createChangeBuffer(options.clock, (changes) =>
    loop.send({ kind: "sources-changed", changes }),
  );
  loop.signal.addEventListener("abort", buffer.close, { once: true });
  emitSessionStarted({ ...options, ...options.project, containers: listContainers(options.project) });
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  loop.send({ kind: "woke" });
  return {
    change(change) {
      if (change.kind === "sources") {
        buffer.add(change.changes);
        return;
      }
      buffer.flush();
      loop.send({ kind: change.kind === "config" ? "config-changed" : "everything-changed" });
    },
    rebuild: ({ clean, targets }) => loop.send({ kind: "rebuild-asked", targets, clean }),
    pause: (isPaused) => loop.send({ kind: "paused", isPaused }),
    waiting: createWaitingCount(() => loop.state),
    stop: () => {
      stop();
      return run.finished;
    },
    finished: run.finished,
  };
}

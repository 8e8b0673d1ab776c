// Watches a project until it is stopped: the session, its display, and the reaction to each change.
import {
  type DevContainers,
  type Engine,
  type Facts,
  formatSessionId,
  type Ledger,
  type OnBusy,
  type SessionEvent,
  type SessionFinished,
  type StoreUse,
  type Watching,
  type WatchProject,
} from "@sti/core";
import { startWatching } from "@sti/core/watch";
import { createRecords } from "@sti/source";
import { listClaimedPorts } from "../dev/list-run-apps.ts";
import { createTrafficLog } from "../dev/port-traffic.ts";
import { connectEngine } from "../engine/connect-engine.ts";
import { createSessionSources } from "../engine/session-sources.ts";
import type { StartedPage } from "../live/start-page.ts";
import type { CommandContext } from "../process/command-context.ts";
import { createGarbageCollector } from "../process/limit-heap-growth.ts";
import { currentOwner } from "../process/session-owner.ts";
import { version } from "../process/version.ts";
import { watchClock } from "../process/watch-clock.ts";
import type { ProjectGraph } from "../project/assemble-graph.ts";
import { planFlags } from "../project/plan-flags.ts";
import { sourceCaches } from "../project/source-caches.ts";
import type { Reporter } from "../render/reporters.ts";
import type { KeyCommand } from "../render/watch/watch-ui.ts";
import type { PageCommand } from "../report/page/page-state.ts";
import { resolveConcurrency } from "../session/concurrency.ts";
import { describeSession } from "../session/describe-session.ts";
import { placeEvent } from "../session/place-event.ts";
import { controlContainer } from "./control-container.ts";
import type { DiskListener } from "./disk-inbox.ts";
import { createOnChangeCommand } from "./on-change-command.ts";
import { openAddress } from "./open-address.ts";
import { reconnectEngine } from "./reconnect-engine.ts";
import type { ProjectReloader } from "./reload-project.ts";
import { createWatchDisplay, type WatchDisplay } from "./watch-display.ts";
import type { WatchReader } from "./watch-reader.ts";

export interface WatchProjectOptions {
  readonly graph: ProjectGraph;
  readonly project: WatchProject;
  readonly reloader: ProjectReloader;
  readonly reader: WatchReader;
  readonly engine: Engine;
  readonly facts: Facts;
  readonly ledger: Ledger;
  /** The shared store; undefined where the config has none. */
  readonly store: StoreUse | undefined;
  /** The endpoint that was asked for, to find the engine again. */
  readonly endpoint: string | undefined;
  readonly reporters: readonly Reporter[];
  readonly verbose: boolean;
  readonly concurrency: number | string | undefined;
  readonly onBusy: OnBusy;
  /** Milliseconds. */
  readonly debounce: number | undefined;
  /** For the shell, after each change. */
  readonly exec: string | undefined;
  /** Whether containers of the selected apps are run. */
  readonly run: boolean;
  /** Endpoint of the engine. */
  readonly host: string;
  /** The live page; undefined without one. */
  readonly page: StartedPage | undefined;
  readonly context: CommandContext;
  /** Hands over whom the disk's changes and warnings go to from now on. */
  readonly listen: (listener: DiskListener) => void;
}

export interface WatchEnd {
  readonly end: SessionFinished;
  /** Of files that could not be written. */
  readonly problems: ReturnType<ReturnType<typeof createWatchDisplay>["problems"]>;
}

/** Users edit few apps at a time. */
const START_AHEAD = 2;

/** Resolves when it has stopped and everything is cleaned up. */
export async function watchProject(options: WatchProjectOptions): Promise<WatchEnd> {
  const { context, facts, graph, page, reloader } = options;
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const quit = (why: string) => {
    context.ending.begin();
    stop.abort(new Error(why));
  };
  let watching: Watching | undefined;
  let isPaused = false;
  let containers: DevContainers | undefined;
  const warn = (message: string) => display.render({ type: "session-warning", at: Date.now(), message });
  const act = (command: PageCommand | Extract<KeyCommand, { kind: "container" }>) => {
    if (command.kind === "rebuild") watching?.rebuild(command);
    else if (containers !== undefined) {
      void controlContainer(command, { containers, session: display.session, warn });
    }
  };
  const about = page && (await describeSession({ ...graph, engine: facts.engine, signal }));
  const records = createRecords(graph.folders.memory);
  const traffic = createTrafficLog(Date.now);
  const display: WatchDisplay = createWatchDisplay({
    trafficOf: traffic.of,
    waiting: () => watching?.waiting(),
    reporters: options.reporters,
    verbose: options.verbose,
    context,
    logs: graph.folders.logs,
    observe: about && page?.observe({ about, kind: "watch", records }, act),
    onCommand: (command) => {
      if (command.kind === "quit") quit("stopped by a key");
      else if (command.kind === "pause") {
        isPaused = command.isPaused;
        watching?.pause(isPaused);
      } else if (command.kind === "page") void openPage(page, warn);
      else act(command);
    },
  });
  const stopAtClosedPipe = () => quit("output closed by its reader");
  context.stdout.on("error", stopAtClosedPipe);
  try {
    const emit = (event: SessionEvent) => {
      // It is the last one, and the command may still print something.
      if (event.type !== "session-finished") display.render(placeEvent(event, reloader.place));
    };
    const command =
      options.exec === undefined
        ? undefined
        : createOnChangeCommand({
            command: options.exec,
            onBusy: options.onBusy,
            cwd: graph.directory,
            env: context.env,
            emit,
            clock: watchClock,
          });
    signal.addEventListener("abort", () => void command?.close());
    const collectGarbage = createGarbageCollector();
    const id = formatSessionId(currentOwner());
    let { engine, ledger } = options;
    let { project } = options;
    containers = options.run
      ? (await import("../dev/run-containers.ts")).runContainers({
          session: id,
          traffic,
          directory: graph.directory,
          host: options.host,
          engine: () => engine,
          secrets: () => project.secrets,
          claimed: () => listClaimedPorts(project),
          env: context.env,
          emit,
          warn: (message) => emit({ type: "session-warning", at: Date.now(), message }),
        })
      : undefined;
    watching = startWatching({
      id,
      project: options.project,
      engine,
      leftovers: context.ending.leftovers,
      containers,
      facts,
      flags: planFlags({}, context.env),
      sources: createSessionSources(context.env),
      reader: options.reader,
      ledger: () => ledger,
      records,
      toolVersion: version,
      sourceCaches: sourceCaches(graph, context.env),
      concurrency: resolveConcurrency(
        options.concurrency ?? graph.config.concurrency,
        facts.engine?.cpus ?? 1,
      ),
      onBusy: options.onBusy,
      startAhead: START_AHEAD,
      store: options.store,
      quietPeriod: options.debounce,
      clock: watchClock,
      emit,
      signal,
      reload: async () => {
        const reloaded = await reloader.reload();
        if (reloaded.ok) project = reloaded.value;
        return reloaded;
      },
      reconnect: async (waiting) => {
        const warn = (message: string) => emit({ type: "session-warning", at: Date.now(), message });
        const connect = (asking: AbortSignal) =>
          connectEngine({ engine: options.endpoint, context, signal: asking, notify: false, warn });
        ({ engine, ledger } = await reconnectEngine(waiting, { connect }));
        return engine;
      },
      onIdle: async (idle) => {
        await command?.follow(idle);
        collectGarbage();
      },
    });
    if (isPaused) watching.pause(true);
    const { change } = watching;
    options.listen({
      change,
      warn,
    });
    const end = await watching.finished;
    await command?.close();
    display.render(end);
    display.close();
    return { end, problems: display.problems() };
  } finally {
    context.stdout.off("error", stopAtClosedPipe);
    display.close();
  }
}

async function openPage(page: StartedPage | undefined, warn: (message: string) => void): Promise<void> {
  if (page === undefined) warn("there is no page; start the watch with --ui");
  else if (!(await openAddress(page.openingAddress()))) {
    warn("no browser could be opened; the address of the page was printed at the start");
  }
}

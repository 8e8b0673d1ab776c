// The renderer of a watch on a terminal: draws frames, follows the terminal's size, and lets keys open and close parts
// of the screen. Commands of other keys go to the caller.
import { describeCause, isWithoutImage, type SessionView } from "@sti/core";
import { formatTime } from "../format-moment.ts";
import type { Line } from "../line.ts";
import { openablePort } from "../name-address.ts";
import type { LogOf } from "../print-failure.ts";
import type { Output, Renderer, ShownEnding } from "../renderer.ts";
import { createTerminalFrame } from "../terminal-frame.ts";
import { createTerminalStatus } from "../terminal-status.ts";
import { drawWatch, type WatchView } from "./draw-watch.ts";
import { describePaths } from "./watch-line.ts";
import { queueNews } from "./watch-news.ts";
import {
  type Choices,
  type Key,
  type KeyCommand,
  pressKey,
  type Shown,
  STATUS,
  type WatchUi,
} from "./watch-ui.ts";

export interface WatchRendererOptions {
  readonly session: SessionView;
  readonly stdout: Output;
  readonly colour: boolean;
  /** Steps and output of builds scroll up, too. */
  readonly verbose?: boolean | undefined;
  readonly cwd: string;
  readonly logOf?: LogOf | undefined;
  readonly links?: boolean | undefined;
  /** Milliseconds since 1970, by the session's clock. */
  readonly now: () => number;
  readonly ending?: ShownEnding | undefined;
  readonly trafficOf?: WatchView["trafficOf"];
  /** The changes that wait to be read; left out: they are not counted. */
  readonly waiting?: (() => WatchView["waiting"]) | undefined;
  readonly hasProgress?: boolean | undefined;
}

export interface WatchRenderer extends Renderer {
  /** Command of the key, besides changes of the screen. */
  press(key: Key): KeyCommand | undefined;
  /** Whether `p` was pressed and nothing is to begin. */
  readonly isPaused: boolean;
  /** Whether keys are read: without them, none are offered. */
  setKeys(hasKeys: boolean): void;
  /** Leaves the terminal to others, e.g. while the process is stopped. */
  pause(): void;
  /** Draws again, below whatever is there now. */
  resume(): void;
}

const framesPerSecond = 12;

export function createWatchRenderer(options: WatchRendererOptions): WatchRenderer {
  const { ending, session, stdout } = options;
  const news = queueNews(options.verbose === true ? { verbose: session } : {});
  let frame = createTerminalFrame(stdout);
  const status = createTerminalStatus(stdout, {
    cwd: options.cwd,
    hasProgress: options.hasProgress === true,
  });
  let ui: WatchUi = STATUS;
  let shown: Shown = { kind: "all" };
  let hasKeys = false;
  let isStopping = false;
  let isPaused = false;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const draw = () => {
    const { colour, cwd, links, logOf, now, trafficOf } = options;
    const drawn = drawWatch(session, news.take(), {
      // Terminals of unknown size report 0.
      columns: stdout.columns || 80,
      rows: stdout.rows || 24,
      now: now(),
      colour,
      cwd,
      links,
      logOf,
      trafficOf,
      ui,
      hasKeys,
      isStopping,
      isPaused,
      waiting: isPaused ? options.waiting?.() : undefined,
      output: options.verbose === true ? "printed" : undefined,
      wait: ending?.describeWait(),
      choices: choicesIn(session),
      shown,
      pane: paneOf(ui, session),
    });
    frame.draw(drawn);
    if (session.started !== undefined && session.end === undefined) status.show(session);
  };
  const start = () => {
    if (timer !== undefined || closed) return;
    // A terminal that takes nothing (Ctrl-S, a slow link) must not make frames pile up in memory.
    timer = setInterval(() => stdout.writableNeedDrain === true || draw(), 1000 / framesPerSecond);
    timer.unref();
    if (ending !== undefined) ending.isShown = true;
  };
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
    if (ending !== undefined) ending.isShown = false;
  };
  const close = () => {
    if (closed) return;
    closed = true;
    process.off("exit", close);
    stop();
    draw();
    frame.restore();
    status.restore();
  };
  process.on("exit", close);
  return {
    open: start,
    render(event) {
      if (closed) return;
      news.add(event);
      start();
      if (event.type === "session-finished") close();
    },
    press(key) {
      const pressed = pressKey(ui, key, choicesIn(session));
      ui = pressed.ui;
      const { command } = pressed;
      if (command?.kind === "show") {
        // Lines that came before are still those of the earlier choice.
        draw();
        ({ shown } = command);
      }
      if (command?.kind === "pause") isPaused = !isPaused;
      if (command?.kind === "quit" || command?.kind === "interrupt") isStopping = true;
      if (!closed) draw();
      return command;
    },
    get isPaused() {
      return isPaused;
    },
    setKeys(has) {
      hasKeys = has;
    },
    pause() {
      if (closed) return;
      stop();
      frame.draw({ scroll: [], live: [] });
      frame.restore();
      status.restore();
    },
    resume() {
      if (closed) return;
      // The earlier frame has scrolled up by now.
      frame = createTerminalFrame(stdout);
      start();
    },
    close,
  };
}

function choicesIn(session: SessionView): Choices {
  const { containers } = session.watch;
  return {
    targets: likelyFirst(session),
    // There is nothing to stop or start before the first image.
    containers: [...containers].flatMap(([name, row]) => (isWithoutImage(row) ? [] : name)),
    openable: [...containers].flatMap(([name, row]) => (openablePort(row) === undefined ? [] : name)),
  };
}

/** Failed ones, then those at work, then those that were built last. */
function likelyFirst({ running, targets, watch }: SessionView): readonly string[] {
  const rank = (name: string) => (watch.failing.has(name) ? 0 : running.has(name) ? 1 : 2);
  const time = (name: string) => targets.get(name)?.build?.at ?? 0;
  return [...targets.keys()].sort((a, b) => rank(a) - rank(b) || time(b) - time(a) || (a < b ? -1 : 1));
}

function paneOf(ui: WatchUi, { targets, watch }: SessionView): readonly Line[] {
  if (ui.kind !== "pane") return [];
  const target = targets.get(ui.target);
  if (ui.content === "logs") {
    const { left, lines } = target?.output ?? { left: 0, lines: [] };
    if (lines.length === 0) return [[{ text: "  it printed nothing in this watch", style: "dim" }]];
    const note: readonly Line[] =
      left === 0 ? [] : [[{ text: `  (${left} earlier lines left out)`, style: "dim" }]];
    return [...note, ...lines.map((text): Line => ["  ", text])];
  }
  const change = watch.changes.get(ui.target);
  const now: readonly Line[] = change === undefined ? [] : [[`  now: ${describePaths(change)}`]];
  const build = target?.build;
  if (build === undefined) {
    return [
      ...now,
      [{ text: "  it was up to date when the watch began, and was not built since", style: "dim" }],
    ];
  }
  return [
    ...now,
    [{ text: `  built at ${formatTime(build.at)}, because`, style: "dim" }],
    ...build.causes.map((cause): Line => [`    ${describeCause(cause, true)}`]),
  ];
}

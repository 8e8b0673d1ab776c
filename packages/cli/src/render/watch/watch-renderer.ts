// The renderer of a watch on a terminal: draws frames, follows the terminal's size, and lets keys open and close parts
// of the screen. Commands of other keys go to the caller.
import { describeCause, type SessionEvent } from "@sti/core";
import { formatTime } from "../format-moment.ts";
import type { Line } from "../line.ts";
import { TailCollector } from "../output-tail.ts";
import type { LogOf } from "../print-failure.ts";
import type { Output, Renderer, ShownEnding } from "../renderer.ts";
import { createTerminalFrame } from "../terminal-frame.ts";
import { drawWatch } from "./draw-watch.ts";
import { advanceWatchScreen, emptyWatch, type WatchScreen, withoutWatchNews } from "./watch-screen.ts";
import { type Key, type KeyCommand, pressKey, STATUS, type WatchUi } from "./watch-ui.ts";

export interface WatchRendererOptions {
  readonly stdout: Output;
  readonly colour: boolean;
  readonly cwd: string;
  readonly logOf?: LogOf | undefined;
  readonly links?: boolean | undefined;
  /** Milliseconds since 1970, by the session's clock. */
  readonly now: () => number;
  readonly ending?: ShownEnding | undefined;
}

export interface WatchRenderer extends Renderer {
  /** Command of the key, besides changes of the screen. */
  press(key: Key): KeyCommand | undefined;
  /** Whether keys are read: without them, none are offered. */
  setKeys(hasKeys: boolean): void;
  /** Leaves the terminal to others, e.g. while the process is stopped. */
  pause(): void;
  /** Draws again, below whatever is there now. */
  resume(): void;
}

const framesPerSecond = 12;

export function createWatchRenderer(options: WatchRendererOptions): WatchRenderer {
  const { ending, stdout } = options;
  const tails = new Map<string, TailCollector>();
  let frame = createTerminalFrame(stdout);
  let screen = emptyWatch;
  let ui: WatchUi = STATUS;
  let hasKeys = false;
  let isStopping = false;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const draw = () => {
    const { colour, cwd, links, logOf, now } = options;
    const drawn = drawWatch(screen, {
      // Terminals of unknown size report 0.
      columns: stdout.columns || 80,
      rows: stdout.rows || 24,
      now: now(),
      colour,
      cwd,
      links,
      logOf,
      ui,
      hasKeys,
      isStopping,
      wait: ending?.describeWait(),
      choices: likelyFirst(screen),
      pane: paneOf(ui, screen, tails),
    });
    frame.draw(drawn);
    screen = withoutWatchNews(screen);
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
  };
  process.on("exit", close);
  return {
    open: start,
    render(event) {
      if (closed) return;
      screen = advanceWatchScreen(screen, event);
      keepOutput(tails, event);
      start();
      if (event.type === "session-finished") close();
    },
    press(key) {
      const pressed = pressKey(ui, key, likelyFirst(screen));
      ui = pressed.ui;
      const { command } = pressed;
      if (command?.kind === "quit" || command?.kind === "interrupt") isStopping = true;
      if (!closed) draw();
      return command;
    },
    setKeys(has) {
      hasKeys = has;
    },
    pause() {
      if (closed) return;
      stop();
      frame.draw({ scroll: [], live: [] });
      frame.restore();
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

/** Failed ones, then those at work, then those that were built last. */
function likelyFirst({ failed, lastBuilds, names, session }: WatchScreen): readonly string[] {
  const rank = (name: string) => (failed.has(name) ? 0 : session.running.has(name) ? 1 : 2);
  const time = (name: string) => lastBuilds.get(name)?.at ?? 0;
  return [...names].sort((a, b) => rank(a) - rank(b) || time(b) - time(a) || (a < b ? -1 : 1));
}

/** Of the last build of each target. */
function keepOutput(tails: Map<string, TailCollector>, event: SessionEvent): void {
  if (event.type === "target-started") tails.set(event.target, new TailCollector());
  if (event.type === "config-reloaded") for (const name of event.removed) tails.delete(name);
  if (event.type !== "target-output") return;
  const tail = tails.get(event.target) ?? new TailCollector();
  tail.add(event.text);
  tails.set(event.target, tail);
}

function paneOf(
  ui: WatchUi,
  { changes, lastBuilds }: WatchScreen,
  tails: ReadonlyMap<string, TailCollector>,
): readonly Line[] {
  if (ui.kind !== "pane") return [];
  if (ui.content === "logs") {
    const { left, lines } = tails.get(ui.target)?.take() ?? { left: 0, lines: [] };
    if (lines.length === 0) return [[{ text: "  it printed nothing in this watch", style: "dim" }]];
    const note: readonly Line[] =
      left === 0 ? [] : [[{ text: `  (${left} earlier lines left out)`, style: "dim" }]];
    return [...note, ...lines.map((text): Line => ["  ", text])];
  }
  const change = changes.get(ui.target);
  const now: readonly Line[] = change === undefined ? [] : [[`  now: ${change}`]];
  const build = lastBuilds.get(ui.target);
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

// The renderer for a terminal: finished targets scroll up as one line each, running ones are redrawn below them.
import type { SessionView } from "@sti/core";
import { drawScreen, isNews, type News } from "./draw-screen.ts";
import type { LogOf } from "./print-failure.ts";
import { printSummary } from "./print-summary.ts";
import type { Output, Renderer, ShownEnding } from "./renderer.ts";
import { createTerminalFrame } from "./terminal-frame.ts";
import { createTerminalStatus } from "./terminal-status.ts";
import { writeLines } from "./write-lines.ts";

export interface ViewportOptions {
  readonly session: SessionView;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly colour: boolean;
  /** For failure blocks. */
  readonly errorColour: boolean;
  readonly cwd: string;
  readonly logOf?: LogOf | undefined;
  readonly links?: boolean | undefined;
  /** Milliseconds since 1970, by the session's clock. */
  readonly now: () => number;
  readonly ending?: ShownEnding | undefined;
  readonly hasProgress?: boolean | undefined;
}

const framesPerSecond = 12;

export function createViewportRenderer(options: ViewportOptions): Renderer {
  const { stdout, stderr, cwd, ending, session } = options;
  const frame = createTerminalFrame(stdout);
  const status = createTerminalStatus(stdout, {
    cwd,
    hasProgress: options.hasProgress === true,
  });
  /** Printed once and never redrawn. */
  let news: News[] = [];
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  // Terminals of unknown size report 0.
  const columns = () => stdout.columns || 80;
  const draw = () => {
    const view = {
      columns: columns(),
      rows: stdout.rows || 24,
      now: options.now(),
      colour: options.colour,
      wait: ending?.describeWait(),
    };
    frame.draw(drawScreen(session, news, view));
    if (session.started !== undefined && session.end === undefined) status.show(session);
    news = [];
  };
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
    if (ending !== undefined) ending.isShown = false;
    process.off("exit", close);
  };
  const open = () => {
    if (timer !== undefined || closed) return;
    if (ending !== undefined) ending.isShown = true;
    // A terminal that takes nothing (Ctrl-S, a slow link) must not make frames pile up in memory.
    timer = setInterval(() => stdout.writableNeedDrain === true || draw(), 1000 / framesPerSecond);
    timer.unref();
    process.on("exit", close);
  };
  const close = () => {
    if (closed) return;
    closed = true;
    stop();
    draw();
    frame.restore();
    status.restore();
  };
  return {
    open,
    render(event) {
      if (closed) return;
      if (isNews(event)) news.push(event);
      if (event.type !== "session-finished") {
        open();
        return;
      }
      stop();
      draw();
      frame.restore();
      status.restore();
      const view = {
        columns: columns(),
        colour: options.colour,
        cwd,
        logOf: options.logOf,
        links: options.links,
      };
      const summary = printSummary(session, event, view);
      writeLines(
        stderr,
        options.errorColour === options.colour
          ? summary.failures
          : printSummary(session, event, { ...view, colour: options.errorColour }).failures,
      );
      writeLines(stdout, summary.totals);
    },
    close,
  };
}

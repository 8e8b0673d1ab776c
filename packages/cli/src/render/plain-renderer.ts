// The renderer for pipes and CI: lines in the order in which things happened, nothing redrawn.
import type { SessionEvent, TargetFinished } from "@sti/core";
import { finishedLine, pushedLine, warningLine } from "./finished-line.ts";
import { formatDuration } from "./format-amount.ts";
import { type Line, printLine } from "./line.ts";
import { type OutputTail, TargetTails } from "./output-tail.ts";
import type { LogOf } from "./print-failure.ts";
import { printSummary } from "./print-summary.ts";
import type { Output, Renderer } from "./renderer.ts";
import { advanceScreen, emptyScreen, type ScreenState, withoutNews } from "./screen-state.ts";
import { writeLines } from "./write-lines.ts";

export interface PlainOptions {
  readonly stdout: Output;
  readonly stderr: Output;
  /** Whether stdout gets colours; false gives no escape sequence at all. */
  readonly colour: boolean;
  /** For failure blocks. */
  readonly errorColour: boolean;
  /** Steps and all output too, each line after its target's name. */
  readonly verbose: boolean;
  readonly cwd: string;
  readonly logOf?: LogOf | undefined;
  readonly links?: boolean | undefined;
}

export function createPlainRenderer(options: PlainOptions): Renderer {
  const { stdout, stderr, verbose, cwd } = options;
  const view = { columns: Number.POSITIVE_INFINITY, colour: options.colour };
  const tails = new TargetTails();
  let state = emptyScreen;
  const print = (lines: readonly Line[]) =>
    writeLines(
      stdout,
      lines.map((line) => printLine(line, view)),
    );

  return {
    open() {},
    render(event) {
      state = withoutNews(advanceScreen(state, event));
      print(verbose ? verboseLines(event, state) : linesOf(event, state));
      if (!verbose) print(failedOutput(event, tails));
      if (event.type !== "session-finished") return;
      const failureView = {
        columns: stderr.columns ?? Number.POSITIVE_INFINITY,
        colour: options.errorColour,
        cwd,
        logOf: options.logOf,
        links: options.links,
      };
      writeLines(stderr, printSummary(state, event, failureView).failures);
      writeLines(stdout, printSummary(state, event, { ...view, cwd }).totals);
    },
    close() {},
  };
}

function linesOf(event: SessionEvent, state: ScreenState): readonly Line[] {
  switch (event.type) {
    case "session-started":
      return [[{ text: startWords(state), style: "dim" }]];
    case "target-started":
      return [
        [
          { text: "▸", style: "cyan" },
          " ",
          { text: event.target, style: "bold" },
          "  started",
          { text: event.reason === "" ? "" : `  (${event.reason})`, style: "dim" },
        ],
      ];
    case "session-warning":
    case "target-warning":
      return [warningLine(event)];
    case "target-pushed":
      return [pushedLine(event)];
    case "target-finished":
      return [finishedLine(event, state.tags.get(event.target), Number.POSITIVE_INFINITY)];
    default:
      return [];
  }
}

function verboseLines(event: SessionEvent, state: ScreenState): readonly Line[] {
  switch (event.type) {
    case "step-started":
      return [[...prefix(event.target), { text: `▸ ${event.title}`, style: "cyan" }]];
    case "step-finished":
      return [
        [
          ...prefix(event.target),
          { text: `${event.step} took ${formatDuration(event.duration)}`, style: "dim" },
        ],
      ];
    case "target-output":
      return [[...prefix(event.target), event.text]];
    default:
      return linesOf(event, state);
  }
}

function prefix(target: string): Line {
  return [
    { text: target, style: "bold" },
    { text: " │ ", style: "dim" },
  ];
}

function startWords(state: ScreenState): string {
  const targets = state.total === 1 ? "1 target" : `${state.total} targets`;
  return state.total > 1 ? `${targets}, ${state.concurrency} at a time` : targets;
}

/** Output is kept while a target runs, and printed in one piece if it fails. */
function failedOutput(event: SessionEvent, tails: TargetTails): readonly Line[] {
  if (event.type === "target-output") tails.add(event);
  if (event.type !== "target-finished") return [];
  const tail = tails.take(event.target);
  return event.outcome === "failed" ? outputBlock(event, tail) : [];
}

function outputBlock(event: TargetFinished, { left, lines }: OutputTail): readonly Line[] {
  return [
    ...(left === 0
      ? []
      : [[{ text: `  (${left} earlier lines left out; --verbose shows all)`, style: "dim" as const }]]),
    ...lines.map((text): Line => [...prefix(event.target), text]),
  ];
}

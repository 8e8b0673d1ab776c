// The renderer for CI whose logs have foldable parts: one block per target, written when it has ended, so that blocks
// never mix and never nest. The folding of a block is the CI's (github-style.ts, gitlab-style.ts).
import type { SessionFinished, SessionView, TargetFinished } from "@sti/core";
import { finishedLine, pushedLine, warningLine } from "./finished-line.ts";
import { type Line, printLine } from "./line.ts";
import type { LogOf } from "./print-failure.ts";
import { printFailed, printSummary } from "./print-summary.ts";
import type { Output, Renderer } from "./renderer.ts";
import { sanitizeLine } from "./sanitize.ts";
import { writeLines } from "./write-lines.ts";

/** A target's part of the log. */
export interface TargetBlock {
  readonly event: TargetFinished;
  /** The line with its result. */
  readonly header: string;
  /** The end of its output, made safe for a terminal; it may still look like words of the CI. */
  readonly output: readonly string[];
}

/** Log format of a CI. Each method returns whole lines. */
export interface GroupStyle {
  /** A line of sti's own, in which the CI takes no foreign word for a command. */
  line(text: string): string;
  /** Out of sight until it is asked for. */
  folded(block: TargetBlock): readonly string[];
  /** In sight. */
  open(block: TargetBlock): readonly string[];
  /** Text that quotes foreign output. */
  quoted(lines: readonly string[]): readonly string[];
  /** After everything else. */
  end(session: SessionView, event: SessionFinished): readonly string[];
}

export interface GroupedOptions {
  readonly session: SessionView;
  readonly stdout: Output;
  readonly colour: boolean;
  /** Files in failures are shown relative to this folder. */
  readonly cwd: string;
  readonly logOf?: LogOf | undefined;
  readonly style: GroupStyle;
}

/** Everything goes to one stream: CI would mix two. */
export function createGroupedRenderer(options: GroupedOptions): Renderer {
  const { colour, cwd, logOf, session, stdout, style } = options;
  const view = { columns: Number.POSITIVE_INFINITY, colour, cwd, logOf };
  const print = (line: Line) => style.line(printLine(line, view));
  const blockOf = (event: TargetFinished): TargetBlock => {
    const { output, tag } = session.targets.get(event.target) ?? {
      output: { left: 0, lines: [] },
      tag: undefined,
    };
    const note = output.left === 0 ? [] : [`(${output.left} earlier lines left out)`];
    return {
      event,
      header: print(finishedLine(event, tag, Number.POSITIVE_INFINITY)),
      output: [...note, ...output.lines.map(sanitizeLine)],
    };
  };
  return {
    open() {},
    render(event) {
      switch (event.type) {
        case "target-warning":
        case "session-warning":
          return writeLines(stdout, [print(warningLine(event))]);
        case "target-pushed":
          return writeLines(stdout, [print(pushedLine(event))]);
        case "target-finished": {
          const block = blockOf(event);
          const lines = event.outcome === "failed" ? style.open(block) : style.folded(block);
          return writeLines(stdout, lines);
        }
        case "session-finished": {
          writeLines(stdout, style.quoted(printFailed(session, event, { ...view, output: "printed" })));
          writeLines(stdout, printSummary(session, event, view).totals.map(style.line));
          return writeLines(stdout, style.end(session, event));
        }
        default:
          return;
      }
    },
    close() {},
  };
}

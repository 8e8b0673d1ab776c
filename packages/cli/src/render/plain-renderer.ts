// The renderer for pipes and CI: lines in the order in which things happened, nothing redrawn.
import type { SessionView } from "@sti/core";
import { eventLines, failedOutput } from "./event-lines.ts";
import { type Line, printLine } from "./line.ts";
import type { LogOf } from "./print-failure.ts";
import { printSummary } from "./print-summary.ts";
import type { Output, Renderer } from "./renderer.ts";
import { writeLines } from "./write-lines.ts";

export interface PlainOptions {
  readonly session: SessionView;
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
  const { session, stdout, stderr, verbose, cwd } = options;
  const view = { columns: Number.POSITIVE_INFINITY, colour: options.colour };
  const print = (lines: readonly Line[]) =>
    writeLines(
      stdout,
      lines.map((line) => printLine(line, view)),
    );

  return {
    open() {},
    render(event) {
      print(eventLines(event, { session, verbose }));
      if (!verbose) print(failedOutput(event, session));
      if (event.type !== "session-finished") return;
      const failureView = {
        columns: stderr.columns ?? Number.POSITIVE_INFINITY,
        colour: options.errorColour,
        cwd,
        logOf: options.logOf,
        links: options.links,
        output: "printed",
      } as const;
      writeLines(stderr, printSummary(session, event, failureView).failures);
      writeLines(stdout, printSummary(session, event, { ...view, cwd }).totals);
    },
    close() {},
  };
}

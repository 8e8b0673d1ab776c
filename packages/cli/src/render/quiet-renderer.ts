// The renderer of --quiet: failures on stderr, and nothing else anywhere.
import { type LogOf, printFailure } from "./print-failure.ts";
import { printFailedTarget } from "./print-summary.ts";
import type { Output, Renderer } from "./renderer.ts";
import { writeLines } from "./write-lines.ts";

export interface QuietOptions {
  readonly stderr: Output;
  readonly errorColour: boolean;
  readonly cwd: string;
  readonly logOf?: LogOf | undefined;
  readonly links?: boolean | undefined;
}

export function createQuietRenderer(options: QuietOptions): Renderer {
  const { stderr, cwd } = options;
  const view = () => ({
    columns: stderr.columns ?? Number.POSITIVE_INFINITY,
    colour: options.errorColour,
    cwd,
    logOf: options.logOf,
    links: options.links,
  });
  let printed = false;
  const print = (block: readonly string[]) => {
    writeLines(stderr, printed ? ["", ...block] : block);
    printed = true;
  };
  return {
    open() {},
    render(event) {
      if (event.type === "target-finished" && event.outcome === "failed") {
        print(printFailedTarget(event, view()));
      }
      if (event.type === "session-finished") {
        for (const failure of event.failures) print(printFailure(failure, view()));
      }
    },
    close() {},
  };
}

// The renderers of a watch for pipes and CI: lines with the time, and each failure when it happens.
import { isWatchEvent, type SessionEvent } from "@sti/core";
import type { RendererPlace } from "../create-renderer.ts";
import { eventLines, failedOutput } from "../event-lines.ts";
import { type Line, printLine } from "../line.ts";
import type { FailedView } from "../print-summary.ts";
import type { Renderer } from "../renderer.ts";
import { writeLines } from "../write-lines.ts";
import { blocksOf, timed } from "./draw-news.ts";
import { watchLine } from "./watch-line.ts";

export function createPlainWatch(place: RendererPlace): Renderer {
  const { colour, session, stdout, verbose } = place;
  const print = (event: SessionEvent, lines: readonly Line[]) =>
    writeLines(
      stdout,
      lines.map((line) => printLine(timed(event.at, line), { columns: Number.POSITIVE_INFINITY, colour })),
    );
  return {
    open() {},
    render(event) {
      // The line for the whole change covers targets that are up to date; a cancelled build starts again.
      const isSaid = event.type !== "target-finished" || event.outcome !== "cancelled";
      if (event.type === "container-probed") return;
      if (isWatchEvent(event)) print(event, [watchLine(event)]);
      else if (isSaid) print(event, eventLines(event, { session, verbose }));
      if (!verbose) print(event, failedOutput(event, session));
      printBlocks(event, place, "printed");
    },
    close() {},
  };
}

/** Failures only. */
export function createQuietWatch(place: RendererPlace): Renderer {
  return {
    open() {},
    render(event) {
      printBlocks(event, place);
      if (event.type !== "engine-lost" && event.type !== "container-failed") return;
      // The container's output was not shown yet.
      const lastLines = event.type === "container-failed" ? event.lastLines : [];
      const lines: readonly Line[] = [
        timed(event.at, watchLine(event)),
        ...lastLines.map((text): Line => [{ text: "  │ ", style: "red" }, text]),
      ];
      const view = { columns: Number.POSITIVE_INFINITY, colour: place.errorColour };
      writeLines(
        place.stderr,
        lines.map((line) => printLine(line, view)),
      );
    },
    close() {},
  };
}

function printBlocks(
  event: SessionEvent,
  { cwd, errorColour, links, logOf, stderr }: RendererPlace,
  output?: FailedView["output"],
): void {
  const columns = stderr.columns ?? Number.POSITIVE_INFINITY;
  writeLines(stderr, blocksOf(event, { columns, colour: errorColour, cwd, links, logOf, output }));
}

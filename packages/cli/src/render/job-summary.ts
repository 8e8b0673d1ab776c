// Summary of a session as Markdown, for the page that GitHub shows of a job.
import type { Outcome, SessionEvent, SessionFinished, SessionView } from "@sti/core";
import { formatDuration } from "./format-amount.ts";
import type { Output, Renderer } from "./renderer.ts";
import { sanitizeLine } from "./sanitize.ts";

/** Rows of a table; GitHub takes a megabyte. */
const MOST_ROWS = 1000;

const WORDS: Readonly<Record<Outcome, string>> = {
  failed: "❌ failed",
  skipped: "⏭️ skipped",
  cancelled: "⏹️ cancelled",
  built: "✅ built",
  restored: "🔷 restored",
  "up-to-date": "🔵 up to date",
};

/** Failed ones first, up to date ones last. */
const ORDER: readonly Outcome[] = ["failed", "skipped", "cancelled", "built", "restored", "up-to-date"];

/** Writes once, at the end. */
export function createJobSummary({
  output,
  session,
}: {
  readonly output: Output;
  readonly session: SessionView;
}): Renderer {
  return {
    open() {},
    render(event: SessionEvent) {
      if (event.type === "session-finished") output.write(printJobSummary(session.ended, event));
    },
    close() {},
  };
}

export function printJobSummary(ended: SessionView["ended"], end: SessionFinished): string {
  const sorted = ORDER.flatMap((outcome) => [...ended[outcome].values()]);
  const counts = ORDER.filter((outcome) => end.outcomes[outcome] > 0).map(
    (outcome) => `${end.outcomes[outcome]} ${WORDS[outcome]}`,
  );
  const left = sorted.length - MOST_ROWS;
  return [
    "### sti",
    "",
    `${counts.join(" · ") || "nothing to do"} in ${formatDuration(end.duration)}`,
    "",
    "| Target | Outcome | Time | Why |",
    "| --- | --- | ---: | --- |",
    ...sorted
      .slice(0, MOST_ROWS)
      .map(
        (event) =>
          `| ${cell(event.target)} | ${WORDS[event.outcome]} | ${event.duration > 0 ? formatDuration(event.duration) : ""} | ${cell(event.reason)} |`,
      ),
    ...(left > 0 ? ["", `and ${left} more`] : []),
    "",
    "",
  ].join("\n");
}

/** Text in a table that is nothing but text. */
function cell(text: string): string {
  return sanitizeLine(text).replaceAll(/[\\`*_{}[\]<>()#+!|&~-]/g, String.raw`\$&`);
}

// The lines that an event leaves in a log that nothing is redrawn in; most events leave none.
import type { SessionEvent, SessionStarted, SessionView } from "@sti/core";
import { finishedLine, pushedLine, warningLine } from "./finished-line.ts";
import { formatDuration } from "./format-amount.ts";
import type { Line } from "./line.ts";
import { sanitizeLine } from "./sanitize.ts";

/** `verbose`: steps and all output too, each line after its target's name. */
export function eventLines(
  event: SessionEvent,
  { session, verbose }: { readonly session: SessionView; readonly verbose: boolean },
): readonly Line[] {
  return verbose ? verboseLines(event, session) : usualLines(event, session);
}

function usualLines(event: SessionEvent, session: SessionView): readonly Line[] {
  switch (event.type) {
    case "session-started":
      return [[{ text: startWords(event), style: "dim" }]];
    case "target-started":
      return [
        [
          { text: "▸", style: "cyan" },
          " ",
          { text: event.target, style: "bold" },
          event.worker === undefined ? "  started" : `  started on ${sanitizeLine(event.worker)}`,
          { text: event.reason === "" ? "" : `  (${event.reason})`, style: "dim" },
        ],
      ];
    case "session-warning":
    case "target-warning":
      return [warningLine(event)];
    case "target-pushed":
      return [pushedLine(event)];
    case "target-finished":
      return [finishedLine(event, session.targets.get(event.target)?.tag, Number.POSITIVE_INFINITY)];
    default:
      return [];
  }
}

function verboseLines(event: SessionEvent, session: SessionView): readonly Line[] {
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
      return usualLines(event, session);
  }
}

function prefix(target: string): Line {
  return [
    { text: target, style: "bold" },
    { text: " │ ", style: "dim" },
  ];
}

function startWords({ concurrency, targets, workers }: SessionStarted): string {
  const count = targets.length === 1 ? "1 target" : `${targets.length} targets`;
  if (workers !== undefined) return `${count}, ${workers === 1 ? "1 worker" : `${workers} workers`}`;
  return targets.length > 1 ? `${count}, ${concurrency} at a time` : count;
}

/** The output of a target that has failed, in one piece. */
export function failedOutput(event: SessionEvent, session: SessionView): readonly Line[] {
  if (event.type !== "target-finished" || event.outcome !== "failed") return [];
  const { left, lines } = session.targets.get(event.target)?.output ?? { left: 0, lines: [] };
  return [
    ...(left === 0
      ? []
      : [[{ text: `  (${left} earlier lines left out; --verbose shows all)`, style: "dim" as const }]]),
    ...lines.map((text): Line => [...prefix(event.target), text]),
  ];
}

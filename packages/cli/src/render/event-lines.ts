// The lines that an event leaves in a log that nothing is redrawn in; most events leave none.
import type { SessionEvent, TargetFinished } from "@sti/core";
import { finishedLine, pushedLine, warningLine } from "./finished-line.ts";
import { formatDuration } from "./format-amount.ts";
import type { Line } from "./line.ts";
import type { OutputTail, TargetTails } from "./output-tail.ts";
import type { ScreenState } from "./screen-state.ts";

/** `verbose`: steps and all output too, each line after its target's name. */
export function eventLines(
  event: SessionEvent,
  { state, verbose }: { readonly state: ScreenState; readonly verbose: boolean },
): readonly Line[] {
  return verbose ? verboseLines(event, state) : usualLines(event, state);
}

function usualLines(event: SessionEvent, state: ScreenState): readonly Line[] {
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
      return usualLines(event, state);
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

/** Output is kept in `tails` while a target runs, and printed in one piece if it fails. */
export function failedOutput(event: SessionEvent, tails: TargetTails): readonly Line[] {
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

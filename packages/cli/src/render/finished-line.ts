// The one line with a target's result, and the line of a warning; the same in every renderer.
import type {
  Outcome,
  PushedImage,
  SessionWarning,
  TargetFinished,
  TargetPushed,
  TargetWarning,
} from "@sti/core";
import { formatDuration } from "./format-amount.ts";
import { formatTime } from "./format-moment.ts";
import { type Line, lineWidth, type Style } from "./line.ts";
import { sanitizeLine } from "./sanitize.ts";

export const outcomeMarks: Readonly<Record<Outcome, { readonly mark: string; readonly style: Style }>> = {
  built: { mark: "✔", style: "green" },
  "up-to-date": { mark: "●", style: "blue" },
  restored: { mark: "◆", style: "cyan" },
  failed: { mark: "✖", style: "red" },
  skipped: { mark: "↓", style: "yellow" },
  cancelled: { mark: "■", style: "yellow" },
};

/** E.g. `✔ api  acme/api:dev  built 3.2s  (source changed)`; without the tag where it would push out the outcome. */
export function finishedLine(event: TargetFinished, tag: string | undefined, columns: number): Line {
  const { mark, style } = outcomeMarks[event.outcome];
  const made = event.outcome === "built" || event.outcome === "up-to-date" || event.outcome === "restored";
  const by = event.worker === undefined ? "" : ` on ${sanitizeLine(event.worker)}`;
  const outcome = { text: `${describeOutcome(event)}${by}`, style };
  const start: Line = [{ text: mark, style }, " ", { text: event.target, style: "bold" }, "  "];
  const withTag: Line = [...start, tag ?? "", "  ", outcome];
  const line = made && tag !== undefined && lineWidth(withTag) <= columns ? withTag : [...start, outcome];
  if (event.reason === "") return line;
  const unmade = event.outcome === "skipped" || event.outcome === "cancelled";
  const pushed = event.pushed === undefined ? "" : `; ${describePush(event.pushed)}`;
  if (event.outcome === "failed" && event.errorLine !== undefined) {
    return [...line, { text: `  (${event.reason}: ${shortened(event.errorLine)})`, style: "dim" }];
  }
  const why = unmade
    ? `: ${event.reason}`
    : `  (${event.reason}${describeReuse(event)}${describeOrigin(event)}${pushed})`;
  return [...line, { text: why, style: "dim" }];
}

/** Characters of a foreign line within one of sti's. */
const LONGEST_QUOTE = 200;

function shortened(errorLine: string): string {
  const text = sanitizeLine(errorLine).trim();
  return text.length <= LONGEST_QUOTE ? text : `${text.slice(0, LONGEST_QUOTE)}…`;
}

/** The parts of earlier builds that a built app used. */
function describeReuse({ dependencies, reuse }: TargetFinished): string {
  const layer = dependencies === undefined ? "" : `; dependencies ${LAYER_WORDS[dependencies]}`;
  if (reuse === undefined) return layer;
  return reuse.kind === "incremental" ? `${layer}; incremental` : `${layer}; clean: ${reuse.reason}`;
}

/** Milliseconds; a result that is not pulled takes less. */
const SHORTEST = 500;

/** Origin of a restored result, and whether the engine has it. */
function describeOrigin({ restored }: TargetFinished): string {
  if (restored === undefined) return "";
  const { built, commit, isLoaded } = restored;
  const words = [
    ...(built === undefined ? [] : [` ${formatTime(built)}`]),
    ...(commit === undefined ? [] : [` from ${sanitizeLine(commit).slice(0, 7)}`]),
  ];
  return `${words.length === 0 ? "" : `; built${words.join("")}`}${isLoaded ? "" : "; in the store only"}`;
}

const LAYER_WORDS = { made: "installed", reused: "reused" } as const;

function describeOutcome({ outcome, duration }: TargetFinished): string {
  switch (outcome) {
    case "built":
      return `built ${formatDuration(duration)}`;
    case "failed":
      return duration > 0 ? `failed ${formatDuration(duration)}` : "failed";
    case "up-to-date":
      return "up to date";
    case "restored":
      return duration >= SHORTEST ? `restored ${formatDuration(duration)}` : "restored";
    case "skipped":
    case "cancelled":
      return outcome;
    default:
      return outcome satisfies never;
  }
}

/** E.g. `↑ api  docker.io/acme/api:dev  pushed sha256:0123456789ab`. */
export function pushedLine({ target, pushed }: Pick<TargetPushed, "target" | "pushed">): Line {
  return [
    { text: "↑", style: "green" },
    " ",
    { text: target, style: "bold" },
    `  ${pushed.reference}  `,
    { text: describePush(pushed), style: "green" },
  ];
}

/** The digest is long enough to distinguish images, and short enough for a line. */
function describePush({ digest }: PushedImage): string {
  return digest === undefined ? "pushed" : `pushed ${digest.slice(0, "sha256:".length + 12)}`;
}

export function warningLine(event: TargetWarning | SessionWarning): Line {
  return [
    { text: "!", style: "yellow" },
    " ",
    ...(event.type === "target-warning" ? [{ text: event.target, style: "bold" } as const, "  "] : []),
    { text: event.message, style: "yellow" },
  ];
}

// The words for a comparison's findings: a verdict, a difference, a level in one line. Pure.
import type { AppComparison, Difference, LevelVerdict, PairVerdict } from "@sti/core";
import { formatBytes, formatDuration } from "../render/format-amount.ts";
import type { Style } from "../render/line.ts";

export interface VerdictWords {
  readonly mark: string;
  readonly style: Style;
  readonly words: string;
}

export const VERDICTS: Readonly<Record<PairVerdict, VerdictWords>> = {
  identical: { mark: "✔", style: "green", words: "identical" },
  equivalent: { mark: "≈", style: "blue", words: "equivalent" },
  different: { mark: "✖", style: "red", words: "different" },
  "not-compared": { mark: "?", style: "yellow", words: "not compared" },
};

/** Best first. */
export const VERDICT_ORDER = Object.keys(VERDICTS) as readonly PairVerdict[];

/** Longer values are shown by their start. */
const LONGEST_VALUE = 60;

/** "/app/run.sh mode: 0644 → 0755 (base)" */
export function describeDifference(difference: Difference): string {
  const { hint, level, origin, path, what } = difference;
  const values = [difference.left, difference.right].map((value) =>
    level === "cost" ? describeAmount(what, value) : shorten(value),
  );
  const notes = [
    ...(origin === undefined ? [] : [`from the ${origin}`]),
    ...(hint === undefined
      ? []
      : [`looks like ${HINTS[hint.kind]}: ${shorten(hint.left)} → ${shorten(hint.right)}`]),
  ];
  const note = notes.length === 0 ? "" : ` (${notes.join("; ")})`;
  return `${path === undefined ? "" : `${path} `}${what}: ${values.join(" → ")}${note}`;
}

const HINTS = {
  timestamp: "a time",
  random: "a random id",
  "build-path": "a path of the build",
  order: "another order",
} as const;

function shorten(value: string | null): string {
  if (value === null) return "nothing";
  if (value === "") return "(empty)";
  const short = value.replace(/\bsha256:([0-9a-f]{12})[0-9a-f]{52}\b/g, "$1");
  return short.length > LONGEST_VALUE ? `${short.slice(0, LONGEST_VALUE - 1)}…` : short;
}

function describeAmount(what: string, value: string | null): string {
  if (value === null) return "–";
  if (what === "size") return formatBytes(Number.parseInt(value, 10));
  return what === "build time" ? formatDuration(Number.parseInt(value, 10)) : value;
}

/** Result of a level without its verdict: the first difference, the number of others, the rules. */
export function describeLevel(level: LevelVerdict): string {
  const { covered, differences, different, note, rules } = level;
  if (level.level === "cost") return differences.map(describeDifference).join(", ");
  const parts = [
    ...(different === 0 ? [] : [describeDifference(differences[0] as Difference)]),
    ...(different > 1 ? [`and ${different - 1} more`] : []),
    ...(covered === 0
      ? []
      : [`${covered} covered by ${rules.map(({ count, name }) => `${name} (${count})`).join(", ")}`]),
    ...(note === undefined ? [] : [note]),
  ];
  return parts.join("; ");
}

/** The first difference that counts, or why there is nothing to compare. */
export function firstDifference({ comparison, problem }: AppComparison): string | undefined {
  if (problem !== undefined) return problem;
  const level = comparison?.levels.find(({ different }) => different > 0);
  return level === undefined ? undefined : describeDifference(level.differences[0] as Difference);
}

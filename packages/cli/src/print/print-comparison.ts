// Comparisons as people read them: a table of levels for each, what differs first, and on demand all of it. Pure.
import { styleText } from "node:util";
import type { CompareDocument, Comparison, Difference, LevelVerdict, Verdict } from "@sti/core";
import { formatBytes } from "../render/format-amount.ts";
import { sanitizeLine } from "../render/sanitize.ts";

/** Shown of a value, and of a path. */
const LONGEST_VALUE = 100;
const LONGEST_PATH = 300;

export interface PrintOptions {
  /** The first difference of each level, those that count, or also those that rules cover. */
  readonly extent: "first" | "counting" | "all";
  readonly stream: NodeJS.WriteStream;
}

type Style = (format: Parameters<typeof styleText>[0], text: string) => string;

export function printComparisons(document: CompareDocument, { extent, stream }: PrintOptions): string {
  const style: Style = (format, text) => styleText(format, text, { stream });
  const blocks = document.comparisons.map((comparison) => printComparison(comparison, { extent, style }));
  const unmet = document.met
    ? []
    : [
        `${style("red", "✖")} ${document.require} was required${document.comparisons.length === 1 ? "" : " of each"}`,
      ];
  return `${[...blocks, ...unmet].join("\n\n")}\n`;
}

function printComparison(
  { left, levels, right, verdict }: Comparison,
  { extent, style }: { readonly extent: PrintOptions["extent"]; readonly style: Style },
): string {
  const widest = Math.max(...levels.map(({ level }) => level.length), left.name.length > 0 ? 5 : 0);
  const sides = (
    [
      ["left", left],
      ["right", right],
    ] as const
  ).map(([side, { base, name, id }]) => {
    const based = base === undefined ? "" : `, based on ${sanitizeLine(base.name)}`;
    return `  ${side.padEnd(widest)}  ${sanitizeLine(name)}  ${style("dim", `${id.replace("sha256:", "").slice(0, 12)}${based}`)}`;
  });
  const rows = levels.flatMap((level) => printLevel(level, { extent, style, widest }));
  return [`${mark(verdict, style)} ${style("bold", verdict)}`, ...sides, ...rows].join("\n");
}

function printLevel(
  level: LevelVerdict,
  {
    extent,
    style,
    widest,
  }: { readonly extent: PrintOptions["extent"]; readonly style: Style; readonly widest: number },
): readonly string[] {
  const indent = " ".repeat(widest + 4);
  // Costs are printed in full: they are short.
  if (level.level === "cost") {
    const costs = level.differences.map(printCost);
    return [`  ${level.level.padEnd(widest)}  ${costs.length === 0 ? "the same" : costs.join(" · ")}`];
  }
  const counting = level.differences.filter(({ rule }) => rule === undefined);
  const covered = level.differences.filter(({ rule }) => rule !== undefined);
  const shown =
    extent === "first" ? counting.slice(0, 1) : [...counting, ...(extent === "all" ? covered : [])];
  const more = level.different - Math.min(counting.length, shown.length);
  return [
    `  ${level.level.padEnd(widest)}  ${mark(level.verdict, style)} ${level.verdict}${describeCounts(level)}`,
    ...shown.flatMap((difference) => printDifference(difference, style)).map((line) => `${indent}${line}`),
    ...(more > 0 ? [`${indent}${style("dim", `and ${more} more; --list shows them`)}`] : []),
    ...level.rules.map(
      ({ name, about, count }) =>
        `${indent}${style("dim", `rule ${sanitizeLine(name)}: ${count} (${about})`)}`,
    ),
    ...(extent === "all" && level.covered > covered.length
      ? [`${indent}${style("dim", `and ${level.covered - covered.length} more that rules cover`)}`]
      : []),
  ];
}

function describeCounts({ covered, different, differences, note, verdict }: LevelVerdict): string {
  if (verdict === "identical") return note === undefined ? "" : `: ${note}`;
  const counting = differences.filter(({ rule }) => rule === undefined);
  const origins = (["app", "base"] as const)
    .map((origin) => [origin, counting.filter((difference) => difference.origin === origin).length] as const)
    .filter(([, count]) => count > 0);
  const from =
    origins.length === 0
      ? ""
      : ` (${origins.map(([origin, count]) => `${count} from the ${origin}`).join(", ")})`;
  return [
    ...(different === 0 ? [] : [`: ${different} ${different === 1 ? "difference" : "differences"}${from}`]),
    ...(covered === 0 ? [] : [`${different === 0 ? ": " : ", "}${covered} covered by rules`]),
  ].join("");
}

function printDifference(
  { hint, left, origin, path, right, rule, what }: Difference,
  style: Style,
): readonly string[] {
  const from = origin === undefined ? "" : `  from the ${origin}`;
  const by = rule === undefined ? "" : `  rule ${sanitizeLine(rule)}`;
  const place = path === undefined ? what : `${cut(showName(path), LONGEST_PATH)}  ${what}`;
  return [
    `${style(rule === undefined ? "yellow" : "dim", place)}${style("dim", `${from}${by}`)}`,
    `  ${showValue(left)} → ${showValue(right)}`,
    ...(hint === undefined
      ? []
      : [
          `  ${style("dim", `looks like ${HINTS[hint.kind]}:`)} ${showValue(hint.left)} → ${showValue(hint.right)}`,
        ]),
  ];
}

const HINTS = {
  timestamp: "a time",
  random: "a random id",
  "build-path": "a path of the build",
  order: "another order of the same",
} as const;

function printCost({ left, right, what }: Difference): string {
  const show = (value: string | null) => {
    const bytes = /^(\d+) bytes$/.exec(value ?? "")?.[1];
    return bytes === undefined ? (value ?? "unknown") : formatBytes(Number(bytes));
  };
  return `${what} ${show(left)} → ${show(right)}`;
}

function mark(verdict: Verdict, style: Style): string {
  if (verdict === "different") return style("red", "✖");
  return style("green", verdict === "identical" ? "=" : "≈");
}

function showValue(value: string | null): string {
  if (value === null) return "–";
  const short = value.replace(/\bsha256:([0-9a-f]{12})[0-9a-f]{52}\b/g, "$1");
  return short === "" ? '""' : cut(showName(short), LONGEST_VALUE);
}

function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}

/** Every character that is no text is written as one: names of files are the image's. */
function showName(name: string): string {
  const written = name.replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, (character) => {
    const code = character.charCodeAt(0);
    const isByte = code >= 0xdc80 && code <= 0xdcff;
    return isByte || code < 0x100
      ? `\\x${(code & 0xff).toString(16).padStart(2, "0")}`
      : `\\u${code.toString(16)}`;
  });
  return sanitizeLine(written);
}

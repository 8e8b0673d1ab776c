// Prints the result of an app comparison as lines: for a few apps a block each, for many a matrix. Pure.
import type { AppComparison, CompareReport, LevelVerdict, PairVerdict } from "@sti/core";
import { isAtLeast } from "@sti/core/compare";
import { fitText, type Line, type LineView, printLine } from "../render/line.ts";
import { formatFile } from "../render/print-failure.ts";
import { textWidth } from "../render/text-width.ts";
import { wrapLine } from "../render/wrap-line.ts";
import {
  describeDifference,
  describeLevel,
  firstDifference,
  VERDICT_ORDER,
  VERDICTS,
} from "./describe-level.ts";

/** More apps than this are printed as a matrix. */
const BLOCKS = 3;
const LEVELS = ["config", "files", "behaviour"] as const;

export interface CompareView extends LineView {
  /** The first difference of each level, those that count, or also those that rules cover. */
  readonly extent: "first" | "counting" | "all";
  /** Files are shown relative to this folder. */
  readonly cwd: string;
}

export function printCompareReport(report: CompareReport, view: CompareView): string {
  const { apps } = report;
  const isMatrix = apps.length > BLOCKS && view.extent === "first";
  const lines: Line[] = isMatrix ? matrix(apps) : apps.flatMap((app) => [...block(app, view), []]);
  return toText([...lines, ...(isMatrix ? [[]] : []), totals(report)], view);
}

/** Only verdicts that are not enough, for users who want nothing else. */
export function printInsufficient({ apps, require }: CompareReport, view: CompareView): string {
  const lines = apps.filter(({ verdict }) => !isAtLeast(verdict, require)).flatMap((app) => block(app, view));
  return lines.length === 0 ? "" : toText(lines, view);
}

export function toText(lines: readonly Line[], view: CompareView): string {
  const printed = lines
    .flatMap((line) => wrapLine(line, { columns: view.columns, indent: 4 }))
    .map((line) => printLine(line, { ...view, columns: Number.POSITIVE_INFINITY }).trimEnd());
  return `${printed.join("\n")}\n`;
}

export function verdictPiece(verdict: PairVerdict, width = 0) {
  const { mark, style, words } = VERDICTS[verdict];
  return { text: fitText(`${mark} ${words}`, Math.max(width, words.length + 2)), style, whole: true };
}

function block(app: AppComparison, view: CompareView): readonly Line[] {
  const { comparison, left, notes, problem, right, verdict } = app;
  const head: Line = [
    { text: app.app, style: "bold" },
    "  ",
    verdictPiece(verdict),
    { text: `  ${left.label} ↔ ${right.label}`, style: "dim" },
  ];
  const levels = (comparison?.levels ?? []).flatMap((level) => levelLines(level, view));
  const logs = [left.log, right.log].flatMap((log) => (log === undefined ? [] : [formatFile(log, view.cwd)]));
  return [
    head,
    ...(problem === undefined ? [] : [[`  ${problem}`]]),
    ...levels,
    ...notes.map((note): Line => [{ text: `  ! ${note}`, style: "yellow" }]),
    ...(logs.length === 0
      ? []
      : [[{ text: `  output of the checks: ${logs.join(", ")}`, style: "dim" as const }]]),
  ];
}

/** A level in one line, and all of its differences where they are wanted. */
export function levelLines(level: LevelVerdict, { extent }: Pick<CompareView, "extent">): readonly Line[] {
  const isCost = level.level === "cost";
  const verdict = isCost ? fitText("", 12) : verdictPiece(level.verdict, 12);
  const head: Line = [`  ${level.level.padEnd(10)}`, verdict, `  ${describeLevel(level)}`];
  if (isCost || extent === "first") return [head];
  const listed = level.differences.filter(({ rule }) => extent === "all" || rule === undefined);
  const all = listed.map((one): Line => {
    const rule = one.rule === undefined ? "" : ` [${one.rule}]`;
    const style = one.rule === undefined ? "red" : "dim";
    return [{ text: `      ${describeDifference(one)}${rule}`, style }];
  });
  return [head, ...all];
}

/** A row for each app, a column for each level, and the first difference. */
function matrix(apps: readonly AppComparison[]): Line[] {
  const widest = Math.max(3, ...apps.map(({ app }) => textWidth(app)));
  const width = Math.min(widest, 40);
  const levels = LEVELS.filter((name) =>
    apps.some(({ comparison }) => comparison?.levels.some(({ level }) => level === name)),
  );
  const head: Line = [
    {
      text: [fitText("app", width), ...levels.map((name) => fitText(name, 12)), ""].join("  "),
      style: "dim",
    },
  ];
  const rows = apps.map((app): Line => {
    const cells = levels.flatMap((name) => {
      const level = app.comparison?.levels.find((one) => one.level === name);
      return ["  ", level === undefined ? fitText("–", 12) : verdictPiece(level.verdict, 12)];
    });
    const difference = firstDifference(app);
    return [
      { text: fitText(app.app, width), style: "bold" },
      ...(app.comparison === undefined ? ["  ", verdictPiece(app.verdict, 12)] : cells),
      "  ",
      ...(difference === undefined ? [] : [difference]),
      ...app.notes.map((note) => ({ text: `  ! ${note}`, style: "yellow" as const })),
    ];
  });
  return [head, ...rows];
}

function totals({ apps, met, require }: CompareReport): Line {
  const counts = VERDICT_ORDER.flatMap((verdict) => {
    const { length } = apps.filter((app) => app.verdict === verdict);
    return length === 0
      ? []
      : [{ text: `${length} ${VERDICTS[verdict].words}`, style: VERDICTS[verdict].style, whole: true }];
  });
  return [
    ...counts.flatMap((piece, index) =>
      index === 0 ? [piece] : [{ text: " · ", style: "dim" as const }, piece],
    ),
    ...(met ? [] : [{ text: `  (${require} is required)`, style: "dim" as const }]),
  ];
}

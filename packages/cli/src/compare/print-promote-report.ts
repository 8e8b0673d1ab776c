// Prints actions and findings of `sti promote` as lines. Pure.
import type { Comparison, Verdict } from "@sti/core";
import type { Line } from "../render/line.ts";
import { formatFile } from "../render/print-failure.ts";
import { type CompareView, levelLines, toText, verdictPiece } from "./print-compare-report.ts";

export interface PromoteReport {
  readonly outcome: "moved" | "already-there" | "refused";
  readonly from: string;
  /** The tag. */
  readonly to: string;
  /** Ids of the image that had the tag, and of the other one. */
  readonly before: string;
  readonly after: string;
  readonly verdict: Verdict;
  /** Whether the lock file was written. */
  readonly locked: boolean;
  /** Left out where both are one image. */
  readonly comparison?: Comparison | undefined;
  /** Files with the output of the checks' containers. */
  readonly logs?: readonly string[] | undefined;
}

/** Output of `sti promote --json`. */
export interface PromoteDocument extends PromoteReport {
  /** Raised when a field changes its meaning or goes away. */
  readonly schemaVersion: 1;
}

export function printPromoteReport(report: PromoteReport, view: CompareView): string {
  const { comparison, from, logs = [], to, verdict } = report;
  const head: Line = [
    { text: to, style: "bold" },
    "  ",
    verdictPiece(verdict),
    { text: `  ${to} ↔ ${from}`, style: "dim" },
  ];
  const levels = (comparison?.levels ?? []).flatMap((level) => levelLines(level, view));
  const log: readonly Line[] =
    logs.length === 0
      ? []
      : [
          [
            {
              text: `  output of the checks: ${logs.map((log) => formatFile(log, view.cwd)).join(", ")}`,
              style: "dim",
            },
          ],
        ];
  return toText([head, ...levels, ...log, [], ...outcome(report)], view);
}

function outcome({ after, before, from, locked, outcome: how, to }: PromoteReport): readonly Line[] {
  switch (how) {
    case "moved":
      return [
        [
          { text: "✔", style: "green" },
          ` ${to} is now ${short(after)}${locked ? "; sti.lock was updated" : ""}`,
        ],
        [
          {
            text: `  it was ${short(before)}, which has lost the tag: docker tag ${short(before)} ${to} goes back`,
            style: "dim",
          },
        ],
      ];
    case "already-there":
      return [[`${to} is ${from} already`]];
    case "refused":
      return [[{ text: "✖", style: "red" }, ` no tag was moved: ${to} stays ${short(before)}`]];
    default:
      return how satisfies never;
  }
}

/** As docker shows ids, and takes them. */
function short(id: string): string {
  return id.slice("sha256:".length, "sha256:".length + 12);
}

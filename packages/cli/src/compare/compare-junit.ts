// A comparison for CI systems that show tests: JUnit's XML, one test case for each pair and level.
import type { LevelVerdict, Verdict } from "@sti/core";
import { isAtLeast } from "@sti/core/compare";
import { escapeXml, tag } from "../report/xml.ts";
import type { ComparedPair, PairsReport } from "./compared-pairs.ts";
import { describeDifference, describeLevel } from "./describe-level.ts";

export function printCompareJunit({ pairs, require }: PairsReport): string {
  const cases = pairs.flatMap((pair) => casesOf(pair, require));
  const counts = { tests: cases.length, failures: cases.filter(({ failed }) => failed).length, errors: 0 };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    tag("testsuites", { name: "sti compare", ...counts }),
    tag("testsuite", { name: "sti compare", ...counts, skipped: 0 }),
    ...cases.map(({ text }) => text),
    "</testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

interface Case {
  readonly failed: boolean;
  readonly text: string;
}

function casesOf(pair: ComparedPair, required: Verdict): readonly Case[] {
  const { comparison, group, left, notes, problem, right, verdict } = pair;
  const time = ((left.duration + right.duration) / 1000).toFixed(3);
  if (comparison === undefined) {
    const text = [
      tag("testcase", { name: "build", classname: group, time }),
      `${tag("failure", { message: problem ?? "", type: verdict })}${escapeXml(problem ?? "")}</failure>`,
      "</testcase>",
    ];
    return [{ failed: true, text: text.join("\n") }];
  }
  // Cost decides nothing: it is reported beside the levels that do.
  const cost = comparison.levels.filter(({ level }) => level === "cost").map(describeLevel);
  return comparison.levels
    .filter(({ level }) => level !== "cost")
    .map((level, index) =>
      caseOf(level, { group, required, time, notes: index === 0 ? [...notes, ...cost] : [] }),
    );
}

function caseOf(
  level: LevelVerdict,
  {
    group,
    notes,
    required,
    time,
  }: {
    readonly group: string;
    readonly notes: readonly string[];
    readonly required: Verdict;
    readonly time: string;
  },
): Case {
  const failed = !isAtLeast(level.verdict, required);
  const message = `${level.verdict}: ${describeLevel(level)}`;
  const lines = level.differences.map(describeDifference);
  return {
    failed,
    text: [
      tag("testcase", { name: level.level, classname: group, time }),
      ...(failed
        ? [`${tag("failure", { message, type: level.verdict })}${escapeXml(lines.join("\n"))}</failure>`]
        : []),
      `<system-out>${escapeXml([message, ...notes].join("\n"))}</system-out>`,
      "</testcase>",
    ].join("\n"),
  };
}

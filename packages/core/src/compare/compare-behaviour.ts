// Compares the behaviour of two images. Pure; the containers are run by observe-behaviour.ts.
import type { CheckSettings, CommandCheck, HttpCheck } from "../definition/checks.ts";
import type { BehaviourObservation, CommandObservation, HttpAnswer } from "./behaviour.ts";
import type { Difference, FiredRule, LevelVerdict } from "./comparison.ts";

/** Headers of times and connections rather than content. */
const USUAL_HEADERS = new Set([
  "age",
  "connection",
  "date",
  "etag",
  "expires",
  "keep-alive",
  "last-modified",
  "transfer-encoding",
]);

const ABOUT: Readonly<Record<string, string>> = {
  "checks.ignore": "the config leaves it out",
  "checks.mask": "equal without the masked parts",
  "usual-headers": "times, durations and headers of the connection",
};

/** Longest text of a difference. */
const LONGEST_TEXT = 200;

export function compareBehaviour(
  checks: CheckSettings,
  left: BehaviourObservation,
  right: BehaviourObservation,
): LevelVerdict {
  const found = [
    ...compareEnds(left, right),
    ...checks.commands.flatMap((check) =>
      compareCommands(check, find(left.commands, check.name), find(right.commands, check.name)),
    ),
    ...comparePorts(left, right),
    ...checks.http.flatMap((check) =>
      compareAnswers(check, find(left.http, check.name)?.answer, find(right.http, check.name)?.answer),
    ),
  ];
  const counting = found.filter(({ rule }) => rule === undefined);
  const covered = found.filter(({ rule }) => rule !== undefined);
  return {
    level: "behaviour",
    verdict: counting.length > 0 ? "different" : covered.length > 0 ? "equivalent" : "identical",
    differences: [...counting, ...covered],
    different: counting.length,
    covered: covered.length,
    rules: firedRules(covered),
    note: noteOf(left, right),
  };
}

function find<T extends { readonly name: string }>(all: readonly T[], name: string): T | undefined {
  return all.find((one) => one.name === name);
}

function difference(
  path: string,
  what: string,
  values: readonly [string | null, string | null],
  rule?: string,
): Difference {
  const [left, right] = values;
  const shown = (value: string | null) => (value === null ? null : cut(value));
  return { level: "behaviour", what, path, left: shown(left), right: shown(right), rule };
}

function cut(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT - 1)}…` : text;
}

function compareEnds(left: BehaviourObservation, right: BehaviourObservation): readonly Difference[] {
  if (left.ended === right.ended) return [];
  return [difference("the app", "state", [left.ended ?? "runs", right.ended ?? "runs"])];
}

function comparePorts(left: BehaviourObservation, right: BehaviourObservation): readonly Difference[] {
  const word = (isListening: boolean | undefined) => (isListening === true ? "listening" : "closed");
  return left.ports.flatMap(({ isListening, port }) => {
    const other = right.ports.find((one) => one.port === port)?.isListening;
    if (other === isListening) return [];
    return [difference(`port ${port}`, "port", [word(isListening), word(other)])];
  });
}

function compareCommands(
  check: CommandCheck,
  left: CommandObservation | undefined,
  right: CommandObservation | undefined,
): readonly Difference[] {
  if (left === undefined || right === undefined) return [];
  const ends = (one: CommandObservation) => one.problem ?? String(one.exitCode);
  const differences: Difference[] = [];
  if (ends(left) !== ends(right)) {
    const rule = check.ignore.includes("exit code") ? "checks.ignore" : undefined;
    differences.push(difference(check.name, "exit code", [ends(left), ends(right)], rule));
  }
  for (const stream of ["stdout", "stderr"] as const) {
    if (left[stream] === right[stream]) continue;
    const rule = check.ignore.includes(stream)
      ? "checks.ignore"
      : ruleOfMask(check.mask, left[stream], right[stream]);
    differences.push(
      difference(check.name, stream, differingLines(left[stream], right[stream], check.mask), rule),
    );
  }
  return differences;
}

function compareAnswers(
  check: HttpCheck,
  left: HttpAnswer | undefined,
  right: HttpAnswer | undefined,
): readonly Difference[] {
  if (left === undefined || right === undefined) return [];
  if ("problem" in left || "problem" in right) {
    const word = (answer: HttpAnswer) => ("problem" in answer ? answer.problem : String(answer.status));
    return word(left) === word(right) ? [] : [difference(check.name, "status", [word(left), word(right)])];
  }
  const differences: Difference[] = [];
  if (left.status !== right.status) {
    differences.push(difference(check.name, "status", [String(left.status), String(right.status)]));
  }
  const headers = new Set([...Object.keys(left.headers), ...Object.keys(right.headers)]);
  for (const name of [...headers].sort()) {
    const values = [left.headers[name] ?? null, right.headers[name] ?? null] as const;
    if (values[0] === values[1]) continue;
    // If bodies differ, a difference of their lengths is redundant.
    const isUsual = USUAL_HEADERS.has(name) || (name === "content-length" && left.body !== right.body);
    const rule = check.ignoreHeaders.includes(name) ? "checks.ignore" : isUsual ? "usual-headers" : undefined;
    const byMask = ruleOfMask(check.mask, values[0] ?? "", values[1] ?? "");
    differences.push(difference(check.name, `header ${name}`, values, rule ?? byMask));
  }
  return [...differences, ...compareBodies(check, left.body, right.body)];
}

function compareBodies(check: HttpCheck, left: string, right: string): readonly Difference[] {
  if (left === right) return [];
  if (check.json === undefined) {
    const rule = ruleOfMask(check.mask, left, right);
    return [difference(check.name, "body", differingLines(left, right, check.mask), rule)];
  }
  const found = check.json.flatMap((path): readonly Difference[] => {
    const values = [valueAt(left, path), valueAt(right, path)] as const;
    if (values[0] === values[1]) return [];
    const rule = ruleOfMask(check.mask, values[0] ?? "", values[1] ?? "");
    return [difference(check.name, `json ${path}`, values, rule)];
  });
  // The values at all paths are equal, so the difference lies in parts that the config leaves out.
  return found.length > 0
    ? found
    : [difference(check.name, "body", differingLines(left, right, []), "checks.ignore")];
}

/** JSON of the value that keys lead to; null where they lead nowhere. */
function valueAt(body: string, path: string): string | null {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return "(no JSON)";
  }
  for (const key of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return null;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return JSON.stringify(value);
}

function ruleOfMask(masks: readonly string[], left: string, right: string): string | undefined {
  return masks.length > 0 && masked(left, masks) === masked(right, masks) ? "checks.mask" : undefined;
}

function masked(text: string, masks: readonly string[]): string {
  return masks.reduce((rest, mask) => rest.replaceAll(new RegExp(mask, "gu"), ""), text);
}

/** The first lines that differ, past the masks where some still do, with their number. */
function differingLines(
  left: string,
  right: string,
  masks: readonly string[],
): readonly [string | null, string | null] {
  const lines = [left.split("\n"), right.split("\n")] as const;
  const firstOf = (read: (line: string) => string) => {
    const length = Math.max(lines[0].length, lines[1].length);
    for (let index = 0; index < length; index += 1) {
      const [one, other] = [lines[0][index], lines[1][index]];
      if (one === undefined || other === undefined || read(one) !== read(other)) return index;
    }
    return undefined;
  };
  const index = firstOf((line) => masked(line, masks)) ?? firstOf((line) => line) ?? 0;
  const show = (all: readonly string[]) => {
    const line = all[index];
    return line === undefined
      ? null
      : all.filter((one) => one !== "").length > 1
        ? `line ${index + 1}: ${line}`
        : line;
  };
  return [show(lines[0]), show(lines[1])];
}

function firedRules(covered: readonly Difference[]): readonly FiredRule[] {
  const byRule = Map.groupBy(covered, ({ rule }) => rule ?? "");
  return [...byRule.entries()]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, { length }]) => ({ name, about: ABOUT[name] ?? "", count: length }));
}

/** Figures that do not affect the verdict. */
function noteOf(left: BehaviourObservation, right: BehaviourObservation): string | undefined {
  const inSeconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`;
  const inMegabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const startup = showBoth([left.startup, right.startup], inSeconds);
  const memory = showBoth([left.memory, right.memory], inMegabytes);
  const notes = [
    ...(startup === undefined ? [] : [`up after ${startup}`]),
    ...(memory === undefined ? [] : [`using ${memory} of memory`]),
  ];
  return notes.length === 0 ? undefined : notes.join(", ");
}

function showBoth(
  figures: readonly (number | undefined)[],
  show: (figure: number) => string,
): string | undefined {
  if (figures.every((figure) => figure === undefined)) return undefined;
  return figures.map((figure) => (figure === undefined ? "–" : show(figure))).join(" and ");
}

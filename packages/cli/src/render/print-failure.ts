// Failures as blocks of lines: what failed, where that is written, why, and what to do next.
import { isAbsolute, relative } from "node:path";
import { describeFailure, type Failure, formatPath, type Location } from "@sti/core";
import { type Line, type LineView, printLine } from "./line.ts";
import type { Output } from "./renderer.ts";
import { sanitizeLine, sanitizeLines } from "./sanitize.ts";
import { useColour } from "./use-colour.ts";
import { wrapLine } from "./wrap-line.ts";

export interface FailureView extends LineView {
  /** Files are shown relative to this folder. */
  readonly cwd: string;
  readonly logOf?: LogOf | undefined;
  /** Whether files may be links. */
  readonly links?: boolean | undefined;
}

/** The file with all that a target printed, absolute; undefined when it printed nothing. */
export type LogOf = (target: string) => string | undefined;

/** The parts of a block that are not of the failure itself. */
export interface FailureBlock {
  /** Output that explains the failure. */
  readonly output?: readonly string[] | undefined;
  /** Targets that failed in the same way; by default the failure's own. */
  readonly subject?: string;
  /** "none": that of the failure is left out. */
  readonly place?: "none";
}

/** One failure as lines, without a blank line around it. */
export function printFailure(
  failure: Failure,
  view: FailureView,
  { output = [], place: placed, subject = findSubject(failure) }: FailureBlock = {},
): readonly string[] {
  const { summary, detail, hint } = describeFailure(failure, (file) => formatFile(file, view.cwd));
  const place = placed === "none" ? undefined : findLocation(failure);
  const override = "override" in failure && "path" in failure ? failure.override : undefined;
  const printer = blockPrinter(view);
  return [
    ...printer.headline(subject, summary),
    ...(override === undefined ? [] : printer.place(`--set ${sanitizeLine(override)}`)),
    ...(place === undefined ? [] : printer.place(formatLocation(place, view.cwd))),
    ...(detail === undefined ? [] : printer.detail(detail)),
    ...("frame" in failure && failure.frame !== undefined ? printer.source(failure.frame) : []),
    ...printer.output(output),
    ...(hint === undefined ? [] : printer.hint(hint)),
  ];
}

/** All failures, ordered by where they are in the files, a blank line between them, and their number last. */
export function printFailures(
  failures: readonly Failure[],
  { cwd, stream }: { readonly cwd: string; readonly stream: Output },
): string {
  const view = { columns: stream.columns ?? Number.POSITIVE_INFINITY, colour: useColour(stream), cwd };
  const blocks = [...failures].sort(compareLocations).map((failure) => printFailure(failure, view));
  if (blocks.length > 1)
    blocks.push([printLine([{ text: `${failures.length} problems`, style: "red" }], view)]);
  return blocks.map((block) => `${block.join("\n")}\n`).join("\n");
}

/** A file relative to the folder, or as it is where that would only lead upwards and out. */
export function formatFile(file: string, cwd: string): string {
  if (!isAbsolute(file)) return file;
  const path = relative(cwd, file);
  if (path === "") return ".";
  return path.length < file.length ? path : file;
}

export function formatLocation(location: Location, cwd: string): string {
  return `${formatFile(location.file, cwd)}:${location.line}:${location.column}`;
}

/** The lines of a block. Prose is wrapped; what may be copied or has columns of its own stays as it is. */
function blockPrinter(view: FailureView) {
  // Blocks are printed once and never redrawn: the terminal may wrap long lines, nothing is cut off.
  const print = (line: Line) => printLine(line, { ...view, columns: Number.POSITIVE_INFINITY });
  const wrap = (line: Line) => wrapLine(line, { columns: view.columns, indent: 2 }).map(print);
  return {
    headline(subject: string | undefined, summary: string): readonly string[] {
      const [first = "", ...rest] = sanitizeLines(summary);
      const start: Line = subject === undefined ? [] : [{ text: `${subject}:`, style: "bold" }, " "];
      return [
        ...wrap([{ text: "✖ ", style: "red" }, ...start, first]),
        ...rest.flatMap((text) => wrap([`  ${text}`])),
      ];
    },
    place(text: string): readonly string[] {
      return [print(["  ", { text, style: "cyan" }])];
    },
    detail(text: string): readonly string[] {
      return sanitizeLines(text.trimEnd()).flatMap((line) => wrap([`  ${line}`]));
    },
    hint(text: string): readonly string[] {
      return wrap(["  ", { text: `hint: ${text}`, style: "cyan" }]);
    },
    source(frame: string): readonly string[] {
      return sanitizeLines(frame.replace(/^\n+|\n+$/g, "")).map((text) =>
        print([{ text: `    ${text}`, style: "dim" }]),
      );
    },
    output(lines: readonly string[]): readonly string[] {
      return lines.map((text) =>
        print([
          { text: "  │ ", style: "red" },
          { text, style: "dim" },
        ]),
      );
    },
  };
}

function findSubject(failure: Failure): string | undefined {
  if ("path" in failure && failure.path.length > 0) return formatPath(failure.path);
  return "target" in failure ? failure.target : undefined;
}

function findLocation(failure: Failure): Location | undefined {
  return "location" in failure ? failure.location : undefined;
}

function compareLocations(a: Failure, b: Failure): number {
  const [here, there] = [findLocation(a), findLocation(b)];
  if (here === undefined || there === undefined)
    return Number(here === undefined) - Number(there === undefined);
  if (here.file !== there.file) return here.file < there.file ? -1 : 1;
  return here.line - there.line || here.column - there.column;
}

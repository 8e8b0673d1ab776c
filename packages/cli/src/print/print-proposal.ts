// A proposal of `sti init` as lines, and as a JSON document.
import type { Proposal, TakenOver } from "../init/proposal.ts";
import { printLine } from "../render/line.ts";
import { sanitizeLine, sanitizeLines } from "../render/sanitize.ts";
import { wrapLine } from "../render/wrap-line.ts";

/** The file that a proposal becomes. */
export interface ProposedFile {
  readonly name: string;
  readonly text: string;
}

/** Output of `sti init --json`. */
export interface InitDocument {
  readonly schemaVersion: 1;
  /** Name of the config file. */
  readonly file: string;
  readonly text: string;
  readonly isWritten: boolean;
  /** All files that were written, or would be. */
  readonly files: readonly string[];
  readonly takenOver: Proposal["takenOver"];
  readonly notTakenOver: Proposal["remarks"];
  readonly preparations: Proposal["preparations"];
  readonly hostTrust: Proposal["hostTrust"];
}

export function toInitDocument(
  { hostTrust, preparations, remarks, takenOver }: Proposal,
  {
    file,
    files,
    isWritten,
  }: { readonly file: ProposedFile; readonly files: readonly string[]; readonly isWritten: boolean },
): InitDocument {
  return {
    schemaVersion: 1,
    file: file.name,
    text: file.text,
    isWritten,
    files,
    takenOver,
    notTakenOver: remarks,
    preparations,
    hostTrust,
  };
}

/** Lines with everything that the user decides about. `columns`: of the terminal; undefined: lines are not broken. */
export function printProposal(
  { hostTrust, remarks, takenOver }: Proposal,
  file: ProposedFile,
  { columns, files }: { readonly files: readonly string[]; readonly columns: number | undefined },
): readonly string[] {
  const trust = `  defaults.hostTrust, for certificates and proxies: ${hostTrust.join(", ")} of this machine`;
  return [
    "taken over:",
    ...table(
      takenOver.map((target) => [target.name, target.kind, target.place, factsOf(target)]),
      columns,
    ),
    ...(hostTrust.length === 0 ? [] : breakLine(trust, columns)),
    ...printRemarks(remarks, columns),
    "",
    `${file.name}:`,
    ...sanitizeLines(file.text.trimEnd()).map((line) => (line === "" ? "" : `  ${line}`)),
    "",
    "files:",
    ...files.map((path) => `  ${sanitizeLine(path)}`),
  ];
}

/** The parts of a folder that are in no config, each with the reason. */
export function printRemarks(remarks: Proposal["remarks"], columns: number | undefined): readonly string[] {
  if (remarks.length === 0) return [];
  const rows = remarks.map(({ place, reason }) => [place, reason]);
  return ["", "not taken over:", ...table(rows, columns)];
}

function factsOf({ facts }: TakenOver): string {
  return facts.join(" · ");
}

/** The last column is as long as its text, and the others at most half a line. Lines are broken at spaces. */
function table(rows: readonly (readonly string[])[], columns: number | undefined): readonly string[] {
  const safe = rows.map((row) => row.map(sanitizeLine));
  const widths = (safe[0] ?? []).map((_, index) =>
    Math.min(40, Math.max(...safe.map((row) => row[index]?.length ?? 0))),
  );
  return safe.flatMap((row) =>
    breakLine(`  ${row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join("  ")}`.trimEnd(), columns),
  );
}

/** Spaces before the rest of a broken line. */
const INDENT = 6;

function breakLine(text: string, columns = Number.POSITIVE_INFINITY): readonly string[] {
  const lines = wrapLine([text], { columns, indent: INDENT });
  return lines.map((line) => printLine(line, { columns: Number.POSITIVE_INFINITY, colour: false }));
}

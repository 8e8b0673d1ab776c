// The text that follows the options in a command's help, as Markdown.
import { printCode, printProse, printTable } from "./markdown.ts";

export interface HelpNotes {
  readonly paragraphs: readonly string[];
  /** Each with a heading of the second level. */
  readonly sections: readonly string[];
}

/** `Examples:` or `Selectors (a hint):`, before indented lines. */
const HEADING = /^([A-Z][^:(]*?)(?: \((.+)\))?:$/;
const EXIT_CODES = /^Exit codes: (.+)\.$/s;

/** `text`: blocks with an empty line between them. */
export function readHelpNotes(text: string): HelpNotes {
  const paragraphs: string[] = [];
  const sections: string[] = [];
  for (const block of text.split(/\n{2,}/).filter((one) => one !== "")) {
    const section = printSection(block);
    if (section === undefined) paragraphs.push(printProse(block));
    else sections.push(section);
  }
  return { paragraphs, sections };
}

function printSection(block: string): string | undefined {
  const [, codes] = EXIT_CODES.exec(block) ?? [];
  if (codes !== undefined) return printExitCodes(codes);
  const [first = "", ...rest] = block.split("\n");
  const [, title, hint] = HEADING.exec(first) ?? [];
  if (title === undefined || !rest.every((line) => line.startsWith("  "))) return undefined;
  const lines = rest.map((line) => line.slice(2));
  return [
    `## ${title}`,
    ...(hint === undefined ? [] : [`${printProse(`${hint.charAt(0).toUpperCase()}${hint.slice(1)}`)}.`]),
    title === "Examples" ? printCode(commentExamples(lines), "sh") : printCode(lines),
  ].join("\n\n");
}

/** Two spaces or more are between a command and its explanation, which becomes a comment of the shell. */
function commentExamples(lines: readonly string[]): readonly string[] {
  const examples = lines.map((line) => /^(.*?\S)(?: {2,}(\S.*))?$/.exec(line) ?? ["", line]);
  const width = Math.max(
    0,
    ...examples.map(([, command = "", comment]) => (comment === undefined ? 0 : command.length)),
  );
  return examples.map(([, command = "", comment]) =>
    comment === undefined ? command : `${command.padEnd(width)}  # ${comment.replace(/^\((.*)\)$/, "$1")}`,
  );
}

/** Each code is followed by its meaning, which may contain commas: "0 success, 2 usage, config or source error". */
function printExitCodes(codes: string): string {
  const rows = codes
    .replaceAll("\n", " ")
    .split(/, (?=\d)/)
    .map((entry) => /^(\d+(?: \+ n)?) (.*)$/.exec(entry)?.slice(1) ?? [entry]);
  return ["## Exit codes", printTable([["code", "meaning"], ...rows])].join("\n\n");
}

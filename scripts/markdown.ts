// Parts of Markdown, laid out as the formatter of this repository would.

/** The first row is the head. */
export function printTable(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const print = (row: readonly string[]) =>
    `| ${widths.map((width, column) => (row[column] ?? "").padEnd(width)).join(" | ")} |`;
  const [head = [], ...body] = cells;
  return [print(head), print(widths.map((width) => "-".repeat(width))), ...body.map(print)].join("\n");
}

export function printCode(lines: readonly string[], language = ""): string {
  return [`\`\`\`${language}`, ...lines, "```"].join("\n");
}

/** Text of a help: names of options become code, and marks of Markdown are escaped; backticks stay. */
export function printProse(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith("`") ? part : escapeMarks(part)))
    .join("");
}

function escapeMarks(text: string): string {
  return text
    .replace(/[\\*<[\]]|(?<!\w)_|_(?!\w)/g, "\\$&")
    .replace(/(?<![\w-])--[a-z][a-z-]*(?:=\w+)?/g, "`$&`");
}

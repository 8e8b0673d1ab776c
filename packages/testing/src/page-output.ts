// Compares output with a page that shows it: durations, times, ids and the order of lines differ from run to run.

/** Lines of `expected` that `actual` lacks, and the reverse; a line "…" in `expected` stands for any further lines. */
export function compareOutput(
  expected: string,
  actual: string,
): { readonly missing: readonly string[]; readonly surplus: readonly string[] } {
  const shown = linesOf(expected);
  const left = linesOf(actual);
  const missing: string[] = [];
  for (const line of shown.filter((one) => one !== "…")) {
    const at = left.indexOf(line);
    if (at === -1) missing.push(line);
    else left.splice(at, 1);
  }
  return { missing, surplus: shown.includes("…") ? [] : left };
}

function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) =>
      line
        .trimEnd()
        .replaceAll(/\b\d\d:\d\d:\d\d\b/g, "TIME")
        .replaceAll(/\b(?:\d+m )?\d+(?:\.\d+)?s\b/g, "DURATION")
        .replaceAll(/\b(?:[0-9a-f]{64}|[0-9a-f]{12})\b/g, "ID")
        .replaceAll(/\b\d+ at a time\b/g, "N at a time"),
    )
    .filter((line) => line !== "");
}

// A table of medians as text. Measures nothing.
import { compareRows, type Row, type Table } from "./measure.ts";

/** Ends with a line break. */
export function printTable({ compare, notes = [], peers, rows, title }: Table): string {
  const columns: readonly { readonly head: string; readonly cell: (row: Row) => string }[] = [
    { head: title, cell: ({ name }) => name },
    { head: "CPU ms", cell: ({ cpu }) => amount(cpu) },
    { head: "wall ms", cell: ({ wall }) => amount(wall) },
    { head: "p95 ms", cell: ({ p95 }) => amount(p95) },
    { head: "RSS MB", cell: ({ memory }) => amount(memory) },
    { head: "calls", cell: ({ calls }) => amount(calls) },
    ...[...new Set(rows.flatMap(({ counts = {} }) => Object.keys(counts)))].map((name) => ({
      head: name,
      cell: ({ counts }: Row) => (counts?.[name] === undefined ? "" : String(counts[name])),
    })),
    ...peers.flatMap((peer) => {
      const base = rows.find(({ name }) => name === peer);
      if (base?.[compare] === undefined) return [];
      return { head: `÷ ${peer}`, cell: (row: Row) => ratio(compareRows(row, base, compare), row === base) };
    }),
    { head: "goal", cell: ({ goal }) => goal ?? "" },
  ];
  const shown = columns.filter(({ cell }) => rows.some((row) => cell(row) !== ""));
  const lines = [shown.map(({ head }) => head), ...rows.map((row) => shown.map(({ cell }) => cell(row)))];
  const widths = shown.map((_, index) => Math.max(...lines.map((cells) => cells[index]?.length ?? 0)));
  const text = lines.map((cells) =>
    cells
      .map((cell, index) => {
        const isText = index === 0 || shown[index]?.head === "goal";
        return isText ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0);
      })
      .join("  ")
      .trimEnd(),
  );
  return [...text, ...notes.map((note) => `  ${note}`), ""].join("\n");
}

function amount(figure: number | undefined): string {
  if (figure === undefined) return "";
  return figure < 10 ? String(Number(figure.toFixed(2))) : figure.toFixed(0);
}

/** The range of the rounds comes behind it, where there are several. */
function ratio(compared: ReturnType<typeof compareRows>, isPeer: boolean): string {
  if (compared === undefined) return "";
  const { least, most, ratio } = compared;
  const text = `${ratio.toFixed(2)} ×`;
  if (isPeer || least === undefined || most === undefined || least === most) return text;
  return `${text} (${least.toFixed(2)}–${most.toFixed(2)})`;
}

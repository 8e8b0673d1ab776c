// Whole lines to a stream, in one write.
import type { Output } from "./renderer.ts";

export function writeLines(output: Output, lines: readonly string[]): void {
  if (lines.length > 0) output.write(`${lines.join("\n")}\n`);
}

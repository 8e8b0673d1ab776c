// The program: reads the command line, runs one command, sets the exit code. Nothing that only one command needs
// is loaded before that command is known.
import { createProgram } from "./program.ts";
import { guardStreams } from "./render/guard-streams.ts";

/** `argv` as in process.argv. */
export async function main(argv: readonly string[]): Promise<void> {
  guardStreams([process.stdout, process.stderr]);
  process.on("uncaughtException", reportBug);
  try {
    process.exitCode = await createProgram()(argv.slice(2));
  } catch (error) {
    reportBug(error);
  }
}

/** A defect of sti itself: said as such, with what a report of it needs. */
function reportBug(error: unknown): void {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(
    [
      "",
      "✖ sti itself went wrong; this is a defect in sti, not in your project",
      ...stack.split("\n").map((line) => `  ${line}`),
      `  node ${process.versions.node} on ${process.platform} ${process.arch}`,
      "  hint: report it with these lines; running the same command again is safe",
      "",
    ].join("\n"),
  );
  process.exitCode = 70;
}

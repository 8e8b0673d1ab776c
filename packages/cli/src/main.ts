// The program: reads the command line, runs one command, sets the exit code. Nothing that only one command needs
// is loaded before that command is known. A question for the version alone is answered by bin/sti.cjs.
import { prepareConfigThread } from "@sti/config/thread";
import { configMemoryDirectory } from "./process/cache-directory.ts";
import { version } from "./process/version.ts";
import { guardOutput } from "./render/guard-output.ts";
import { guardStreams } from "./render/guard-streams.ts";

/** `argv` as in process.argv. */
export async function main(argv: readonly string[]): Promise<void> {
  guardStreams([process.stdout, process.stderr]);
  process.on("uncaughtException", reportBug);
  // With nothing left to wait for. Node would give the whole heap back page by page before it ends.
  process.on("beforeExit", () => process.exit());
  const args = argv.slice(2);
  if (readsConfig(args)) prepareConfigThread(process.cwd(), configMemoryDirectory(process.env));
  try {
    const { createProgram } = await import("./program/program.ts");
    process.exitCode = await createProgram(version)(args);
  } catch (error) {
    reportBug(error);
  }
}

/** Whether a command will read the config of this folder; to start its thread in vain costs little. */
function readsConfig([command = "", ...rest]: readonly string[]): boolean {
  if (!["run", "watch", "plan", "why", "push", "lock", "logs", "debug", "up"].includes(command)) return false;
  return !rest.some((argument) => /^(?:-C|--cwd|--config|-h|--help)/.test(argument));
}

/** Reports a defect of sti itself as such, with the details that a bug report needs. */
function reportBug(error: unknown): void {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  guardOutput(process.stderr, process.env).write(
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

// The process of a session without a terminal: it writes down its events, and its exit code when it ends.
import { openSync } from "node:fs";
import type { SessionEvent } from "@sti/core";
import type { CommandContext } from "../process/command-context.ts";
import { describeCommandLine } from "../process/command-line.ts";
import { currentOwner } from "../process/session-owner.ts";
import { createFileOutput } from "../render/file-output.ts";
import { formatJson } from "../render/format-json.ts";
import { detachedRuns } from "./detached-runs.ts";

/** The last line of a run's events. */
export interface RunEnd {
  readonly exitCode: number;
}

/** `id`: of files that exist. The result gets each event. */
export async function recordRun(
  id: string,
  { cwd, env }: Pick<CommandContext, "cwd" | "env">,
): Promise<(event: SessionEvent) => void> {
  const runs = detachedRuns(env);
  const file = runs.filesOf(id).events;
  const output = createFileOutput(file, { opened: openSync(file, "a") });
  const args = process.argv.slice(2).filter((word) => !word.startsWith("--detached-as"));
  const { command } = describeCommandLine(args);
  await runs.add({ v: 1, id, started: Date.now(), command, cwd, owner: currentOwner() });
  process.on("exit", (exitCode) => {
    output.write(formatJson({ exitCode } satisfies RunEnd));
    output.close();
  });
  return (event) => void output.write(formatJson(event));
}

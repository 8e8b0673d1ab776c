// Facts about a session for its page: the command, the commit, the engine, the version.
import { basename } from "node:path";
import type { EngineDescription } from "@sti/core";
import { readHead } from "@sti/source";
import { describeCommandLine } from "../process/command-line.ts";
import { version } from "../process/version.ts";
import { sanitizeLine } from "../render/sanitize.ts";
import type { SessionAbout } from "../report/page/page-state.ts";

export interface DescribedSession {
  /** Of the config, absolute. */
  readonly directory: string;
  readonly engine: EngineDescription | undefined;
  readonly signal: AbortSignal;
  /** The words after the program. Default: those of this process. */
  readonly args?: readonly string[];
}

/** Rejects with the signal's reason. */
export async function describeSession(options: DescribedSession): Promise<SessionAbout> {
  const { args = process.argv.slice(2), directory, engine, signal } = options;
  const { again, command } = describeCommandLine(args);
  return {
    project: sanitizeLine(basename(directory)),
    command: sanitizeLine(command),
    again: again === undefined ? undefined : sanitizeLine(again),
    version,
    engine:
      engine === undefined
        ? undefined
        : sanitizeLine(
            `${engine.product ?? "engine"} ${engine.version}, ${engine.os}/${engine.architecture}`,
          ),
    commit: await readHead(directory, { signal }),
  };
}

// All commands as data, and the completion scripts, for scripts that write files of them. Only sources have this entry; the program does not need it.

import { version } from "../process/version.ts";
import { describeProgram, type ProgramDescription } from "./describe-commands.ts";
import { makeProgram } from "./program.ts";

export { completionScript } from "./completion-script.ts";
export type {
  CommandDescription,
  Group,
  ParameterDescription,
  ProgramDescription,
} from "./describe-commands.ts";

/** The program `sti`. */
export function describeSti(): ProgramDescription {
  return describeProgram(makeProgram(version, async () => {}));
}

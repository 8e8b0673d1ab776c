// All commands as data, for scripts that document them. Only sources have this entry; the program does not need it.

import { describeProgram, type ProgramDescription } from "./program/describe-commands.ts";
import { makeProgram } from "./program.ts";
import { version } from "./version.ts";

export type {
  CommandDescription,
  Group,
  ParameterDescription,
  ProgramDescription,
} from "./program/describe-commands.ts";

/** The program `sti`. */
export function describeSti(): ProgramDescription {
  return describeProgram(makeProgram(version, async () => {}));
}

// The command line that starts this program again.
import { isSea } from "node:sea";

/** Program and first arguments; the words of a command line follow. */
export function ownProgram(): readonly [string, ...string[]] {
  const { argv, execArgv, execPath } = process;
  return isSea() ? [execPath] : [execPath, ...execArgv, argv[1] ?? ""];
}

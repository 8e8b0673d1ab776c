// The built `sti` as a command line.
const BIN = new URL("../packages/cli/bin/sti.cjs", import.meta.url).pathname;

/** For a process that this Node.js runs. */
export function stiCommand(...args: readonly string[]): readonly string[] {
  return [process.execPath, BIN, ...args];
}

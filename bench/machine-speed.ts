// How fast this machine starts Node.js, for goals in milliseconds: they were set without naming a machine.
import { tmpdir } from "node:os";
import { timeCommand } from "./time-command.ts";

/**
 * Milliseconds of processor time for a start of Node.js with nothing to do, on the quickest machine that sti was measured on.
 * An assumption: that the goals were set on one like it.
 */
const USUAL_START = 25;
const STARTS = 15;

export interface MachineSpeed {
  /** Time of a start here for a time of 1 there. Other work may have another ratio. */
  readonly factor: number;
  /** Said below a table. */
  readonly note: string;
}

export async function measureSpeed(signal: AbortSignal): Promise<MachineSpeed> {
  const starts: number[] = [];
  for (let count = 0; count < STARTS; count += 1) {
    const command = [process.execPath, "-e", "0"];
    const { figures } = await timeCommand({ command, cwd: tmpdir(), signal });
    starts.push(figures.cpu ?? 0);
  }
  const start = starts.toSorted((one, other) => one - other)[Math.floor(STARTS / 2)] ?? 0;
  const factor = start / USUAL_START;
  const note = `"node -e 0" takes ${Math.round(start)} ms CPU here. In brackets: the goal, if it was set where that takes ${USUAL_START} ms, and all takes longer alike.`;
  return { factor, note };
}

/** The goal as it was set, and times the ratio. */
export function goalHere(milliseconds: number, { factor }: MachineSpeed): string {
  return `${milliseconds} ms CPU (${Math.round(milliseconds * factor)})`;
}

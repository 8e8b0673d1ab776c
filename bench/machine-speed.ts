// How fast this machine is, beside the one that goals in milliseconds were set on.
import { tmpdir } from "node:os";
import { timeCommand } from "./time-command.ts";

/** Milliseconds of processor time that Node.js took there to start, with nothing to do. */
const USUAL_START = 25;
const STARTS = 15;

export interface MachineSpeed {
  /** Time here for what took 1 there. */
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
  const note = `"node -e 0" takes ${Math.round(start)} ms CPU here. Goals are for a machine where it takes ${USUAL_START} ms, and in brackets for this one.`;
  return { factor, note };
}

/** A goal of that machine, and the same for this one. */
export function goalHere(milliseconds: number, { factor }: MachineSpeed): string {
  return `${milliseconds} ms CPU (${Math.round(milliseconds * factor)})`;
}

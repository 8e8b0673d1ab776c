// Lag of the clocks from which file systems take files' times, compared with this machine's.
import type { Stats } from "node:fs";
import { isRemote } from "./needs-polling.ts";

/** Milliseconds, by device. */
export type ClockLags = ReadonlyMap<number, number>;

/** Of a server's clock that nothing was written by: a file counts when it rested for longer. */
const UNMEASURED = 60_000;

/**
 * `devices`: with a folder on each. `made`: a file that was made just now, by whose own time it shows how far the clock
 * of its file system is behind. Nothing is written to the others.
 */
export async function findClockLags(
  devices: ReadonlyMap<number, string>,
  made: Pick<Stats, "dev" | "mtimeMs">,
): Promise<ClockLags> {
  const measured = Math.max(0, Date.now() - made.mtimeMs);
  const lags = await Promise.all(
    [...devices].map(async ([device, folder]) => {
      if (device === made.dev) return [device, measured] as const;
      const isOwn = process.platform === "linux" && !(await isRemote(folder));
      return [device, isOwn ? 0 : UNMEASURED] as const;
    }),
  );
  return new Map(lags);
}

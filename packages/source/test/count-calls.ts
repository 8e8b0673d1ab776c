// Counts accesses to the disk, by the functions of node:fs that the product calls. The calls are made.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const COUNTED = ["readdirSync", "lstatSync", "openSync"] as const;

/** Number of calls of each, by path. */
export type Calls = Readonly<Record<(typeof COUNTED)[number], ReadonlyMap<string, number>>>;

export async function countCalls(work: () => Promise<unknown>): Promise<Calls> {
  const calls = { readdirSync: new Map(), lstatSync: new Map(), openSync: new Map() };
  const restore = COUNTED.map((name) => {
    const original = fs[name] as (...args: unknown[]) => unknown;
    const counting = (...args: unknown[]) => {
      calls[name].set(args[0], (calls[name].get(args[0]) ?? 0) + 1);
      return original(...args);
    };
    Object.assign(fs, { [name]: counting });
    return () => Object.assign(fs, { [name]: original });
  });
  syncBuiltinESMExports();
  try {
    await work();
  } finally {
    for (const undo of restore) undo();
    syncBuiltinESMExports();
  }
  return calls;
}

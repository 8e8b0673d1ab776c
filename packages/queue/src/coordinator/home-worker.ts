// The worker that an app belongs to: where its dependency layer, its source cache and its base images are. Pure.
import { createHash } from "node:crypto";

export interface HomeCandidate {
  readonly name: string;
  readonly slots: number;
}

/**
 * By a rendezvous hash: each app has an order of all workers, and the first one that is alive is its home. So a worker that
 * comes or goes moves only the apps that it gets or had. Workers get apps by the number of their slots. `app`: any text that
 * stays the same from run to run. Undefined without workers.
 */
export function homeOf(app: string, workers: readonly HomeCandidate[]): string | undefined {
  let home: { readonly name: string; readonly distance: number } | undefined;
  for (const { name, slots } of workers) {
    const distance = -Math.log(fraction(`${app}\0${name}`)) / slots;
    if (home === undefined || distance < home.distance) home = { name, distance };
  }
  return home?.name;
}

/** Above 0 and below 1, the same on all machines. */
function fraction(text: string): number {
  const bits = createHash("sha256").update(text).digest().readUIntBE(0, 6);
  return (bits + 0.5) / 2 ** 48;
}

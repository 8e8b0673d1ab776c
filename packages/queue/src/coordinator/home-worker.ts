// The worker that an app belongs to: where its dependency layer, its source cache and its base images are. Pure.
import { createHash } from "node:crypto";

export interface HomeCandidate {
  readonly name: string;
  readonly slots: number;
}

export interface Homes {
  /** Name of a worker, the same for all who know the same apps and workers. Undefined without workers. */
  of(app: string, workers: readonly HomeCandidate[]): string | undefined;
}

/** A worker may have so many times its even share of a group, in whole apps. */
const SLACK = 1.05;

/**
 * By a rendezvous hash with bounded loads: each app has an order of all workers, which are more likely to be first the more slots
 * they have, and its home is the first one that is alive and has room. So a worker that comes or goes moves few other apps
 * than those that it gets or had. `groups`: all apps of the project, each a text that stays the same from run to run; those of
 * one group are spread by themselves.
 */
export function createHomes(groups: readonly (readonly string[])[]): Homes {
  const sorted = groups.map((apps) => [...new Set(apps)].sort());
  const distances = new Map(sorted.flat().map((app) => [app, new Map<string, number>()]));
  let [known, homes] = ["", new Map<string, string>()];
  const distanceOf = (app: string, worker: HomeCandidate): number => {
    const places = distances.get(app);
    const distance = places?.get(worker.name) ?? -Math.log(fraction(`${app}\0${worker.name}`));
    places?.set(worker.name, distance);
    return distance / worker.slots;
  };
  const nearest = (app: string, workers: readonly HomeCandidate[]): string | undefined => {
    let home: { readonly name: string; readonly distance: number } | undefined;
    for (const worker of workers) {
      const distance = distanceOf(app, worker);
      if (home === undefined || distance < home.distance) home = { name: worker.name, distance };
    }
    return home?.name;
  };
  const assign = (apps: readonly string[], workers: readonly HomeCandidate[]) => {
    const slots = workers.reduce((sum, worker) => sum + worker.slots, 0);
    const room = new Map(
      workers.map((worker) => {
        const share = (apps.length * worker.slots) / slots;
        // Of few apps the slack is none: a worker with two of two would leave another one idle.
        return [worker.name, Math.max(Math.ceil(share), Math.round(share * SLACK))];
      }),
    );
    const roomOf = ({ name }: HomeCandidate) => room.get(name) ?? 0;
    return apps.flatMap((app) => {
      const home = nearest(
        app,
        workers.filter((worker) => roomOf(worker) > 0),
      );
      if (home === undefined) return [];
      room.set(home, (room.get(home) ?? 0) - 1);
      return [[app, home] as const];
    });
  };
  return {
    of: (app, workers) => {
      const now = workers
        .map(({ name, slots }) => JSON.stringify([name, slots]))
        .sort()
        .join();
      if (now !== known) [known, homes] = [now, new Map(sorted.flatMap((apps) => assign(apps, workers)))];
      return homes.get(app) ?? nearest(app, workers);
    },
  };
}

/** Above 0 and below 1, the same on all machines. */
function fraction(text: string): number {
  const bits = createHash("sha256").update(text).digest().readUIntBE(0, 6);
  return (bits + 0.5) / 2 ** 48;
}

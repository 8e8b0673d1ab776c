// Standby containers: created and started ahead for the next builds of the targets that were built last, which mostly
// need the same container with another source. They wait for their input, and end when its connection does. Only a
// watch has them; a session that ends has no use for them.
import type { CallOptions } from "../engine/call.ts";
import type { Engine } from "../engine/engine.ts";
import { EngineError } from "../engine/engine-error.ts";
import type { TargetGraph } from "../graph/target-graph.ts";
import { awaitInput } from "../plan/script-command.ts";
import type { ImageStage, PlannedBase, PlannedContainer, Step } from "../plan/step.ts";
import { createPlannedContainer } from "./run-step.ts";
import { createTargetResources, removeResources, type TargetResources } from "./target-resources.ts";
import { EndedEarlyError, startWaiting } from "./waiting-container.ts";

export interface ReadyContainers {
  /** The standby container for a build of these steps; from now on the build has to remove it. */
  take(target: string, steps: readonly Step[]): TargetResources | undefined;
  /**
   * Records the container of a build that succeeded; the next build of the target gets one like it. After a build that
   * was of another target than expected, only targets that were built not long before get one, for somebody edits here
   * and there. `filledCache`: the source that it filled itself.
   */
  note(target: string, steps: readonly Step[], filledCache: PlannedBase | undefined): void;
  /** Removes those that no build will need. Resolves to the errors of removals. */
  trim(engine: Engine, graph: Pick<TargetGraph, "nodes">): Promise<readonly unknown[]>;
  /** Starts the missing ones. Resolves to the errors of starts and removals. */
  replenish(engine: Engine, options?: CallOptions): Promise<readonly unknown[]>;
  /** They are gone, or somebody else's to remove: their engine went away. */
  forget(): void;
  /** Removes all. Resolves to the errors. */
  close(engine: Engine): Promise<readonly unknown[]>;
}

/** Milliseconds: settings of a container from its start, e.g. name servers, may change later. */
const LONGEST_WAIT = 5 * 60_000;

interface Wanted {
  readonly stage: ImageStage;
  readonly spec: PlannedContainer;
}

interface Ready {
  /** The text of its plan. */
  readonly as: string;
  readonly startedAt: number;
  readonly resources: TargetResources;
}

/** `most`: of how many targets; `now`: milliseconds. */
export function createReadyContainers({
  most,
  newName,
  now,
}: {
  readonly most: number;
  readonly newName: () => string;
  readonly now: () => number;
}): ReadyContainers {
  /** By target; those that were built last at the end. */
  const wanted = new Map<string, Wanted>();
  const ready = new Map<string, Ready>();
  let unwanted: TargetResources[] = [];
  /** Targets of the last builds, oldest first. */
  let recent: readonly string[] = [];
  /** Whether the next build is taken to be of the same target as the last one. */
  let repeats = true;
  /** Containers that could not be started; they are not tried again with this engine. */
  const refused = new Set<string>();
  /** One after the other, so that no two are made for one target. */
  let working: Promise<unknown> = Promise.resolve();

  /** Whether it is the wanted one, still runs, and is not too old. */
  const isFor = (next: Wanted, { as, resources, startedAt }: Ready) =>
    as === textOf(next) &&
    resources.waiting?.container.hasEnded === false &&
    now() - startedAt < LONGEST_WAIT;
  const drop = (target: string) => {
    const dropped = ready.get(target);
    ready.delete(target);
    if (dropped !== undefined) unwanted.push(dropped.resources);
  };
  const removeUnwanted = async (engine: Engine): Promise<readonly unknown[]> => {
    const removed = unwanted;
    unwanted = [];
    return (await Promise.all(removed.map((resources) => removeResources(engine, resources)))).flat();
  };
  const create = async (
    target: string,
    { stage, spec }: Wanted,
    { engine, signal }: CallOptions & { readonly engine: Engine },
  ): Promise<void> => {
    const resources = createTargetResources();
    try {
      const id = await createPlannedContainer(awaitInput(spec), { engine, newName, resources });
      resources.containers.set(stage, id);
      resources.waiting = { stage, container: await startWaiting(engine, id, { signal }) };
      ready.set(target, { as: textOf({ stage, spec }), startedAt: now(), resources });
    } catch (error) {
      unwanted.push(resources);
      // The build reports the error if it persists.
      const isExpected = error instanceof EngineError || error instanceof EndedEarlyError;
      if (!isExpected && signal?.aborted !== true) throw error;
      refused.add(textOf({ stage, spec }));
      wanted.delete(target);
    }
  };
  const inTurn = <Value>(work: () => Promise<Value>): Promise<Value> => {
    const result = working.then(work);
    working = result.catch(() => {});
    return result;
  };
  return {
    take(target, steps) {
      const found = ready.get(target);
      const planned = findPlanned(steps);
      // A container that waits for another target's build costs this one the engine's time: see `note`.
      if (planned !== undefined && ready.size > 0) repeats = found !== undefined;
      if (found === undefined || planned === undefined) return undefined;
      if (!isFor(planned, found)) {
        drop(target);
        return undefined;
      }
      ready.delete(target);
      return found.resources;
    },
    note(target, steps, filledCache) {
      wanted.delete(target);
      const planned = findPlanned(steps);
      if (planned === undefined) return;
      const isExpected = repeats || recent.includes(target);
      recent = [...recent.filter((name) => name !== target), target].slice(-2 * most);
      if (!isExpected) return;
      const next = { ...planned, spec: onBase(planned.spec, filledCache) };
      if (!refused.has(textOf(next))) wanted.set(target, next);
    },
    trim: (engine, graph) =>
      inTurn(async () => {
        for (const target of wanted.keys()) if (!graph.nodes.has(target)) wanted.delete(target);
        for (const target of [...wanted.keys()].slice(0, Math.max(0, wanted.size - most)))
          wanted.delete(target);
        for (const [target, one] of ready) {
          const next = wanted.get(target);
          if (next === undefined || !isFor(next, one)) drop(target);
        }
        return await removeUnwanted(engine);
      }),
    replenish: (engine, { signal } = {}) =>
      inTurn(async () => {
        for (const [target, one] of [...wanted]) {
          if (signal?.aborted !== true && !ready.has(target)) await create(target, one, { engine, signal });
        }
        return await removeUnwanted(engine);
      }),
    forget() {
      wanted.clear();
      ready.clear();
      refused.clear();
      unwanted = [];
    },
    close: (engine) =>
      inTurn(async () => {
        wanted.clear();
        for (const target of [...ready.keys()]) drop(target);
        return await removeUnwanted(engine);
      }),
  };
}

/** The first container that an image is made of. */
function findPlanned(steps: readonly Step[]): Wanted | undefined {
  for (const step of steps) {
    if (step.kind !== "create-container") continue;
    const { stage, spec } = step;
    if (stage === "build" || stage === "result") return { stage, spec };
  }
  return undefined;
}

/** As the next build has it, which finds the source that this one has kept. */
function onBase(spec: PlannedContainer, filledCache: PlannedBase | undefined): PlannedContainer {
  const mounts = spec.mounts.map((mount) =>
    mount.kind === "source-cache" ? { ...mount, base: mount.base ?? filledCache } : mount,
  );
  return { ...spec, mounts };
}

function textOf(wanted: Wanted): string {
  return JSON.stringify(wanted);
}

// Decides which container one watched app or service has, and how one takes over from another: the old one goes when the
// new one is up, and stays, or comes back, when that fails. One that crashes is followed by another, later each time.
import type { DevSubject } from "../definition/dev-settings.ts";
import type { AppTarget } from "../definition/target.ts";
import type { SourceSnapshot } from "../source/source.ts";
import { containerFields } from "./container-fields.ts";
import { createContainerInUse, type Live } from "./container-in-use.ts";
import { createCrashRestarts } from "./crash-restarts.ts";
import { type AppOptions, isSameContainer, type WantedContainer } from "./dev-options.ts";
import { planSync } from "./plan-sync.ts";
import { publishPorts } from "./publish-ports.ts";
import { createRemovals } from "./remove-later.ts";
import { isCrash, startContainer } from "./start-container.ts";
import { syncFiles } from "./sync-files.ts";

export interface AppContainer {
  /** Requests this container. A start for an earlier call is given up. */
  swap(wanted: WantedContainer): void;
  /** Whether the container has this source now, without a new image. */
  sync(target: AppTarget, snapshot: SourceSnapshot): Promise<boolean>;
  /** Resolves when nothing is being started or stopped. */
  idle(): Promise<void>;
  /** Starts another container in the place of this one, also of the same image; one that was halted comes back. */
  restart(): void;
  /** Stops it; nothing starts it again but `restart`. */
  halt(): void;
  /** Names of apps and services that it needs, as of the latest request. */
  dependsOn(): readonly string[];
  /** `grace`: seconds that it gets to end by itself. Removes everything; resolves to the errors. Takes no signal. */
  close(grace?: number): Promise<readonly unknown[]>;
}

/** Number of paths that an event names. */
const NAMED_PATHS = 10;

export function createAppContainer(options: AppOptions): AppContainer {
  const { clock, emit, order } = options;
  const ports = publishPorts(options);
  const removals = createRemovals();
  const restarts = createCrashRestarts(clock);
  const inUse = createContainerInUse({
    options,
    ports,
    removals,
    onEnded(wanted, { ended, life }) {
      restarts.noteLife(life);
      const isLeft = inUse.current === undefined && working === undefined && !closed;
      return isLeft && isCrash(ended) ? restarts.later(() => request(wanted)) : undefined;
    },
  });
  /** The latest request. */
  let latest: WantedContainer | undefined;
  let waiting: WantedContainer | undefined;
  let starting: { readonly wanted: WantedContainer; readonly interrupt: AbortController } | undefined;
  let working: Promise<void> | undefined;
  let closed = false;
  /** Whether the next container takes over from one that is the same. */
  let isForced = false;
  let isHalted = false;
  let lastName = "";

  const eventOf = (target: DevSubject, name: string) => containerFields(clock, target, name);
  const reportHalt = (target: DevSubject) =>
    emit({ type: "container-stopped", ...eventOf(target, lastName), isHalted: true });

  const replaceBy = async (wanted: WantedContainer, signal: AbortSignal): Promise<void> => {
    const { snapshot, target } = wanted;
    const name = options.newName();
    lastName = name;
    const started = await startContainer(wanted, {
      ...{ name, options, ports, signal },
      makeRoom: inUse.makeRoom,
    });
    if (started.kind === "up") {
      const old = inUse.current;
      const { container, run } = started;
      const answered = inUse.install({ wanted, container, run, snapshot, state: "up" });
      if (old !== undefined) inUse.retire(old, answered);
      return;
    }
    const lastLines = started.container?.lastLines() ?? [];
    if (started.container !== undefined) await inUse.discard(started.container);
    if (started.kind === "given-up") {
      if (isHalted) reportHalt(target);
      else if (started.wasStarted) emit({ type: "container-stopped", ...eventOf(target, name) });
      return;
    }
    const { error, exitCode, hasCrashed, reason } = started;
    const remaining = inUse.current?.container.name;
    const isLeft = inUse.current === undefined && waiting === undefined && !closed && !signal.aborted;
    const restartIn = isLeft && hasCrashed ? restarts.later(() => request(wanted)) : undefined;
    const why = { reason, exitCode, lastLines, remaining, restartIn };
    emit({ type: "container-failed", ...eventOf(target, name), ...why });
    const { current } = inUse;
    if (current?.state === "parked" && !signal.aborted) await inUse.bringBack(current);
    inUse.reportIfLost(error);
  };

  const work = async () => {
    for (let wanted = waiting; wanted !== undefined && !closed; wanted = waiting) {
      waiting = undefined;
      const interrupt = new AbortController();
      starting = { wanted, interrupt };
      await removals.attemptAgain();
      const { current } = inUse;
      const hasAny = current !== undefined && !isForced;
      isForced = false;
      if (current === undefined || !hasAny || !isSame(contentOf(current), wanted)) {
        await replaceBy(wanted, interrupt.signal);
      } else if (current.state === "parked") await inUse.bringBack(current);
      starting = undefined;
    }
    working = undefined;
  };

  function request(wanted: WantedContainer): void {
    if (closed) return;
    restarts.forget();
    latest = wanted;
    if (isHalted) return;
    const { current } = inUse;
    const next = waiting ?? starting?.wanted ?? (current === undefined ? undefined : contentOf(current));
    if (next !== undefined && isSame(next, wanted) && !isForced) return;
    waiting = wanted;
    starting?.interrupt.abort(new Error("superseded"));
    working ??= work();
  }

  return {
    swap(wanted) {
      if (latest !== undefined && !isSameContainer(latest, wanted)) restarts.reset();
      request(wanted);
    },
    restart() {
      if (latest === undefined) return;
      isHalted = false;
      isForced = true;
      restarts.reset();
      request(latest);
    },
    halt() {
      if (closed || isHalted) return;
      isHalted = true;
      restarts.forget();
      waiting = undefined;
      starting?.interrupt.abort(new Error("halted"));
      const old = inUse.release();
      if (old === undefined) {
        // One that starts reports its end itself.
        if (starting === undefined && latest !== undefined) reportHalt(latest.target);
        return;
      }
      order.noteDown(old.wanted.target.name);
      void ports.pointTo(undefined);
      inUse.retire(old, Promise.resolve(), { isHalt: true });
    },
    dependsOn: () => latest?.target.dev?.dependsOn ?? [],
    async sync(target, snapshot) {
      const live = inUse.current;
      const asked = latest;
      if (live?.state !== "up" || live.snapshot === undefined || asked === undefined) return false;
      if (starting !== undefined || closed) return false;
      // The image that was made last failed to come up, or the container is to be run in another way.
      if (!isSameContainer(live.wanted, asked)) return false;
      if (!isSameContainer(live.wanted, { target, imageId: asked.imageId })) return false;
      const plan = planSync(live.snapshot, snapshot, target.dev?.sync ?? []);
      if (plan === undefined) return false;
      const at = clock.now();
      const { container } = live;
      const { paths } = plan;
      if (paths.length > 0) {
        const isDone = await syncFiles(plan, { ...options, engine: options.engine(), container, time: at });
        if (!isDone || inUse.current !== live || live.state !== "up") return false;
        const duration = clock.now() - at;
        const named = { paths: paths.slice(0, NAMED_PATHS), count: paths.length };
        emit({ type: "files-synced", ...eventOf(target, container.name), ...named, duration });
      }
      live.snapshot = snapshot;
      return true;
    },
    async idle() {
      while (working !== undefined || inUse.leaving.size > 0) await Promise.all([working, ...inUse.leaving]);
    },
    async close(grace) {
      closed = true;
      restarts.forget();
      waiting = undefined;
      starting?.interrupt.abort(new Error("closed"));
      await working;
      void ports.pointTo(undefined);
      const old = inUse.release();
      if (old !== undefined) inUse.retire(old, Promise.resolve(), { grace });
      await Promise.all(inUse.leaving);
      await ports.close();
      await removals.attemptAgain();
      return removals.errors();
    },
  };
}

/** The present content of a container, with the files that were synced. */
function contentOf({ snapshot, wanted }: Live): WantedContainer {
  return { ...wanted, snapshot };
}

function isSame(one: WantedContainer, other: WantedContainer): boolean {
  return isSameContainer(one, other) && one.snapshot?.digest === other.snapshot?.digest;
}

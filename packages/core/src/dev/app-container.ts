// The container of one watched app or service, and how one takes over from another: the old one goes when the new one is
// up, and stays, or comes back, when that fails. One that crashes is followed by another, later each time.
import type { DevSubject } from "../definition/dev-settings.ts";
import type { AppTarget } from "../definition/target.ts";
import type { PortBinding } from "../engine/container.ts";
import { removeUntagged } from "../execute/remove-untagged.ts";
import type { SourceSnapshot } from "../source/source.ts";
import { createCrashRestarts } from "./crash-restarts.ts";
import { describeEnded, describeStartError, exitCodeOf, isEngineGone } from "./describe-ended.ts";
import type { ContainerRun, DevContainer } from "./dev-container.ts";
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

/** A container that came up. */
interface Live {
  readonly wanted: WantedContainer;
  readonly container: DevContainer;
  run: ContainerRun;
  /** The source that its files are of. */
  snapshot: SourceSnapshot | undefined;
  /** parked: stopped to make room for another one, which may fail. */
  state: "up" | "parked" | "leaving";
}

/** Milliseconds that connections to a container get to end before it is asked to. */
const LAST_ANSWERS = 1000;
/** Number of paths that an event names. */
const NAMED_PATHS = 10;

export function createAppContainer(options: AppOptions): AppContainer {
  const { clock, emit, order } = options;
  const ports = publishPorts(options);
  const removals = createRemovals();
  const restarts = createCrashRestarts(clock);
  const leaving = new Set<Promise<void>>();
  let current: Live | undefined;
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

  const inBackground = (work: Promise<void>) => {
    const tracked = work.finally(() => leaving.delete(tracked));
    leaving.add(tracked);
  };
  const eventOf = (target: DevSubject, { name }: Pick<DevContainer, "name">) => ({
    at: clock.now(),
    target: target.name,
    container: name,
  });

  const reportHalt = (target: DevSubject) =>
    emit({ type: "container-stopped", ...eventOf(target, { name: lastName }), isHalted: true });

  const reportIfLost = (error: unknown) => {
    if (isEngineGone(error)) options.onEngineLost(error.message);
  };

  const discard = async ({ id, imageId, remove }: DevContainer) => {
    await removals.attempt(id, remove);
    // The image may have lost its tag to a newer one while the container held it.
    await removals.attempt(imageId, async () => {
      if (current?.container.imageId !== imageId) await removeUntagged(options.engine(), imageId);
    });
  };

  /** `answered`: when nobody waits for an answer of it any more. */
  const retire = async (
    old: Live,
    answered: Promise<void>,
    { grace, isHalt }: { readonly grace?: number | undefined; readonly isHalt?: true } = {},
  ) => {
    const { container, state, wanted } = old;
    old.state = "leaving";
    const late = Promise.withResolvers<void>();
    const cancel = clock.after(LAST_ANSWERS, late.resolve);
    await Promise.race([answered, late.promise]);
    cancel();
    if (state === "up") await removals.attempt(container.id, () => container.stop(grace));
    await discard(container);
    const halt = isHalt === true ? { isHalted: true } : {};
    emit({ type: "container-stopped", ...eventOf(wanted.target, container), ...halt });
  };

  /** Makes the container the app's own, and reports its end. Resolves when the previous one has answered. */
  const install = (live: Live): Promise<void> => {
    const { container, run, wanted } = live;
    current = live;
    const upSince = clock.now();
    const answered = ports.pointTo(run.ports);
    order.noteUp(wanted.target.name);
    void run.ended.then((ended) => {
      if (live.state !== "up" || live.run !== run) return;
      live.state = "leaving";
      if (current === live) {
        current = undefined;
        order.noteDown(wanted.target.name);
        void ports.pointTo(undefined);
      }
      restarts.noteLife(clock.now() - upSince);
      const isLeft = current === undefined && working === undefined && !closed;
      const restartIn = isLeft && isCrash(ended) ? restarts.later(() => request(wanted)) : undefined;
      emit({
        type: "container-failed",
        ...eventOf(wanted.target, container),
        reason: describeEnded(ended),
        exitCode: exitCodeOf(ended),
        lastLines: container.lastLines(),
        restartIn,
      });
      inBackground(discard(container));
      if (ended.kind === "lost") reportIfLost(ended.error);
    });
    return answered;
  };

  /** A host port is one container's at a time: the old one gives way, and is kept until the new one is up. */
  const makeRoom = async (bindings: readonly PortBinding[]) => {
    if (current?.state !== "up" || bindings.every(({ hostPort }) => hostPort === undefined)) return;
    current.state = "parked";
    await current.container.stop();
  };

  /** Starts a container again that was stopped to make room. */
  const bringBack = async (live: Live) => {
    const { container, wanted } = live;
    const at = clock.now();
    try {
      live.run = await container.start();
      live.state = "up";
    } catch (error) {
      current = undefined;
      order.noteDown(wanted.target.name);
      emit({
        type: "container-failed",
        ...eventOf(wanted.target, container),
        reason: describeStartError(error),
        lastLines: container.lastLines(),
      });
      return await discard(container);
    }
    const place = eventOf(wanted.target, container);
    const { imageId } = wanted;
    emit({ type: "container-started", ...place, imageId, ports: ports.describe(live.run.ports) });
    emit({ type: "container-up", ...place, duration: clock.now() - at });
    void install(live);
  };

  const replaceBy = async (wanted: WantedContainer, signal: AbortSignal): Promise<void> => {
    const { snapshot, target } = wanted;
    const name = options.newName();
    lastName = name;
    const started = await startContainer(wanted, { name, options, ports, signal, makeRoom });
    if (started.kind === "up") {
      const old = current;
      const { container, run } = started;
      const answered = install({ wanted, container, run, snapshot, state: "up" });
      if (old !== undefined) inBackground(retire(old, answered));
      return;
    }
    const lastLines = started.container?.lastLines() ?? [];
    if (started.container !== undefined) await discard(started.container);
    if (started.kind === "given-up") {
      if (isHalted) reportHalt(target);
      else if (started.wasStarted) emit({ type: "container-stopped", ...eventOf(target, { name }) });
      return;
    }
    const { error, exitCode, hasCrashed, reason } = started;
    const remaining = current?.container.name;
    const isLeft = current === undefined && waiting === undefined && !closed && !signal.aborted;
    const restartIn = isLeft && hasCrashed ? restarts.later(() => request(wanted)) : undefined;
    const why = { reason, exitCode, lastLines, remaining, restartIn };
    emit({ type: "container-failed", ...eventOf(target, { name }), ...why });
    if (current?.state === "parked" && !signal.aborted) await bringBack(current);
    reportIfLost(error);
  };

  const work = async () => {
    for (let wanted = waiting; wanted !== undefined && !closed; wanted = waiting) {
      waiting = undefined;
      const interrupt = new AbortController();
      starting = { wanted, interrupt };
      await removals.attemptAgain();
      const hasAny = current !== undefined && !isForced;
      isForced = false;
      if (current === undefined || !hasAny || !isSame(contentOf(current), wanted)) {
        await replaceBy(wanted, interrupt.signal);
      } else if (current.state === "parked") await bringBack(current);
      starting = undefined;
    }
    working = undefined;
  };

  function request(wanted: WantedContainer): void {
    if (closed) return;
    restarts.forget();
    latest = wanted;
    if (isHalted) return;
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
      const old = current;
      if (old === undefined) {
        // One that starts reports its end itself.
        if (starting === undefined && latest !== undefined) reportHalt(latest.target);
        return;
      }
      current = undefined;
      order.noteDown(old.wanted.target.name);
      void ports.pointTo(undefined);
      inBackground(retire(old, Promise.resolve(), { isHalt: true }));
    },
    dependsOn: () => latest?.target.dev?.dependsOn ?? [],
    async sync(target, snapshot) {
      const live = current;
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
        if (!isDone || current !== live || live.state !== "up") return false;
        const duration = clock.now() - at;
        const named = { paths: paths.slice(0, NAMED_PATHS), count: paths.length };
        emit({ type: "files-synced", ...eventOf(target, container), ...named, duration });
      }
      live.snapshot = snapshot;
      return true;
    },
    async idle() {
      while (working !== undefined || leaving.size > 0) await Promise.all([working, ...leaving]);
    },
    async close(grace) {
      closed = true;
      restarts.forget();
      waiting = undefined;
      starting?.interrupt.abort(new Error("closed"));
      await working;
      void ports.pointTo(undefined);
      if (current !== undefined) inBackground(retire(current, Promise.resolve(), { grace }));
      current = undefined;
      await Promise.all(leaving);
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

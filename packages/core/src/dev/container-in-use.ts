// The container of an app or service that is in use, and those that leave: made the app's own, stopped to make room,
// brought back, retired, reported when it ends. Who follows it is decided in app-container.ts.
import type { PortBinding } from "../engine/container.ts";
import { removeUntagged } from "../execute/remove-untagged.ts";
import type { SourceSnapshot } from "../source/source.ts";
import { containerFields } from "./container-fields.ts";
import { describeEnded, describeStartError, exitCodeOf, isEngineGone } from "./describe-ended.ts";
import type { ContainerRun, DevContainer } from "./dev-container.ts";
import type { AppOptions, WantedContainer } from "./dev-options.ts";
import type { publishPorts } from "./publish-ports.ts";
import type { createRemovals } from "./remove-later.ts";

/** A container that came up. */
export interface Live {
  readonly wanted: WantedContainer;
  readonly container: DevContainer;
  run: ContainerRun;
  /** The source that its files are of. */
  snapshot: SourceSnapshot | undefined;
  /** parked: stopped to make room for another one, which may fail. */
  state: "up" | "parked" | "leaving";
}

type Ended = Awaited<ContainerRun["ended"]>;

export interface ContainerInUse {
  readonly current: Live | undefined;
  /** Makes the container the app's own, and reports its end. Resolves when the previous one has answered. */
  install(live: Live): Promise<void>;
  /** A host port is one container's at a time: the old one gives way, and is kept until the new one is up. */
  makeRoom(bindings: readonly PortBinding[]): Promise<void>;
  /** Starts the container again that was stopped to make room. */
  bringBack(live: Live): Promise<void>;
  /** Stops and removes a container in the background, once `answered` or after a moment. */
  retire(old: Live, answered: Promise<void>, how?: Retirement): void;
  /** Nothing is in use any more; returns the container that was. */
  release(): Live | undefined;
  discard(container: DevContainer): Promise<void>;
  reportIfLost(error: unknown): void;
  /** Those that leave; empty when all have gone. */
  readonly leaving: ReadonlySet<Promise<void>>;
}

export interface Retirement {
  /** Seconds that it gets to end by itself. */
  readonly grace?: number | undefined;
  /** A user stops it. */
  readonly isHalt?: true;
}

/** Milliseconds that connections to a container get to end before it is asked to. */
const LAST_ANSWERS = 1000;

export function createContainerInUse({
  options,
  ports,
  removals,
  onEnded,
}: {
  readonly options: AppOptions;
  readonly ports: ReturnType<typeof publishPorts>;
  readonly removals: ReturnType<typeof createRemovals>;
  /** A container ended by itself after this time. Milliseconds until the next one is started; undefined: never. */
  readonly onEnded: (wanted: WantedContainer, end: { ended: Ended; life: number }) => number | undefined;
}): ContainerInUse {
  const { clock, emit, order } = options;
  const leaving = new Set<Promise<void>>();
  let current: Live | undefined;

  const inBackground = (work: Promise<void>) => {
    const tracked = work.finally(() => leaving.delete(tracked));
    leaving.add(tracked);
  };
  const eventOf = ({ container, wanted }: Live) => containerFields(clock, wanted.target, container.name);
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
  const retire = async (old: Live, answered: Promise<void>, { grace, isHalt }: Retirement = {}) => {
    const { container, state } = old;
    old.state = "leaving";
    const late = Promise.withResolvers<void>();
    const cancel = clock.after(LAST_ANSWERS, late.resolve);
    await Promise.race([answered, late.promise]);
    cancel();
    if (state === "up") await removals.attempt(container.id, () => container.stop(grace));
    await discard(container);
    const halt = isHalt === true ? { isHalted: true } : {};
    emit({ type: "container-stopped", ...eventOf(old), ...halt });
  };

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
      const restartIn = onEnded(wanted, { ended, life: clock.now() - upSince });
      emit({
        type: "container-failed",
        ...eventOf(live),
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

  return {
    get current() {
      return current;
    },
    leaving,
    install,
    discard,
    reportIfLost,
    retire: (old, answered, how) => inBackground(retire(old, answered, how)),
    async makeRoom(bindings) {
      if (current?.state !== "up" || bindings.every(({ hostPort }) => hostPort === undefined)) return;
      current.state = "parked";
      await current.container.stop();
    },
    async bringBack(live) {
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
          ...eventOf(live),
          reason: describeStartError(error),
          lastLines: container.lastLines(),
        });
        return await discard(container);
      }
      const place = eventOf(live);
      const { imageId } = wanted;
      emit({ type: "container-started", ...place, imageId, ports: ports.describe(live.run.ports) });
      emit({ type: "container-up", ...place, duration: clock.now() - at });
      void install(live);
    },
    release() {
      const old = current;
      current = undefined;
      return old;
    },
  };
}

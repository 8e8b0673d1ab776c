// A watch's containers on an engine in memory, with a clock that the test moves.
import { createFakeEngine, type FakeEngine } from "@sti/testing/fake-engine";
import type { FakeEngineOptions, FakeRun } from "@sti/testing/fake-work";
import { packFiles } from "@sti/testing/pack-files";
import type { AppTarget } from "../src/definition/target.ts";
import { createDevContainers, type DevContainers } from "../src/dev/create-dev-containers.ts";
import type { AskProbe, Forwarder } from "../src/dev/dev-ports.ts";
import type { WatchEvent } from "../src/execute/watch-event.ts";
import { LABEL } from "../src/plan/labels.ts";
import type { SourceSnapshot } from "../src/source/source.ts";

/** A clock that the test moves. */
function createClock() {
  let time = 0;
  const timers = new Set<{ readonly at: number; readonly call: () => void }>();
  return {
    now: () => time,
    after(milliseconds: number, call: () => void) {
      const timer = { at: time + milliseconds, call };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    pass(milliseconds: number) {
      time += milliseconds;
      for (const timer of [...timers]) {
        if (timer.at > time || !timers.delete(timer)) continue;
        timer.call();
      }
    },
  };
}

export interface Rig {
  readonly engine: FakeEngine;
  readonly dev: DevContainers;
  readonly clock: ReturnType<typeof createClock>;
  readonly events: readonly WatchEvent[];
  readonly warnings: readonly string[];
  /** Types of all events but output, with the container's number. */
  reported(): readonly string[];
  /** Resolves once an event has come, also one that came before. */
  until(type: WatchEvent["type"], count?: number): Promise<WatchEvent>;
}

/** Containers run until they are stopped, unless `run` ends them. */
export function createRig(
  options: {
    readonly run?: (run: FakeRun, image: string) => number | Promise<number> | undefined;
    readonly ask?: AskProbe;
    readonly forwarder?: Forwarder;
    readonly engine?: FakeEngineOptions;
  } = {},
): Rig {
  const images = ["1", "2", "3"].map((id) => ({
    id: `sha256:${id}`,
    tags: [`acme/api:${id}`],
    config: { labels: { [LABEL.managed]: "1", [LABEL.key]: id } },
  }));
  const engine = createFakeEngine({
    ...options.engine,
    images: [...images, ...(options.engine?.images ?? [])],
    runContainer: (run) => options.run?.(run, run.spec.image) ?? new Promise<never>(() => {}),
  });
  const clock = createClock();
  const events: WatchEvent[] = [];
  const warnings: string[] = [];
  const listeners = new Set<() => void>();
  let made = 0;
  const dev = createDevContainers({
    engine: () => engine,
    sources: { pack: () => packFiles([{ path: "srv/public/a.txt", content: "new" }]) },
    clock,
    ask: options.ask ?? (async () => undefined),
    forwarder: options.forwarder,
    addressOf: ({ hostPort }) => ({ host: "127.0.0.1", port: hostPort }),
    folderOf: (folder) => `/config/${folder}`,
    newName: () => `dev-${++made}`,
    secretsOf: () => [new TextEncoder().encode("s3cret-value")],
    network: "dev-net",
    warn: (message) => void warnings.push(message),
    emit: (event) => {
      events.push(event);
      for (const listener of listeners) listener();
    },
  });
  return {
    engine,
    dev,
    clock,
    events,
    warnings,
    reported: () =>
      events.flatMap((event) =>
        "container" in event && event.type !== "container-output"
          ? [`${event.type.replace("container-", "")} ${event.container.replace("dev-", "")}`]
          : [],
      ),
    async until(type, count = 1) {
      for (;;) {
        const found = events.filter((event) => event.type === type)[count - 1];
        if (found !== undefined) return found;
        const { promise, resolve } = Promise.withResolvers<void>();
        listeners.add(resolve);
        await promise;
        listeners.delete(resolve);
      }
    },
  };
}

/** Starts a container without a probe and lets it settle. */
export async function bringUp(rig: Rig, target: AppTarget, image: string, snapshot?: SourceSnapshot) {
  const ups = rig.events.filter(({ type }) => type === "container-up").length;
  const starts = rig.events.filter(({ type }) => type === "container-started").length;
  rig.dev.swap(target, image, snapshot);
  await rig.until("container-started", starts + 1);
  // Its wait begins in the turn after.
  await new Promise((resolve) => setImmediate(resolve));
  rig.clock.pass(1000);
  await rig.until("container-up", ups + 1);
}

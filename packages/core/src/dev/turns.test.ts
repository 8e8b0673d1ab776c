// After any events in any order, the app ends with the right container, and nothing is left.
import { appTarget } from "@sti/testing/definitions";
import { createFakeEngine } from "@sti/testing/fake-engine";
import { packFiles } from "@sti/testing/pack-files";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { AppTarget } from "../definition/target.ts";
import { EngineError } from "../engine/engine-error.ts";
import type { WatchEvent } from "../execute/watch-event.ts";
import { createDevContainers } from "./create-dev-containers.ts";

const IMAGES = ["good-1", "good-2", "good-3", "dies", "refused", "late"] as const;
type Image = (typeof IMAGES)[number];

type Move =
  | { readonly kind: "swap"; readonly image: Image }
  /** The container that runs ends by itself. */
  | { readonly kind: "crash" }
  | { readonly kind: "wait"; readonly turns: number };

const moves = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("swap" as const), image: fc.constantFrom(...IMAGES) }),
    fc.record({ kind: fc.constant("crash" as const) }),
    fc.record({ kind: fc.constant("wait" as const), turns: fc.integer({ min: 1, max: 40 }) }),
  ),
  { maxLength: 12 },
);

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test.each([
  ["a free port", ["80"]],
  ["a fixed port", ["8080:80"]],
  ["no port", []],
])("with %s the last image that comes up has the container, and closing leaves nothing", async (_, ports) => {
  await fc.assert(
    fc.asyncProperty(moves, async (played) => {
      const { dev, engine, events, last, upMost } = await play(ports, played);
      const held = [...engine.state.containers.values()];
      expect(held.length).toBeLessThanOrEqual(1);
      expect(held.every(({ state }) => state === "running")).toBe(true);
      const crashed = played.some(({ kind }) => kind === "crash");
      if (last !== undefined && !crashed && comesUp(last, ports)) expect(held[0]?.spec.image).toBe(last);
      // The old one, the new one, and one that is on its way out.
      expect(upMost).toBeLessThanOrEqual(3);
      expect(await dev.close()).toEqual([]);
      expect(engine.state.containers.size).toBe(0);
      const count = (type: WatchEvent["type"]) => events.filter((event) => event.type === type).length;
      expect(count("container-up")).toBeLessThanOrEqual(count("container-started"));
    }),
    { numRuns: 150 },
  );
});

function appOf(ports: readonly string[]): AppTarget {
  const dev = { ports, ...(ports.length === 0 ? {} : { probe: { tcp: 80, timeout: "2s", interval: "1s" } }) };
  return appTarget("api", { source: "s", dev });
}

async function play(ports: readonly string[], played: readonly Move[]) {
  const ends = new Map<string, (exitCode: number) => void>();
  const engine = createFakeEngine({
    images: IMAGES.map((id) => ({ id, tags: [`acme/${id}:1`] })),
    runContainer({ spec }) {
      if (spec.image === "dies") return 1;
      if (spec.image === "refused") {
        throw new EngineError({ reason: "start-failed", operation: "run container", message: "no" });
      }
      const { promise, resolve } = Promise.withResolvers<number>();
      ends.set(spec.name, resolve);
      return promise;
    },
  });
  const events: WatchEvent[] = [];
  let time = 0;
  let made = 0;
  let upMost = 0;
  const dev = createDevContainers({
    engine: () => engine,
    sources: { pack: () => packFiles([]) },
    clock: {
      now: () => time,
      // Time is nobody's concern here: it flies as soon as there is nothing else to do.
      after(milliseconds, call) {
        const timer = setImmediate(() => {
          time += milliseconds;
          call();
        });
        return () => clearImmediate(timer);
      },
    },
    ask: async (_probe, { port }) => {
      const asked = [...engine.state.containers.values()].find(({ ports: bound }) =>
        bound.some(({ hostPort }) => hostPort === port),
      );
      return asked?.spec.image === "late" ? "connection refused" : undefined;
    },
    forwarder: undefined,
    addressOf: ({ hostPort }) => ({ host: "127.0.0.1", port: hostPort }),
    folderOf: (folder) => folder,
    newName: () => `dev-${++made}`,
    secretsOf: () => [],
    network: "dev-net",
    warn: () => {},
    emit: (event) => {
      events.push(event);
      upMost = Math.max(upMost, engine.state.containers.size);
    },
  });
  let last: Image | undefined;
  for (const move of played) {
    if (move.kind === "swap") {
      last = move.image;
      dev.swap(appOf(ports), move.image, undefined);
    } else if (move.kind === "wait") {
      for (let count = 0; count < move.turns; count += 1) await turn();
    } else {
      const running = [...engine.state.containers.values()].filter(({ state }) => state === "running");
      ends.get(running.at(-1)?.spec.name ?? "")?.(1);
    }
  }
  // A container that has just ended is noticed in the next turns.
  await dev.idle();
  await turn();
  await turn();
  await dev.idle();
  return { dev, engine, events, last, upMost };
}

/** Without a probe, a container that does not answer is up too. */
const comesUp = (image: Image, ports: readonly string[]) =>
  image.startsWith("good") || (image === "late" && ports.length === 0);

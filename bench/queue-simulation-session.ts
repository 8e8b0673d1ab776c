// A program: runs 2,000 apps on 50 workers by the code of `sti run --on` and of `sti worker`, three times, with an edit of all
// of them between. Builds take declared times of a virtual clock; the queue is in memory. Prints the figures as JSON.
import { mock } from "node:test";
import {
  buildGraph,
  executeWith,
  resolveTargets,
  type SessionEvent,
  type SourceSnapshot,
  type TargetGraph,
} from "@sti/core";
import { createRemoteExecutor, type RemoteSession } from "@sti/core/remote";
import { Config } from "@sti/core/schema";
import { createQueueBuilder, priorities, type QueuePlace } from "@sti/queue";
import { createMemoryQueue } from "@sti/testing/memory-queue";
import { createMemoryRecords } from "@sti/testing/memory-records";
import { lowerBound } from "./simulated-builds.ts";
import { createSimulatedStore } from "./simulated-store.ts";
import { startSimulatedWorker } from "./simulated-worker.ts";

export interface SimulationFigures {
  /** Time of the run, and the least that it could take: milliseconds of the virtual clock. */
  readonly makespan: number;
  readonly bound: number;
  /** Share of the targets that were built by their home worker; in a second run, by the one that built them before. */
  readonly local: number;
  /** Milliseconds of processor time for each target: of the session, the queue and all workers. */
  readonly cpu: number;
  /** Megabytes of JavaScript's heap at most: of the session, the queue and all workers. */
  readonly memory: number;
}

/** Milliseconds by which the virtual clock moves. */
const STEP = 50;
/** Steps between two measurements of the heap. */
const SAMPLED = 4000;
/** Apps that others are made from. */
const BASES = 40;
const PLACE: QueuePlace = { kind: "redis", url: "", isSecure: false, shown: "memory", name: "default" };
const [apps = 0, workers = 0, slots = 0] = process.argv.slice(2).map(Number);

mock.timers.enable({ apis: ["Date", "setInterval", "setTimeout"], now: 1_800_000_000_000 });
const queue = createMemoryQueue();
const store = createSimulatedStore();
const graph = makeGraph();
const records = createMemoryRecords();
/** Milliseconds of builds so far. */
const times = new Map<string, number>();
const pool = await Promise.all(
  Array.from({ length: workers }, (_, index) =>
    startSimulatedWorker({
      connection: queue.connect(),
      place: PLACE,
      name: `worker-${index}`,
      slots,
      store,
    }),
  ),
);
const first = await run(1, undefined);
const second = await run(2, first.places);
const third = await run(3, second.places);
for (const worker of pool) void worker.drain(0);
const figures = [first.figures, second.figures, third.figures] satisfies readonly SimulationFigures[];
process.stdout.write(JSON.stringify(figures), () => process.exit(0));

function makeGraph(): TargetGraph {
  const entries = Array.from({ length: apps }, (_, app) => {
    const buildImage = app < BASES ? "bench/builder:1" : `bench/app-${app % BASES}`;
    return [`app-${app}`, { source: ".", method: "container", tag: `bench/app-${app}`, buildImage }];
  });
  const targets = resolveTargets(Config.parse({ apps: Object.fromEntries(entries) }));
  if (!targets.ok) throw new Error(JSON.stringify(targets.failures));
  const built = buildGraph(targets.value, new Map());
  if (!built.ok) throw new Error(JSON.stringify(built.failures));
  return built.value;
}

async function run(version: number, before: ReadonlyMap<string, string> | undefined) {
  const places = new Map<string, string>();
  const signal = new AbortController().signal;
  const emit = (event: SessionEvent) => {
    if (event.type !== "target-finished") return;
    if (event.outcome !== "built") throw new Error(JSON.stringify(event));
    places.set(event.target, event.worker ?? "");
  };
  const snapshots = new Map([...graph.nodes.keys()].map((name) => [name, snapshotOf(name, version)]));
  const session = sessionOf({ emit, signal, snapshots });
  const [started, cpu] = [Date.now(), process.cpuUsage()];
  const order = priorities(graph, times);
  const builder = await createQueueBuilder({
    place: PLACE,
    connection: queue.connect(),
    artifacts: { find: unused, list: unused, remove: unused, add: unused, open: unused },
    platform: "linux/amd64",
    run: `run-${version}`,
    key: undefined,
    waitTimeout: undefined,
    share: async (snapshot) => ({ digest: `sha256:${snapshot.digest}`, size: snapshot.size }),
    targets: [[...graph.nodes.keys()]],
    store: store.use.store.repository,
    priorityOf: (target) => order.get(target) ?? 1,
    onBuilt: (target, milliseconds) => times.set(target, milliseconds),
    now: Date.now,
    warn: (message) => process.stderr.write(`${message}\n`),
  });
  const platform = { os: "linux", architecture: "amd64" };
  let [memory, collecting] = [0, 0];
  const measureHeap = () => {
    const before = process.cpuUsage();
    globalThis.gc?.();
    const used = process.cpuUsage(before);
    collecting += used.user + used.system;
    return process.memoryUsage().heapUsed;
  };
  const execution = executeWith(session, (inputs) =>
    createRemoteExecutor(session, { builder, engine: "linux/amd64", platform, insecure: false }, inputs),
  );
  let isOver = false;
  void execution.finished.finally(() => {
    isOver = true;
  });
  for (let step = 0; !isOver; step += 1) {
    await settled();
    if (step % SAMPLED === 0) memory = Math.max(memory, measureHeap());
    mock.timers.tick(STEP);
  }
  await execution.finished;
  await builder.close();
  const { system, user } = process.cpuUsage(cpu);
  const spent = (user + system - collecting) / 1000;
  const makespan = Date.now() - started;
  const bound = lowerBound(graph, workers * slots);
  const local = [...places].filter(
    ([target, worker]) => before === undefined || before.get(target) === worker,
  );
  return {
    places,
    figures: {
      makespan,
      bound,
      local: local.length / graph.nodes.size,
      cpu: spent / graph.nodes.size,
      memory: memory / 1024 ** 2,
    },
  };
}

function sessionOf(given: Pick<RemoteSession, "emit" | "signal" | "snapshots">): RemoteSession {
  return {
    ...given,
    id: "sti-run-h-b-1-1-1",
    graph,
    dockerfiles: new Map(),
    facts: { engine: undefined, images: new Map() },
    flags: { clean: false, force: false, time: 1 },
    sources: {
      pack: unused,
      matchPaths: () => () => false,
      hostTrust: unused,
      readAgain: unused,
    },
    records,
    toolVersion: "bench",
    targetNames: [...graph.nodes.keys()],
    secrets: new Map(),
    store: store.use,
    attest: undefined,
    concurrency: Math.max(64, 20 * workers * slots),
    onFailure: "continue",
    clock: { now: Date.now },
  };
}

function snapshotOf(name: string, version: number): SourceSnapshot {
  const digest = Buffer.from(`${name} ${version}`).toString("hex").padEnd(64, "0");
  const entries = Array.from({ length: 10 }, (_, file) => ({
    kind: "file" as const,
    path: `src/file-${file}.js`,
    executable: false,
    size: 1000,
    digest,
  }));
  return { origin: { kind: "folder", root: `/src/${name}` }, digest, size: 10_000, entries };
}

/** All that follows from the last step has happened: there is no input and output here. */
async function settled(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setImmediate(resolve);
  await promise;
}

function unused(): never {
  throw new Error("simulations do not call this");
}

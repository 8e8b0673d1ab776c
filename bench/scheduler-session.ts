// A program: two sessions over a graph of a given shape on an engine in memory, one that builds everything and one that
// finds it up to date. Prints what executing each cost, as JSON. A process of its own, as each session of a user is.
import { buildGraph, executePlan, resolveTargets, type Session, success, surveyEngine } from "@sti/core";
import { Config } from "@sti/core/schema";
import { createFakeEngine } from "@sti/testing/fake-engine";
import { createMemoryRecords } from "@sti/testing/memory-records";
import type { Figures } from "./measure.ts";

export interface SessionFigures {
  readonly built: Figures;
  readonly upToDate: Figures;
}

interface AppImages {
  readonly buildImage: string;
  readonly runtimeImage?: string;
}

/** The images that an app of each shape is made from, by its number. */
const SHAPES: Readonly<Record<string, (app: number) => AppImages>> = {
  wide: () => ({ buildImage: "bench/builder" }),
  chain: (app) => ({ buildImage: app === 0 ? "bench/builder" : `bench/app-${app - 1}` }),
  /** One, then two beside each other that need it, then one that needs both, and so on from there. */
  diamonds(app) {
    const top = app - (app % 4);
    if (app % 4 === 0) return { buildImage: app === 0 ? "bench/builder" : `bench/app-${app - 1}` };
    if (app % 4 < 3) return { buildImage: `bench/app-${top}` };
    return { buildImage: `bench/app-${top + 1}`, runtimeImage: `bench/app-${top + 2}` };
  },
};

const SCRIPT = { content: "#!/bin/sh\n", mode: 0o755 };
const BUILDER = {
  id: "sha256:builder",
  tags: ["bench/builder"],
  files: {
    "/bin/sh": { content: "\x7fELF", mode: 0o755 },
    "/usr/bin/prepare": SCRIPT,
    "/usr/bin/run": SCRIPT,
  },
};

const [shape = "", count = ""] = process.argv.slice(2);
const engine = createFakeEngine({ images: [BUILDER] });
const records = createMemoryRecords();
const graph = makeGraph(SHAPES[shape] as (app: number) => AppImages, Number(count));
const built = await runSession("built");
const upToDate = await runSession("up-to-date");
process.stdout.write(JSON.stringify({ built, upToDate } satisfies SessionFigures));

function makeGraph(imagesOf: (app: number) => AppImages, apps: number): Session["graph"] {
  const entries = Array.from({ length: apps }, (_, app) => [
    `app-${app}`,
    { source: ".", method: "container", tag: `bench/app-${app}`, ...imagesOf(app) },
  ]);
  const targets = resolveTargets(Config.parse({ apps: Object.fromEntries(entries) }));
  if (!targets.ok) throw new Error(JSON.stringify(targets.failures));
  const result = buildGraph(targets.value, new Map());
  if (!result.ok) throw new Error(JSON.stringify(result.failures));
  return result.value;
}

async function runSession(expected: "built" | "up-to-date"): Promise<Figures> {
  const digest = "0".repeat(64);
  const snapshot = {
    origin: { kind: "folder" as const, root: "/src" },
    digest,
    size: 1,
    entries: [{ kind: "file" as const, path: "text", executable: false, size: 1, digest }],
  };
  const session: Session = {
    id: "sti-build-h-b-1-1-1",
    graph,
    snapshots: new Map([...graph.nodes.keys()].map((name) => [name, snapshot])),
    dockerfiles: new Map(),
    facts: await surveyEngine(engine),
    flags: { clean: false, force: false, time: 1 },
    engine,
    sources: {
      pack: emptyArchive,
      matchPaths: () => () => false,
      hostTrust: async () => success({ caBundle: undefined, env: {} }),
      readAgain: async () => success(snapshot),
    },
    records,
    toolVersion: "bench",
    targetNames: [...graph.nodes.keys()],
    secrets: new Map(),
    concurrency: 8,
    onFailure: "continue",
    emit: () => undefined,
    signal: new AbortController().signal,
    clock: { now: Date.now },
  };
  const [startedAt, cpu] = [performance.now(), process.cpuUsage()];
  const { outcomes } = await executePlan(session).finished;
  const { system, user } = process.cpuUsage(cpu);
  if (outcomes[expected] !== graph.nodes.size) throw new Error(JSON.stringify(outcomes));
  return { wall: performance.now() - startedAt, cpu: (user + system) / 1000 };
}

/** As tar ends: two blocks of zeros. */
async function* emptyArchive(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(1024);
}

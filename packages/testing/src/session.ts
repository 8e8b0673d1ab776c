// Sessions of tests on the fake engine, with a list of their events.
import {
  type Engine,
  executePlan,
  type Session,
  type SessionEvent,
  type SourceSnapshot,
  type Sources,
  success,
  surveyEngine,
  type TargetFinished,
  type TargetGraph,
} from "@sti/core";
import { dockerfileOf, snapshotOf } from "./definitions.ts";
import { createFakeEngine, type FakeEngine } from "./fake-engine.ts";
import type { FakeEngineOptions } from "./fake-work.ts";
import { createMemoryRecords } from "./memory-records.ts";
import { packFiles } from "./pack-files.ts";

/** For sessions whose waiting is measured. */
export const MACHINE_CLOCK: Session["clock"] = { now: () => performance.now() };

const SCRIPT = { content: "#!/bin/sh\n", mode: 0o755 };

/** Files of a build image with the required scripts. */
const PLAIN_FILES = {
  "/bin/sh": { content: "\x7fELF", mode: 0o755 },
  "/usr/bin/prepare": SCRIPT,
  "/usr/bin/run": SCRIPT,
};
/** A build image without artifacts. */
export const PLAIN_BUILDER = { id: "sha256:builder", tags: ["acme/builder"], files: PLAIN_FILES };

/** Files of a build image with all scripts. */
export const BUILDER_FILES = { ...PLAIN_FILES, "/usr/bin/save-artifacts": SCRIPT };
export const BUILDER = { ...PLAIN_BUILDER, files: BUILDER_FILES };

/** An engine with the build image `acme/builder`, whose builds make images like it. */
export function builderEngine(options: FakeEngineOptions = {}): FakeEngine {
  return createFakeEngine({
    images: [BUILDER],
    buildImage: () => ({ config: { cmd: ["/usr/bin/run"] }, files: BUILDER_FILES }),
    ...options,
  });
}

/** An app on `acme/builder` by the container method, with the tag `acme/NAME`. */
export function builderApp(name: string, more: object = {}) {
  return {
    source: ".",
    buildImage: "acme/builder",
    method: "container" as const,
    tag: `acme/${name}`,
    ...more,
  };
}

export interface SessionGiven extends Partial<Omit<Session, "engine" | "graph" | "snapshots" | "sources">> {
  readonly engine: Engine;
  /** The source of each target; `snapshotOf` by default. */
  readonly snapshot?: (target: string) => SourceSnapshot;
  readonly sources?: Partial<Sources>;
}

export interface SessionRun {
  readonly events: readonly SessionEvent[];
  readonly finished: Awaited<ReturnType<typeof executePlan>["finished"]>;
  /** The last events of the targets, by target. */
  readonly ended: Readonly<Record<string, TargetFinished>>;
  readonly outcomes: Readonly<Record<string, TargetFinished["outcome"]>>;
  /** Messages of warnings, of the session or of a target. */
  readonly warnings: readonly string[];
}

/** Executes the plan of a graph; the fields of the session that are not given are those of a first, plain session. */
export async function runPlan(graph: TargetGraph, given: SessionGiven): Promise<SessionRun> {
  const { engine, snapshot = (name) => snapshotOf(name), sources = {}, ...changes } = given;
  const events: SessionEvent[] = [];
  const targetNames = changes.targetNames ?? [...graph.nodes.keys()];
  let now = 0;
  const session: Session = {
    id: "sti-build-h-b-1-1-1",
    targetNames,
    dockerfiles: new Map(targetNames.map((name) => [name, dockerfileOf("FROM x")])),
    facts: await surveyEngine(engine),
    flags: { clean: false, force: false, time: 1 },
    records: createMemoryRecords(),
    toolVersion: "1.0.0",
    secrets: new Map(),
    concurrency: 1,
    onFailure: "continue",
    signal: new AbortController().signal,
    clock: { now: () => (now += 1) },
    ...changes,
    emit: (event) => {
      events.push(event);
      changes.emit?.(event);
    },
    graph,
    engine,
    snapshots: new Map(targetNames.map((name) => [name, snapshot(name)])),
    sources: {
      pack: packParts,
      matchPaths: () => () => false,
      hostTrust: async () => success({ caBundle: undefined, env: {} }),
      readAgain: async (target) => success(snapshot(target.name)),
      ...sources,
    },
  };
  const finished = await executePlan(session).finished;
  const endings = events.filter((event) => event.type === "target-finished");
  return {
    events,
    finished,
    ended: Object.fromEntries(endings.map((event) => [event.target, event])),
    outcomes: Object.fromEntries(endings.map((event) => [event.target, event.outcome])),
    warnings: events.flatMap((event) =>
      event.type === "session-warning" || event.type === "target-warning" ? [event.message] : [],
    ),
  };
}

/** Ids of images without a tag. */
export function untaggedImages({ state }: FakeEngine): readonly string[] {
  const tagged = new Set(state.tags.values());
  return [...state.images.keys()].filter((id) => !tagged.has(id));
}

/** An archive with a file for each part; parts that are not text are empty. */
export const packParts: Sources["pack"] = (parts) =>
  packFiles(
    parts.map((part) => ({
      path: part.path === "" ? "context" : part.path,
      content: part.kind === "file" && typeof part.content === "string" ? part.content : "",
    })),
  );

// A watch of a small config on the fake engine.
import { graphOf, snapshotOf } from "@sti/testing/definitions";
import { createFakeEngine } from "@sti/testing/fake-engine";
import type { FakeEngineOptions } from "@sti/testing/fake-work";
import { createMemoryRecords } from "@sti/testing/memory-records";
import { builderApp, PLAIN_BUILDER, packParts } from "@sti/testing/session";
import type { UserConfig } from "../src/definition/schema.ts";
import type { SessionEvent } from "../src/execute/event.ts";
import type { Failure } from "../src/failure/failure.ts";
import { failed, type Result, success } from "../src/failure/result.ts";
import type { SourceSnapshot } from "../src/source/source.ts";
import { surveyEngine } from "../src/survey/survey-engine.ts";
import { startWatching } from "../src/watch/start-watching.ts";
import type { OnBusy } from "../src/watch/watch-ports.ts";
import type { WatchOptions, WatchProject } from "../src/watch/watch-session.ts";

export const ID = "sti-build-h-b-1-1-1";

export const app = (name: string, more: object = {}) => builderApp(name, { env: { NAME: name }, ...more });

/** api and web are built on base; docs on nothing of them. */
const CONFIG: UserConfig = {
  apps: {
    base: app("base"),
    api: app("api", { buildImage: { target: "base" } }),
    web: app("web", { buildImage: { target: "base" } }),
    docs: app("docs"),
  },
};

type Sources = Record<string, string | Failure>;

/** A watch of a config on a fake engine, with a clock that the test moves. */
export async function watch(
  given: {
    readonly config?: UserConfig;
    readonly engine?: FakeEngineOptions;
    readonly onBusy?: OnBusy;
    readonly concurrency?: number;
    readonly onIdle?: WatchOptions["onIdle"];
    readonly flags?: Partial<WatchOptions["flags"]>;
    readonly startAhead?: number;
    readonly store?: WatchOptions["store"];
  } = {},
) {
  const engine = createFakeEngine({ images: [PLAIN_BUILDER], ...given.engine });
  const events: SessionEvent[] = [];
  const waiting: { readonly isMet: () => boolean; readonly resolve: () => void }[] = [];
  const timers = new Map<object, { readonly at: number; readonly call: () => void }>();
  let now = 1_000;
  const sources: Sources = {};
  let config = given.config ?? CONFIG;
  let broken: Failure | undefined;
  const stop = new AbortController();
  const awaken = () => {
    for (const one of waiting.splice(0)) one.isMet() ? one.resolve() : waiting.push(one);
  };
  /** Resolves when the events show it. */
  const until = (isMet: () => boolean) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.push({ isMet, resolve });
    awaken();
    return promise;
  };
  const options: WatchOptions = {
    id: ID,
    project: projectOf(config, sources),
    facts: await surveyEngine(engine),
    engine,
    flags: { clean: false, force: false, time: 1, ...given.flags },
    sources: {
      pack: packParts,
      matchPaths: () => () => false,
      hostTrust: async () => success({ caBundle: undefined, env: {} }),
    },
    reader: { read: async (target) => readSource(target.name, sources) },
    records: createMemoryRecords(),
    toolVersion: "1.0.0",
    concurrency: given.concurrency ?? 2,
    onBusy: given.onBusy ?? "restart",
    startAhead: given.startAhead ?? 0,
    clock: {
      now: () => now,
      after: (milliseconds, call) => {
        const timer = {};
        timers.set(timer, { at: now + milliseconds, call });
        return () => timers.delete(timer);
      },
    },
    reload: async () => (broken === undefined ? success(projectOf(config, sources)) : failed([broken])),
    reconnect: async () => engine,
    onIdle: given.onIdle,
    store: given.store,
    emit: (event) => {
      events.push(event);
      awaken();
    },
    signal: stop.signal,
  };
  const watching = startWatching(options);
  const typed = <Type extends SessionEvent["type"]>(type: Type) =>
    events.filter((event): event is Extract<SessionEvent, { type: Type }> => event.type === type);
  const idle = async (count: number) => {
    await until(() => typed("watch-settled").length >= count);
    return typed("watch-settled").at(-1);
  };
  /** Lets time pass; timers fire in their order. */
  const pass = (milliseconds: number) => {
    const end = now + milliseconds;
    for (;;) {
      const [next] = [...timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at);
      if (next === undefined) break;
      const [timer, { at, call }] = next;
      timers.delete(timer);
      now = Math.max(now, at);
      call();
    }
    now = end;
  };
  const change = (targets: Sources) => {
    Object.assign(sources, targets);
    const paths = Object.keys(targets).map((name) => [name, [`${name}/text`]] as const);
    watching.change({ kind: "sources", changes: new Map(paths) });
  };
  return {
    engine,
    events,
    watching,
    stop,
    until,
    pass,
    change,
    typed,
    idle,
    /** Changes sources, waits out the noise and for the end of all consequences. */
    edit: async (targets: Sources) => {
      const before = typed("watch-settled").length;
      change(targets);
      pass(100);
      return await idle(before + 1);
    },
    reconfigure: async (next: UserConfig | Failure) => {
      const isBroken = "code" in next;
      broken = isBroken ? (next as Failure) : undefined;
      if (!isBroken) config = next as UserConfig;
      const before = typed("watch-settled").length;
      watching.change({ kind: "config", paths: ["sti.config.ts"] });
      pass(100);
      return await idle(before + 1);
    },
    /** Outcomes of a target, one after the other. */
    outcomes: (target: string) =>
      typed("target-finished")
        .filter((event) => event.target === target)
        .map((event) => event.outcome),
    timers: () => timers.size,
  };
}

function readSource(name: string, sources: Sources): Result<SourceSnapshot> {
  const content = sources[name] ?? "1";
  return typeof content === "string" ? success(snapshotOf(name, content)) : failed([content]);
}

function projectOf(config: UserConfig, sources: Sources): WatchProject {
  const graph = graphOf(config);
  const names = [...graph.nodes.keys()];
  return {
    graph,
    targetNames: names,
    snapshots: new Map(names.map((name) => [name, snapshotOf(name, (sources[name] as string) ?? "1")])),
    dockerfiles: new Map(),
    secrets: new Map(),
  };
}

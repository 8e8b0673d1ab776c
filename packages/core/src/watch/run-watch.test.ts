import { createFakeEngine, type FakeEngine } from "@sti/testing/fake-engine";
import type { FakeEngineOptions } from "@sti/testing/fake-work";
import { createMemoryRecords } from "@sti/testing/memory-records";
import { packFiles } from "@sti/testing/pack-files";
import { describe, expect, test, vi } from "vitest";
import { resolveTargets } from "../definition/resolve-targets.ts";
import { Config, type UserConfig } from "../definition/schema.ts";
import { EngineError } from "../engine/engine-error.ts";
import type { SessionEvent } from "../execute/event.ts";
import type { Failure } from "../failure/failure.ts";
import { failed, type Result, success } from "../failure/result.ts";
import { buildGraph } from "../graph/build-graph.ts";
import type { SourceSnapshot } from "../source/source.ts";
import { surveyEngine } from "../survey/survey-engine.ts";
import { startWatching } from "./run-watch.ts";
import type { OnBusy } from "./watch-ports.ts";
import type { WatchOptions, WatchProject } from "./watch-session.ts";

const SCRIPT = { content: "#!/bin/sh\n", mode: 0o755 };
const FILES = {
  "/bin/sh": { content: "\x7fELF", mode: 0o755 },
  "/usr/bin/prepare": SCRIPT,
  "/usr/bin/run": SCRIPT,
};
const BUILDER = { id: "sha256:builder", tags: ["acme/builder"], files: FILES };
const ID = "sti-build-h-b-1-1-1";

const app = (name: string, more: object = {}) => ({
  source: ".",
  buildImage: "acme/builder",
  method: "run" as const,
  tag: `acme/${name}`,
  env: { NAME: name },
  ...more,
});

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
async function watch(
  given: {
    readonly config?: UserConfig;
    readonly engine?: FakeEngineOptions;
    readonly onBusy?: OnBusy;
    readonly concurrency?: number;
    readonly onSettled?: WatchOptions["onSettled"];
    readonly flags?: Partial<WatchOptions["flags"]>;
    readonly startAhead?: number;
  } = {},
) {
  const engine = createFakeEngine({ images: [BUILDER], ...given.engine });
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
      pack: (parts) =>
        packFiles(parts.map((part) => ({ path: part.path === "" ? "context" : part.path, content: "" }))),
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
    onSettled: given.onSettled,
    emit: (event) => {
      events.push(event);
      awaken();
    },
    signal: stop.signal,
  };
  const watching = startWatching(options);
  const typed = <Type extends SessionEvent["type"]>(type: Type) =>
    events.filter((event): event is Extract<SessionEvent, { type: Type }> => event.type === type);
  const settled = async (count: number) => {
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
    settled,
    /** Changes sources, waits out the noise and for the end of all consequences. */
    edit: async (targets: Sources) => {
      const before = typed("watch-settled").length;
      change(targets);
      pass(100);
      return await settled(before + 1);
    },
    reconfigure: async (next: UserConfig | Failure) => {
      const isBroken = "code" in next;
      broken = isBroken ? (next as Failure) : undefined;
      if (!isBroken) config = next as UserConfig;
      const before = typed("watch-settled").length;
      watching.change({ kind: "config", paths: ["sti.config.ts"] });
      pass(100);
      return await settled(before + 1);
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

function snapshotOf(name: string, content: string): SourceSnapshot {
  return {
    origin: { kind: "folder", root: `/src/${name}` },
    digest: `${name} ${content}`,
    size: 1,
    entries: [{ kind: "file", path: "text", executable: false, size: 1, digest: content }],
  };
}

function projectOf(config: UserConfig, sources: Sources): WatchProject {
  const targets = resolveTargets(Config.parse(config));
  if (!targets.ok) throw new Error(JSON.stringify(targets.failures));
  const graph = buildGraph(targets.value, new Map());
  if (!graph.ok) throw new Error(JSON.stringify(graph.failures));
  const names = [...graph.value.nodes.keys()];
  return {
    graph: graph.value,
    targetNames: names,
    snapshots: new Map(names.map((name) => [name, snapshotOf(name, (sources[name] as string) ?? "1")])),
    dockerfiles: new Map(),
    secrets: new Map(),
  };
}

/** Containers of builds, by the order of their calls. */
function containerCalls(engine: FakeEngine): readonly string[] {
  return engine.calls
    .map(({ operation }) => operation)
    .filter((operation) => ["createContainer", "runContainer", "removeContainer"].includes(operation));
}

const ONE: UserConfig = { apps: { docs: app("docs") } };

describe("a watch", () => {
  test("brings everything up to date when it starts, and ends with what all targets came to", async () => {
    const { events, settled, typed, watching } = await watch();
    expect(await settled(1)).toMatchObject({ changed: ["base", "docs", "api", "web"], failed: [] });
    expect(events[0]).toMatchObject({ type: "session-started", session: ID });
    const finished = await watching.stop();
    expect(finished.outcomes).toMatchObject({ built: 4 });
    expect(typed("session-finished")).toEqual([finished]);
  });

  test("builds what was edited and what needs it, once and in order, and nothing else", async () => {
    const { edit, outcomes, settled, typed } = await watch();
    await settled(1);
    const before = typed("target-started").length;
    expect(await edit({ base: "2", api: "2" })).toMatchObject({ changed: ["base", "api", "web"] });
    const started = typed("target-started")
      .slice(before)
      .map(({ target }) => target);
    expect(started[0]).toBe("base");
    expect(started.slice(1).sort()).toEqual(["api", "web"]);
    expect(outcomes("docs")).toEqual(["built"]);
    expect(typed("files-changed")).toMatchObject([
      { targets: ["base", "api"], paths: ["api/text", "base/text"], count: 2 },
    ]);
  });

  test("keeps no image that was superseded", async () => {
    const { edit, engine, settled, watching } = await watch();
    await settled(1);
    const images = engine.state.images.size;
    await edit({ base: "2" });
    await edit({ docs: "2" });
    await watching.stop();
    expect(engine.state.images.size).toBe(images);
    expect(engine.state.containers.size).toBe(0);
    expect(engine.state.volumes.size).toBe(0);
  });

  test("removes an image that something used once that has gone", async () => {
    const { edit, engine, settled, watching } = await watch({ config: ONE });
    await settled(1);
    const images = engine.state.images.size;
    const image = (await engine.inspectImage("docker.io/acme/docs:latest"))?.id ?? "";
    const spec = { image, name: "user", entrypoint: [], cmd: [], env: [], user: "", labels: {}, mounts: [] };
    const user = await engine.createContainer(spec);
    await edit({ docs: "2" });
    await edit({ docs: "3" });
    await engine.removeContainer(user);
    await watching.stop();
    expect(engine.state.images.size).toBe(images);
  });

  test("says that nothing changed where files have the content they had, and builds nothing", async () => {
    const { edit, engine, outcomes, settled } = await watch();
    await settled(1);
    const calls = engine.count("createContainer");
    expect(await edit({ docs: "1" })).toMatchObject({ changed: [], failed: [] });
    expect(outcomes("docs")).toEqual(["built", "up-to-date"]);
    expect(engine.count("createContainer")).toBe(calls);
  });

  test("builds an image anew that was removed behind its back", async () => {
    const { edit, engine, outcomes, settled } = await watch();
    await settled(1);
    await engine.removeImage("docker.io/acme/docs:latest");
    expect(await edit({ web: "1" })).toMatchObject({ changed: ["docs"] });
    expect(outcomes("docs")).toEqual(["built", "built"]);
  });

  test("cancels a build whose source changes, and begins anew when its container has gone", async () => {
    const { change, engine, outcomes, pass, settled, typed } = await watch({ config: ONE });
    await settled(1);
    const hold = engine.hold("runContainer");
    const before = engine.calls.length;
    change({ docs: "2" });
    pass(100);
    await hold.next();
    change({ docs: "3" });
    pass(100);
    (await hold.next()).continue();
    expect(await settled(2)).toMatchObject({ changed: ["docs"] });
    expect(outcomes("docs")).toEqual(["built", "cancelled", "built"]);
    expect(containerCalls(engine).slice(-6)).toEqual([
      "createContainer",
      "runContainer",
      "removeContainer",
      "createContainer",
      "runContainer",
      "removeContainer",
    ]);
    expect(engine.calls.slice(before).filter(({ operation }) => operation === "listImages")).toHaveLength(1);
    expect(typed("target-finished").at(-2)?.reason).toBe("it has changed meanwhile");
  });

  test("has the container of the next build ready, and builds without where somebody removed it", async () => {
    const { edit, engine, outcomes, settled, watching } = await watch({ config: ONE, startAhead: 1 });
    await settled(1);
    const isReady = () => expect([...engine.state.containers.values()]).toMatchObject([{ state: "running" }]);
    await vi.waitFor(isReady);
    const [ready] = engine.state.containers.keys();
    const before = engine.calls.length;
    await edit({ docs: "2" });
    const [upload] = engine.calls.slice(before).filter(({ operation }) => operation === "uploadArchive");
    expect(upload?.args[0]).toBe(ready);

    await vi.waitFor(isReady);
    const hold = engine.hold("uploadArchive");
    const edited = edit({ docs: "3" });
    const held = await hold.next();
    hold.release();
    held.fail(new EngineError({ reason: "not-found", operation: "upload archive", message: "gone" }));
    await edited;

    await vi.waitFor(isReady);
    await engine.stopContainer([...engine.state.containers.keys()][0] ?? "", { grace: 0 });
    await edit({ docs: "4" });
    expect(outcomes("docs")).toEqual(["built", "built", "built", "built"]);
    await watching.stop();
    expect(engine.state.containers.size).toBe(0);
  });

  test("lets a build end and builds once more when it is to queue changes", async () => {
    const { change, engine, outcomes, pass, settled } = await watch({ config: ONE, onBusy: "queue" });
    await settled(1);
    const hold = engine.hold("runContainer");
    change({ docs: "2" });
    pass(100);
    const first = await hold.next();
    change({ docs: "3" });
    pass(100);
    first.continue();
    (await hold.next()).continue();
    await settled(2);
    expect(outcomes("docs")).toEqual(["built", "built", "built"]);
  });

  test("keeps the build that runs when an edit of its source is taken back at once", async () => {
    const { change, engine, outcomes, pass, settled } = await watch({ config: ONE });
    await settled(1);
    const hold = engine.hold("runContainer");
    change({ docs: "2" });
    pass(100);
    const run = await hold.next();
    change({ docs: "3" });
    pass(20);
    change({ docs: "2" });
    pass(100);
    run.continue();
    await settled(2);
    expect(outcomes("docs")).toEqual(["built", "built"]);
  });

  test("does not try again what failed before something changes or it is asked for", async () => {
    let runs = 0;
    let exitCode = 1;
    const runContainer = () => {
      runs += 1;
      return exitCode;
    };
    const { edit, outcomes, pass, settled, typed, watching } = await watch({
      config: ONE,
      engine: { runContainer },
    });
    expect(await settled(1)).toMatchObject({ failed: ["docs"], changed: [] });
    expect(await edit({ docs: "1" })).toMatchObject({ failed: ["docs"] });
    expect(runs).toBe(1);
    await edit({ docs: "2" });
    expect(runs).toBe(2);
    exitCode = 0;
    watching.rebuild({ targets: ["docs"], clean: false });
    pass(100);
    await settled(4);
    expect(runs).toBe(3);
    expect(outcomes("docs")).toEqual(["failed", "failed", "failed", "built"]);
    expect(typed("watch-settled").at(-1)).toMatchObject({ failed: [], changed: ["docs"] });
  });

  test("skips what needs a target that failed, keeps the earlier images, and catches up once it is mended", async () => {
    const fails = { base: false };
    const runContainer = ({ spec }: { readonly spec: { readonly env: readonly string[] } }) =>
      fails.base && spec.env.includes("NAME=base") ? 1 : 0;
    const { edit, engine, outcomes, settled } = await watch({ engine: { runContainer } });
    await settled(1);
    const web = () => engine.inspectImage("docker.io/acme/web:latest");
    const before = await web();
    fails.base = true;
    expect(await edit({ base: "2" })).toMatchObject({ failed: ["base"], changed: [] });
    expect(await web()).toEqual(before);
    expect(outcomes("web")).toEqual(["built", "skipped"]);
    fails.base = false;
    expect(await edit({ base: "3" })).toMatchObject({ failed: [], changed: ["base", "api", "web"] });
    expect(outcomes("web")).toEqual(["built", "skipped", "built"]);
  });

  test("fails a target whose source cannot be read, and recovers when it is back", async () => {
    const { edit, outcomes, settled, typed } = await watch();
    await settled(1);
    const missing: Failure = { code: "source-missing", target: "docs", path: ["apps", "docs"], file: "docs" };
    expect(await edit({ docs: missing })).toMatchObject({ failed: ["docs"] });
    expect(typed("target-finished").at(-1)).toMatchObject({ outcome: "failed", failure: missing });
    expect(await edit({ docs: "1" })).toMatchObject({ failed: [], changed: [] });
    expect(outcomes("docs")).toEqual(["built", "failed", "up-to-date"]);
  });

  test("builds what it is asked to though nothing changed, and then what needs it", async () => {
    const { outcomes, pass, settled, watching } = await watch();
    await settled(1);
    watching.rebuild({ targets: ["base"], clean: true });
    pass(100);
    expect(await settled(2)).toMatchObject({ changed: ["base", "api", "web"] });
    expect(outcomes("docs")).toEqual(["built"]);
  });

  test("takes targets up and leaves them as the config says, and lives on with the last good one", async () => {
    const { engine, outcomes, reconfigure, settled, typed } = await watch({ config: ONE });
    await settled(1);
    const broken: Failure = { code: "config-not-found", directory: "/", searched: [] };
    await reconfigure(broken);
    expect(typed("config-broken")).toMatchObject([{ failures: [broken] }]);
    await reconfigure({ apps: { api: app("api") } });
    expect(typed("config-reloaded")).toMatchObject([{ added: ["api"], removed: ["docs"], changed: [] }]);
    expect(outcomes("api")).toEqual(["built"]);
    expect(outcomes("docs")).toEqual(["built"]);
    expect(await engine.inspectImage("docker.io/acme/docs:latest")).toBeDefined();
    await reconfigure({ apps: { api: app("api", { env: { A: "1" } }) } });
    expect(typed("config-reloaded").at(-1)).toMatchObject({ added: [], removed: [], changed: ["api"] });
    expect(outcomes("api")).toEqual(["built", "built"]);
  });

  test("stops the build of a target that the config does not have any more", async () => {
    const { change, engine, outcomes, pass, reconfigure, settled } = await watch({ config: ONE });
    await settled(1);
    const hold = engine.hold("runContainer");
    change({ docs: "2" });
    pass(100);
    await hold.next();
    hold.release();
    await reconfigure({ apps: { api: app("api") } });
    expect(outcomes("docs")).toEqual(["built", "cancelled"]);
    expect(engine.state.containers.size).toBe(0);
  });

  test("waits for an engine that went away, and then builds what it was about to", async () => {
    const { change, engine, outcomes, pass, settled, typed } = await watch();
    await settled(1);
    const hold = engine.hold("runContainer");
    change({ docs: "2" });
    pass(100);
    const run = await hold.next();
    hold.release();
    run.fail(new EngineError({ reason: "lost", operation: "wait", message: "socket hang up" }));
    await settled(2);
    expect(typed("engine-lost")).toHaveLength(1);
    expect(typed("engine-back")).toHaveLength(1);
    expect(outcomes("docs")).toEqual(["built", "failed", "built"]);
    expect(outcomes("web")).toEqual(["built", "up-to-date"]);
    expect(engine.state.containers.size).toBe(0);
  });

  test("leaves nothing when it is stopped while it builds", async () => {
    const { change, engine, outcomes, pass, settled, timers, watching } = await watch();
    await settled(1);
    const hold = engine.hold("runContainer");
    change({ base: "2" });
    pass(100);
    await hold.next();
    const images = engine.state.images.size;
    const finished = await watching.stop();
    expect(finished).toMatchObject({ outcomes: { cancelled: 1, built: 3 }, failures: [] });
    expect(outcomes("base")).toEqual(["built", "cancelled"]);
    expect(engine.state.containers.size).toBe(0);
    expect(engine.state.images.size).toBe(images);
    expect(timers()).toBe(0);
  });

  test("ends when its signal is aborted", async () => {
    const { settled, stop, watching } = await watch({ config: ONE });
    await settled(1);
    stop.abort();
    expect(await watching.finished).toMatchObject({ type: "session-finished" });
  });

  test("holds a path that what follows a build changes again and again, and says so once", async () => {
    const loop = { goes: true };
    const fixture = await watch({
      config: ONE,
      onSettled: async () => {
        if (!loop.goes) return;
        count += 1;
        fixture.change({ docs: `generated ${count}` });
      },
    });
    let count = 0;
    const { outcomes, pass, typed, until } = fixture;
    for (let time = 0; time < 40; time += 1) {
      pass(100);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => typed("target-paused").length > 0);
    expect(typed("target-paused")).toMatchObject([{ target: "docs", path: "docs/text", builds: 6 }]);
    expect(outcomes("docs")).toHaveLength(7);
    loop.goes = false;
    const before = typed("watch-settled").length;
    pass(60_000);
    await until(() => typed("watch-settled").length > before);
    expect(outcomes("docs")).toHaveLength(8);
  });
});

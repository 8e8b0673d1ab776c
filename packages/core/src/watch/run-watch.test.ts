import type { FakeEngine } from "@sti/testing/fake-engine";
import { describe, expect, test, vi } from "vitest";
import { app, ID, watch } from "../../test/watched-config.ts";
import type { UserConfig } from "../definition/schema.ts";
import { EngineError } from "../engine/engine-error.ts";
import type { Failure } from "../failure/failure.ts";

const ONE: UserConfig = { apps: { docs: app("docs") } };

describe("a watch", () => {
  test("brings everything up to date when it starts, and ends with what all targets came to", async () => {
    const { events, idle, typed, watching } = await watch();
    expect(await idle(1)).toMatchObject({ changed: ["base", "docs", "api", "web"], failed: [] });
    expect(events[0]).toMatchObject({ type: "session-started", session: ID });
    const finished = await watching.stop();
    expect(finished.outcomes).toMatchObject({ built: 4 });
    expect(typed("session-finished")).toEqual([finished]);
  });

  test("builds what was edited and what needs it, once and in order, and nothing else", async () => {
    const { edit, outcomes, idle, typed } = await watch();
    await idle(1);
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
    const { edit, engine, idle, watching } = await watch();
    await idle(1);
    const images = engine.state.images.size;
    await edit({ base: "2" });
    await edit({ docs: "2" });
    await watching.stop();
    expect(engine.state.images.size).toBe(images);
    expect(engine.state.containers.size).toBe(0);
    expect(engine.state.volumes.size).toBe(0);
  });

  test("removes an image that something used once that has gone", async () => {
    const { edit, engine, idle, watching } = await watch({ config: ONE });
    await idle(1);
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
    const { edit, engine, outcomes, idle } = await watch();
    await idle(1);
    const calls = engine.count("createContainer");
    expect(await edit({ docs: "1" })).toMatchObject({ changed: [], failed: [] });
    expect(outcomes("docs")).toEqual(["built", "up-to-date"]);
    expect(engine.count("createContainer")).toBe(calls);
  });

  test("collects changes while it is paused, and builds them once when it goes on, by what the engine has then", async () => {
    const { change, engine, outcomes, pass, idle, watching } = await watch({ config: ONE });
    await idle(1);
    watching.pause(true);
    const calls = engine.calls.length;
    change({ docs: "2" });
    pass(5_000);
    change({ docs: "3" });
    pass(5);
    expect(watching.waiting()).toEqual({ files: 1, isMore: false, isConfig: false });
    watching.rebuild({ targets: ["docs"], clean: false });
    pass(5_000);
    expect(engine.calls.length).toBe(calls);
    expect(outcomes("docs")).toEqual(["built"]);
    watching.pause(false);
    pass(100);
    expect(watching.waiting()).toEqual({ files: 0, isMore: false, isConfig: false });
    expect(await idle(2)).toMatchObject({ changed: ["docs"], duration: 100 });
    expect(outcomes("docs")).toEqual(["built", "built"]);
    expect(engine.calls.slice(calls).filter(({ operation }) => operation === "listImages")).toHaveLength(1);
  });

  test("lets a build end while it is paused, and ends when it is stopped", async () => {
    const { change, engine, outcomes, pass, idle, watching } = await watch({ config: ONE });
    await idle(1);
    const hold = engine.hold("runContainer");
    change({ docs: "2" });
    pass(100);
    const build = await hold.next();
    watching.pause(true);
    change({ docs: "3" });
    pass(5_000);
    build.continue();
    hold.release();
    await vi.waitFor(() => expect(outcomes("docs")).toEqual(["built", "built"]));
    expect((await watching.stop()).type).toBe("session-finished");
    expect(engine.state.containers.size).toBe(0);
  });

  test("builds an image anew that was removed behind its back", async () => {
    const { edit, engine, outcomes, idle } = await watch();
    await idle(1);
    await engine.removeImage("docker.io/acme/docs:latest");
    expect(await edit({ web: "1" })).toMatchObject({ changed: ["docs"] });
    expect(outcomes("docs")).toEqual(["built", "built"]);
  });

  test("cancels a build whose source changes, and begins anew when its container has gone", async () => {
    const { change, engine, outcomes, pass, idle, typed } = await watch({ config: ONE });
    await idle(1);
    const hold = engine.hold("runContainer");
    const before = engine.calls.length;
    change({ docs: "2" });
    pass(100);
    await hold.next();
    change({ docs: "3" });
    pass(100);
    (await hold.next()).continue();
    expect(await idle(2)).toMatchObject({ changed: ["docs"] });
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
    const { edit, engine, outcomes, idle, watching } = await watch({ config: ONE, startAhead: 1 });
    await idle(1);
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
    const { change, engine, outcomes, pass, idle } = await watch({ config: ONE, onBusy: "queue" });
    await idle(1);
    const hold = engine.hold("runContainer");
    change({ docs: "2" });
    pass(100);
    const first = await hold.next();
    change({ docs: "3" });
    pass(100);
    first.continue();
    (await hold.next()).continue();
    await idle(2);
    expect(outcomes("docs")).toEqual(["built", "built", "built"]);
  });

  test("keeps the build that runs when an edit of its source is taken back at once", async () => {
    const { change, engine, outcomes, pass, idle } = await watch({ config: ONE });
    await idle(1);
    const hold = engine.hold("runContainer");
    change({ docs: "2" });
    pass(100);
    const run = await hold.next();
    change({ docs: "3" });
    pass(20);
    change({ docs: "2" });
    pass(100);
    run.continue();
    await idle(2);
    expect(outcomes("docs")).toEqual(["built", "built"]);
  });

  test("does not try again what failed before something changes or it is asked for", async () => {
    let runs = 0;
    let exitCode = 1;
    const runContainer = () => {
      runs += 1;
      return exitCode;
    };
    const { edit, outcomes, pass, idle, typed, watching } = await watch({
      config: ONE,
      engine: { runContainer },
    });
    expect(await idle(1)).toMatchObject({ failed: ["docs"], changed: [] });
    expect(await edit({ docs: "1" })).toMatchObject({ failed: ["docs"] });
    expect(runs).toBe(1);
    await edit({ docs: "2" });
    expect(runs).toBe(2);
    exitCode = 0;
    watching.rebuild({ targets: ["docs"], clean: false });
    pass(100);
    await idle(4);
    expect(runs).toBe(3);
    expect(outcomes("docs")).toEqual(["failed", "failed", "failed", "built"]);
    expect(typed("watch-settled").at(-1)).toMatchObject({ failed: [], changed: ["docs"] });
  });

  test("skips what needs a target that failed, keeps the earlier images, and catches up once it is mended", async () => {
    const fails = { base: false };
    const runContainer = ({ spec }: { readonly spec: { readonly env: readonly string[] } }) =>
      fails.base && spec.env.includes("NAME=base") ? 1 : 0;
    const { edit, engine, outcomes, idle } = await watch({ engine: { runContainer } });
    await idle(1);
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
    const { edit, outcomes, idle, typed } = await watch();
    await idle(1);
    const missing: Failure = { code: "source-missing", target: "docs", path: ["apps", "docs"], file: "docs" };
    expect(await edit({ docs: missing })).toMatchObject({ failed: ["docs"] });
    expect(typed("target-finished").at(-1)).toMatchObject({ outcome: "failed", failure: missing });
    expect(await edit({ docs: "1" })).toMatchObject({ failed: [], changed: [] });
    expect(outcomes("docs")).toEqual(["built", "failed", "up-to-date"]);
  });

  test("builds what it is asked to though nothing changed, and then what needs it", async () => {
    const { outcomes, pass, idle, watching } = await watch();
    await idle(1);
    watching.rebuild({ targets: ["base"], clean: true });
    pass(100);
    expect(await idle(2)).toMatchObject({ changed: ["base", "api", "web"] });
    expect(outcomes("docs")).toEqual(["built"]);
  });

  test("takes targets up and leaves them as the config says, and lives on with the last good one", async () => {
    const { engine, outcomes, reconfigure, idle, typed } = await watch({ config: ONE });
    await idle(1);
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
    const { change, engine, outcomes, pass, reconfigure, idle } = await watch({ config: ONE });
    await idle(1);
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
    const { change, engine, outcomes, pass, idle, typed } = await watch();
    await idle(1);
    const hold = engine.hold("runContainer");
    change({ docs: "2" });
    pass(100);
    const run = await hold.next();
    hold.release();
    run.fail(new EngineError({ reason: "lost", operation: "wait", message: "socket hang up" }));
    await idle(2);
    expect(typed("engine-lost")).toHaveLength(1);
    expect(typed("engine-back")).toHaveLength(1);
    expect(outcomes("docs")).toEqual(["built", "failed", "built"]);
    expect(outcomes("web")).toEqual(["built", "up-to-date"]);
    expect(engine.state.containers.size).toBe(0);
  });

  test("leaves nothing when it is stopped while it builds", async () => {
    const { change, engine, outcomes, pass, idle, timers, watching } = await watch();
    await idle(1);
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
    const { idle, stop, watching } = await watch({ config: ONE });
    await idle(1);
    stop.abort();
    expect(await watching.finished).toMatchObject({ type: "session-finished" });
  });

  test("holds a path that what follows a build changes again and again, and says so once", async () => {
    const loop = { goes: true };
    const fixture = await watch({
      config: ONE,
      onIdle: async () => {
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

/** Containers of builds, by the order of their calls. */
function containerCalls(engine: FakeEngine): readonly string[] {
  return engine.calls
    .map(({ operation }) => operation)
    .filter((operation) => ["createContainer", "runContainer", "removeContainer"].includes(operation));
}

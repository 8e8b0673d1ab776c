import { createFakeEngine } from "@sti/testing/fake-engine";
import type { FakeEngineOptions } from "@sti/testing/fake-work";
import { expect, test, vi } from "vitest";
import { EngineError } from "../engine/engine-error.ts";
import type { TargetNode } from "../graph/target-graph.ts";
import type { PlannedBase, PlannedContainer, Step } from "../plan/step.ts";
import { createReadyContainers } from "./ready-containers.ts";
import { removeResources } from "./target-resources.ts";
import { EndedEarlyError } from "./waiting-container.ts";

const SPEC: PlannedContainer = {
  image: "sha256:builder",
  entrypoint: ["/bin/sh", "-c", "exec /usr/bin/prepare"],
  cmd: [],
  env: [],
  user: "",
  labels: {},
  hasInput: false,
  mounts: [
    { kind: "own-volume", target: "/tmp/src" },
    { kind: "volume", name: "output", target: "/tmp/build" },
  ],
};
const BASE: PlannedBase = { volume: "kept", folder: "/volumes/kept", sealedAt: "1" };

const stepsOf = (change: Partial<PlannedContainer> = {}): readonly Step[] => [
  { kind: "create-container", stage: "artifacts", image: "earlier", spec: SPEC },
  { kind: "create-container", stage: "result", image: "builder", spec: { ...SPEC, ...change } },
];

function start({ most = 2, ...options }: FakeEngineOptions & { readonly most?: number } = {}) {
  const files = { "/bin/sh": { content: "", mode: 0o755 } };
  const engine = createFakeEngine({
    images: [{ id: "sha256:builder", tags: ["builder"], files }],
    ...options,
  });
  let names = 0;
  const clock = { now: 1000 };
  const ready = createReadyContainers({
    most,
    newName: () => {
      names += 1;
      return `name-${names}`;
    },
    now: () => clock.now,
  });
  const replenish = async (...targets: string[]) => {
    const nodes = new Map(targets.map((target) => [target, {} as TargetNode]));
    return [...(await ready.trim(engine, { nodes })), ...(await ready.replenish(engine))];
  };
  return { clock, engine, ready, replenish, containers: () => [...engine.state.containers.values()] };
}

test("a container like that of the last build runs, waits for its input and is the next build's", async () => {
  const runs: string[] = [];
  const { containers, engine, ready, replenish } = start({
    runContainer: ({ print, spec }) => {
      runs.push(spec.entrypoint.join(" "));
      print("at work\n");
      return 3;
    },
  });
  ready.note("web", stepsOf(), undefined);
  expect(await replenish("web")).toEqual([]);
  expect(containers()).toMatchObject([{ state: "running", spec: { name: "name-3", hasInput: true } }]);
  expect(runs).toEqual([]);

  const resources = ready.take("web", stepsOf());
  expect(resources?.containers.get("result")).toBe(containers()[0]?.id);
  expect(resources?.volumes.get("output")).toBe("name-2");
  expect(ready.take("web", stepsOf())).toBeUndefined();

  const output: string[] = [];
  const status = await resources?.waiting?.container.go({
    input: new Uint8Array([10]),
    onOutput: ({ bytes }) => output.push(new TextDecoder().decode(bytes)),
  });
  expect(status?.exitCode).toBe(3);
  expect(output).toEqual(["at work\n"]);
  expect(runs).toEqual([expect.stringMatching(/read -r name.* && exec \/usr\/bin\/prepare$/s)]);
  expect(runs[0]).toMatch(/&& exec \/usr\/bin\/prepare$/);
  if (resources !== undefined) await removeResources(engine, resources);
  expect(engine.state.containers.size).toBe(0);
});

test("a build that is cut short kills its container, with the reason of its signal", async () => {
  const { containers, ready, replenish } = start({ runContainer: () => new Promise(() => {}) });
  ready.note("web", stepsOf(), undefined);
  await replenish("web");
  const stop = new AbortController();
  const started = ready.take("web", stepsOf())?.waiting?.container;
  const going = started?.go({ input: new Uint8Array(), onOutput: () => {}, signal: stop.signal });
  stop.abort(new Error("enough"));
  await expect(going).rejects.toThrow("enough");
  expect(containers()).toMatchObject([{ state: "exited" }]);
});

test("one that is not what the build has planned is not taken, and removed", async () => {
  const { containers, ready, replenish } = start();
  ready.note("web", stepsOf(), undefined);
  await replenish("web");
  expect(ready.take("web", stepsOf({ env: ["A=1"] }))).toBeUndefined();
  ready.note("web", stepsOf({ env: ["A=1"] }), undefined);
  await replenish("web");
  expect(containers()).toMatchObject([{ spec: { env: ["A=1"] } }]);
  expect(ready.take("web", stepsOf({ env: ["A=1"] }))).toBeDefined();
});

test("a wrong guess is not made again before a target is built twice, or one was right", async () => {
  const { containers, ready, replenish } = start();
  const targets = Array.from({ length: 9 }, (_, index) => `app${index}`);
  const build = async (target: string) => {
    const found = ready.take(target, stepsOf({ env: [`APP=${target}`] }));
    ready.note(target, stepsOf({ env: [`APP=${target}`] }), undefined);
    await replenish(...targets);
    return found !== undefined;
  };
  const waiting = () => containers().flatMap(({ spec }) => spec.env);
  for (const target of targets) expect(await build(target)).toBe(false);
  expect(waiting()).toEqual(["APP=app0"]);
  expect([await build("app8"), await build("app8")]).toEqual([false, true]);
  expect(await build("app8")).toBe(true);
  // The last guess was right: a target is expected again from its first build on, after one that was not.
  expect([await build("app1"), await build("app2")]).toEqual([false, false]);
  expect(waiting()).not.toContain("APP=app2");
});

test("one that has waited for long is not taken, and replaced", async () => {
  const { clock, containers, ready, replenish } = start();
  ready.note("web", stepsOf(), undefined);
  await replenish("web");
  const [first] = containers();
  clock.now += 5 * 60_000;
  await replenish("web");
  expect(containers()).toHaveLength(1);
  expect(containers()[0]?.id).not.toBe(first?.id);
  clock.now += 5 * 60_000;
  expect(ready.take("web", stepsOf())).toBeUndefined();
});

test("the source that a build has kept is the next one's", async () => {
  const mount = { kind: "source-cache", target: "/tmp/src", labels: {} } as const;
  const { containers, ready, replenish } = start();
  ready.note("web", stepsOf({ mounts: [{ ...mount, base: undefined }] }), BASE);
  await replenish("web");
  expect(containers()[0]?.spec.mounts).toContainEqual(expect.objectContaining({ name: "kept" }));
  expect(ready.take("web", stepsOf({ mounts: [{ ...mount, base: BASE }] }))).toBeDefined();
});

test("they are there for the targets that were built last, as long as they are targets", async () => {
  const { containers, ready, replenish } = start();
  const envs = () => containers().map(({ spec }) => spec.env[0]);
  for (const name of ["api", "web", "docs", "web"]) ready.note(name, stepsOf({ env: [name] }), undefined);
  await replenish("api", "web", "docs");
  expect(envs()).toEqual(["docs", "web"]);
  ready.note("api", stepsOf({ env: ["api"] }), undefined);
  await replenish("api", "web", "docs");
  expect(envs()).toEqual(["web", "api"]);
  await replenish("api");
  expect(envs()).toEqual(["api"]);
});

test("without any to start nothing is done", async () => {
  const { engine, ready, replenish } = start({ most: 0 });
  ready.note("web", stepsOf(), undefined);
  await replenish("web");
  expect(engine.calls).toEqual([]);
});

test("one that somebody stopped is not taken, and replaced", async () => {
  const { containers, engine, ready, replenish } = start();
  ready.note("web", stepsOf(), undefined);
  await replenish("web");
  const [first] = containers();
  const started = ready.take("web", stepsOf());
  await engine.stopContainer(first?.id ?? "", { grace: 0 });
  await vi.waitFor(() => expect(started?.waiting?.container.hasEnded).toBe(true));
  const go = started?.waiting?.container.go({ input: new Uint8Array(), onOutput: () => {} });
  await expect(go).rejects.toThrow(EndedEarlyError);

  await replenish("web");
  await engine.stopContainer(containers().at(-1)?.id ?? "", { grace: 0 });
  await vi.waitFor(() => expect(containers().at(-1)?.state).toBe("exited"));
  expect(ready.take("web", stepsOf())).toBeUndefined();
  await replenish("web");
  expect(ready.take("web", stepsOf())).toBeDefined();
});

test("what cannot be started leaves nothing, and is left to the build to report", async () => {
  const { engine, ready, replenish } = start();
  const hold = engine.hold("runContainer");
  ready.note("web", stepsOf(), undefined);
  const replenished = replenish("web");
  const message = "no such program";
  (await hold.next()).fail(new EngineError({ reason: "start-failed", operation: "run container", message }));
  expect(await replenished).toEqual([]);
  expect(engine.state.containers.size).toBe(0);
  expect(engine.state.volumes.size).toBe(0);
  ready.note("web", stepsOf(), undefined);
  await replenish("web");
  expect(engine.count("createContainer")).toBe(1);
  hold.release();
  ready.note("web", stepsOf({ env: ["A=1"] }), undefined);
  await replenish("web");
  ready.forget();
  ready.note("web", stepsOf(), undefined);
  await replenish("web");
  expect(engine.count("createContainer")).toBe(3);
});

test("what is about to be started when all ends is given up, and removed", async () => {
  const { engine, ready } = start();
  const hold = engine.hold("runContainer");
  const stop = new AbortController();
  ready.note("web", stepsOf(), undefined);
  const replenished = ready.replenish(engine, { signal: stop.signal });
  await hold.next();
  stop.abort(new Error("interrupted"));
  expect(await replenished).toEqual([]);
  expect(engine.state.containers.size).toBe(0);
});

test("all are removed at the end, but for those that are somebody else's by then", async () => {
  const { engine, ready, replenish } = start();
  ready.note("web", stepsOf(), undefined);
  await replenish("web");
  await ready.close(engine);
  expect([engine.state.containers.size, engine.state.volumes.size]).toEqual([0, 0]);
  ready.note("web", stepsOf(), undefined);
  await replenish("web");
  ready.forget();
  expect(await ready.close(engine)).toEqual([]);
  expect(engine.state.containers.size).toBe(1);
  expect(ready.take("web", stepsOf())).toBeUndefined();
});

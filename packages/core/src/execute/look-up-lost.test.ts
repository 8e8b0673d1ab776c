import { createFakeEngine } from "@sti/testing/fake-engine";
import { packFiles } from "@sti/testing/pack-files";
import { describe, expect, test } from "vitest";
import type { Engine } from "../engine/engine.ts";
import { EngineError, type EngineErrorReason } from "../engine/engine-error.ts";
import { LABEL } from "../plan/labels.ts";
import { lookUpLost } from "./look-up-lost.ts";

const BASE = { id: "sha256:base", tags: ["acme/base:1"] };
const LABELS = { [LABEL.managed]: "1", [LABEL.key]: "key", [LABEL.stage]: "result" };
const commit = { entrypoint: [], cmd: [], env: [], user: "", workingDir: "", labels: LABELS, comment: "" };

/** Calls that make or name something, and the proof that they were done. */
const CALLS: readonly {
  readonly operation: keyof Engine;
  readonly call: (engine: Engine) => Promise<unknown>;
  readonly isDone: (engine: ReturnType<typeof createFakeEngine>, result: unknown) => boolean;
}[] = [
  {
    operation: "tagImage",
    call: (engine) => engine.tagImage(BASE.id, "acme/web:dev"),
    isDone: ({ state }) => state.tags.get("acme/web:dev") === BASE.id,
  },
  {
    operation: "createContainer",
    call: (engine) => engine.createContainer(spec("sti-build-one")),
    isDone: ({ state }, id) => state.containers.get(String(id))?.spec.name === "sti-build-one",
  },
  {
    operation: "createVolume",
    call: (engine) => engine.createVolume("sti-build-two", {}),
    isDone: ({ state }, volume) => state.volumes.has((volume as { readonly name: string }).name),
  },
  {
    operation: "commitContainer",
    call: async (engine) => engine.commitContainer(await engine.createContainer(spec("one")), commit),
    isDone: ({ state }, id) => state.images.get(String(id))?.config.labels[LABEL.key] === "key",
  },
  {
    operation: "buildImage",
    call: (engine) => engine.buildImage(build()),
    isDone: ({ state }, id) => state.images.get(String(id))?.config.labels[LABEL.key] === "key",
  },
];

describe.each(CALLS)("a $operation", ({ call, isDone, operation }) => {
  test.each(ERRORS)("%s counts as done if the engine has done it", async (_, error) => {
    const { engine, fake } = failing(operation, { error, done: true });
    await engine.listImages();
    expect(isDone(fake, await call(engine))).toBe(true);
  });

  test.each(ERRORS)("%s fails with that if the engine has not done it", async (_, error) => {
    const { engine } = failing(operation, { error, done: false });
    await engine.listImages();
    await expect(call(engine)).rejects.toMatchObject({
      reason: error.reason,
      message: "cut",
      effect: "none",
    });
  });

  test("that the engine refuses is not looked up", async () => {
    const { engine, fake } = failing(operation, { error: lost("conflict", 409), done: false });
    await engine.listImages();
    const before = fake.calls.length;
    await expect(call(engine)).rejects.toMatchObject({ reason: "conflict", effect: undefined });
    expect(fake.calls.slice(before).filter(({ operation: made }) => made !== "createContainer")).toEqual([]);
  });
});

describe.each([
  ["pushImage", (engine: Engine) => engine.pushImage("acme/base:1")],
  ["removeImage", (engine: Engine) => engine.removeImage("acme/base:1")],
  ["removeContainer", (engine: Engine) => engine.removeContainer("none")],
  ["removeVolume", (engine: Engine) => engine.removeVolume("none")],
] as const)("a %s", (operation, call) => {
  test.each([true, false])("whose answer is lost is made once more (done: %s)", async (done) => {
    const { engine } = failing(operation, { done });
    await call(engine);
  });

  test("that was not answered in time is not made again", async () => {
    const { engine } = failing(operation, { error: lost("unreachable-timeout"), done: true });
    await expect(call(engine)).rejects.toMatchObject({ reason: "unreachable-timeout" });
  });
});

test("a second push that the registry refuses fails with its refusal", async () => {
  const fake = createFakeEngine({ images: [BASE], onPush: () => "push-denied" });
  let hasFailed = false;
  const engine = lookUpLost({
    ...fake,
    async pushImage(...args) {
      if (hasFailed) return await fake.pushImage(...args);
      hasFailed = true;
      throw lost();
    },
  });
  await expect(engine.pushImage("acme/base:1")).rejects.toMatchObject({ reason: "push-denied" });
});

test("what a registry has refused is not asked again", async () => {
  const { engine } = failing("pullImage", { error: lost("pull-denied", 500), done: false });
  await expect(engine.pullImage("acme/base:1")).rejects.toMatchObject({ reason: "pull-denied" });
});

test("an engine that does not answer the look-up leaves the effect unknown", async () => {
  const fake = createFakeEngine({ images: [BASE] });
  const gone = async () => {
    throw lost();
  };
  const engine = lookUpLost({ ...fake, tagImage: gone, inspectImage: gone });
  await expect(engine.tagImage(BASE.id, "acme/web:dev")).rejects.toMatchObject({ effect: "unknown" });
});

test("an equal image that was there before is not taken for the one that was made", async () => {
  const { engine, fake } = failing("commitContainer", { done: false });
  const container = await fake.createContainer(spec("one"));
  const old = await fake.commitContainer(container, commit).catch(() => "");
  expect(old).toMatch(/^sha256:/);
  await engine.listImages();
  await expect(engine.commitContainer(container, commit)).rejects.toMatchObject({ effect: "none" });
});

test("of two equal images that are new neither is taken", async () => {
  const { engine, fake } = failing("commitContainer", { done: true });
  await engine.listImages();
  const container = await fake.createContainer(spec("one"));
  await fake.commitContainer(container, commit);
  await expect(engine.commitContainer(container, commit)).rejects.toMatchObject({ effect: "none" });
});

const spec = (name: string) => ({
  image: BASE.id,
  name,
  entrypoint: ["/x"],
  cmd: [],
  env: [],
  user: "",
  labels: {},
  mounts: [],
});

const build = () => ({
  context: packFiles([{ path: "Dockerfile", content: "FROM acme/base:1\n" }]),
  dockerfile: "Dockerfile",
  buildArgs: {},
  labels: LABELS,
  noCache: true,
  onOutput: () => {},
});

function lost(reason: EngineErrorReason = "lost", status?: number): EngineError {
  return new EngineError({ reason, operation: "a call", message: "cut", status });
}

/** An engine whose first call of a kind fails with an error, after it was done or without having been done. */
function failing(operation: keyof Engine, { error = lost(), done }: { error?: EngineError; done: boolean }) {
  const fake = createFakeEngine({ images: [BASE] });
  let hasFailed = false;
  const call = fake[operation] as (...args: unknown[]) => Promise<unknown>;
  const broken = async (...args: unknown[]) => {
    if (hasFailed) return await call(...args);
    hasFailed = true;
    if (done) await call(...args);
    throw error;
  };
  return { fake, engine: lookUpLost({ ...fake, [operation]: broken }) };
}

const ERRORS: readonly (readonly [string, EngineError])[] = [
  ["whose answer is lost", lost()],
  ["that is not answered in time", lost("unreachable-timeout")],
  ["that is answered with status 500", lost("other", 500)],
  ["that is answered with something else", lost("not-an-engine")],
];

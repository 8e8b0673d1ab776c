import { createFakeEngine } from "@sti/testing/fake-engine";
import { expect, test } from "vitest";
import { EngineError } from "../engine/engine-error.ts";
import { createLeftovers } from "./leftovers.ts";

const NAME = "sti-build-aaaaaaaaaaaaaaaa-bbbbbbbb-7-100-cccccc-1";
const VOLUME = "sti-build-aaaaaaaaaaaaaaaa-bbbbbbbb-7-100-cccccc-2";
const IMAGE = "acme/base:1";
const CONFIG = { entrypoint: [], cmd: [], env: [], user: "", workingDir: "", labels: {}, comment: "" };
const LOST = new EngineError({
  reason: "unreachable-timeout",
  operation: "create container",
  message: "silent",
});

function specOf(name: string, image = IMAGE) {
  const mounts = [{ kind: "volume", name: VOLUME, target: "/tmp/src" }] as const;
  return { image, name, entrypoint: [], cmd: [], env: [], user: "", labels: {}, mounts };
}

function left(...things: readonly string[]): string {
  return `may be left in the engine, for the next session or sti clean to remove: ${things.join(", ")}`;
}

function start() {
  const fake = createFakeEngine({ images: [{ tags: [IMAGE] }] });
  const leftovers = createLeftovers();
  return { fake, leftovers, engine: leftovers.track(fake) };
}

test("names what was made until it is removed", async () => {
  const { engine, leftovers } = start();
  const id = await engine.createContainer(specOf(NAME));
  await engine.removeContainer(id);
  expect(leftovers.describe()).toBe(left(`volume ${VOLUME}`));
  await engine.createContainer(specOf(NAME));
  await engine.removeVolume(VOLUME).catch(() => {});
  expect(leftovers.describe()).toBe(left(`container ${NAME}`));
  expect(leftovers.describe()).toBeUndefined();
});

test("names what may have been made because no answer came, and what could not be removed", async () => {
  const { engine, fake, leftovers } = start();
  await engine.createContainer(specOf(NAME));
  const tracked = leftovers.track({
    ...fake,
    createContainer: () => Promise.reject(LOST),
    removeVolume: () => Promise.reject(LOST),
  });
  await expect(tracked.createContainer(specOf(`${NAME}0`))).rejects.toBe(LOST);
  await expect(tracked.removeVolume(VOLUME)).rejects.toBe(LOST);
  expect(leftovers.describe()).toBe(left(`container ${NAME}`, `container ${NAME}0`, `volume ${VOLUME}`));
});

test("does not name a container that the engine refused, or that a look-up did not find", async () => {
  const { engine, fake, leftovers } = start();
  const none = new EngineError({
    reason: "lost",
    operation: "create container",
    message: "cut",
    effect: "none",
  });
  const lost = leftovers.track({ ...fake, createContainer: () => Promise.reject(none) });
  await expect(lost.createContainer(specOf(`${NAME}0`))).rejects.toBe(none);
  await expect(engine.createContainer(specOf(NAME, "acme/absent:1"))).rejects.toThrow();
  expect(leftovers.describe()).toBe(left(`volume ${VOLUME}`));
});

test("believes the engine's list: what is not in it is gone, and the id of what is in it is known", async () => {
  const { engine, fake, leftovers } = start();
  const id = await fake.createContainer(specOf(NAME));
  const lost = leftovers.track({ ...fake, createContainer: () => Promise.reject(LOST) });
  await lost.createContainer(specOf(NAME)).catch(() => {});
  await lost.createContainer(specOf(`${NAME}0`)).catch(() => {});
  await engine.listContainers("sti-build-");
  await engine.removeContainer(id);
  expect(leftovers.describe()).toBe(left(`volume ${VOLUME}`));
});

test("names an image that was made and got no tag", async () => {
  const { engine, fake, leftovers } = start();
  const container = await fake.createContainer(specOf("web"));
  const commit = () => engine.commitContainer(container, CONFIG);
  const [tagged, removed, untagged] = [await commit(), await commit(), await commit()];
  await engine.tagImage(tagged, "acme/web:1");
  await engine.removeImage(removed);
  expect(leftovers.describe()).toBe(left(`image ${untagged}`));
});

test("believes the engine that an image has a tag whose answer was lost", async () => {
  const { engine, fake, leftovers } = start();
  const id = await engine.commitContainer(await fake.createContainer(specOf("web")), CONFIG);
  await fake.tagImage(id, "acme/web:1");
  await engine.inspectImage(id);
  expect(leftovers.describe()).toBeUndefined();
});

test("names an image whose commit was not answered, until it is found and removed", async () => {
  const { engine, fake, leftovers } = start();
  const config = { ...CONFIG, labels: { "sti.key": "k1" } };
  const container = await fake.createContainer(specOf("web"));
  const lost = leftovers.track({
    ...fake,
    async commitContainer(...args) {
      await fake.commitContainer(...args);
      throw LOST;
    },
  });
  await lost.commitContainer(container, config).catch(() => {});
  await lost.commitContainer(container, { ...config, labels: { "sti.key": "k2" } }).catch(() => {});
  const [found] = (await engine.listImages()).filter(({ labels }) => labels["sti.key"] === "k1");
  await engine.removeImage(found?.id ?? "");
  expect(leftovers.describe()).toBe(left("the untagged image with the label sti.key=k2"));
});

test("leaves what has another name out", async () => {
  const { engine, leftovers } = start();
  await engine.createContainer({
    ...specOf("web"),
    mounts: [{ kind: "volume", name: "data", target: "/data" }],
  });
  await engine.createVolume("sti-source-project-1", {});
  expect(leftovers.describe()).toBeUndefined();
});

test.each([
  [false, left("the build of web, which goes on until its step has ended")],
  [undefined, undefined],
])(
  "an interrupted build is named where the engine goes on with it (endsBuilds %s)",
  async (endsBuilds, words) => {
    const leftovers = createLeftovers();
    const fake = createFakeEngine();
    const abort = new AbortController();
    const engine = leftovers.track({
      ...fake,
      describe: async () => ({ ...(await fake.describe()), endsBuilds }),
      buildImage: async () => {
        abort.abort(new Error("interrupted"));
        throw abort.signal.reason;
      },
    });
    await engine.describe();
    const build = {
      context: (async function* () {})(),
      dockerfile: "Dockerfile",
      buildArgs: {},
      labels: { "sti.target": "web" },
      noCache: false,
      keepsSteps: false,
      onOutput: () => {},
    };
    await expect(engine.buildImage(build, { signal: abort.signal })).rejects.toThrow("interrupted");
    expect(leftovers.describe()).toBe(words);
  },
);

import { graphOf } from "@sti/testing/definitions";
import { createFakeEngine } from "@sti/testing/fake-engine";
import type { FakeImage } from "@sti/testing/fake-state";
import { expect, test } from "vitest";
import type { PullPolicy } from "../definition/pull-policy-schema.ts";
import type { Lock } from "../plan/lock.ts";
import { surveyEngine } from "../survey/survey-engine.ts";
import { createSessionImages } from "./session-images.ts";
import { updateLock } from "./update-lock.ts";

const hash = (digit: string) => `sha256:${digit.repeat(64)}`;
const OLD: FakeImage = { tags: ["debian:12"], id: hash("1"), digest: hash("a") };
const NEW: FakeImage = { tags: ["debian:12"], id: hash("2"), digest: hash("b") };
const DEBIAN = "docker.io/library/debian:12";
const ENTRY = { short: "debian:12", digest: hash("a"), id: hash("1"), platform: "linux/amd64" };
const LOCK: Lock = new Map([[DEBIAN, ENTRY]]);

const graphWith = (pull: PullPolicy = "missing") =>
  graphOf({ apps: { api: { source: ".", buildImage: "debian:12", tag: "acme/api", pull } } });

async function update(
  images: { readonly images?: readonly FakeImage[]; readonly registry?: readonly FakeImage[] },
  options: {
    readonly lock?: Lock;
    readonly updated?: boolean;
    readonly pull?: PullPolicy;
    /** Pulled before, by name. */
    readonly present?: string;
  } = {},
) {
  const engine = createFakeEngine(images);
  if (options.present !== undefined) await engine.pullImage(options.present);
  const pulled: string[] = [];
  const result = await updateLock({
    engine,
    graph: graphWith(options.pull),
    facts: await surveyEngine(engine),
    lock: options.lock,
    isUpdated: () => options.updated === true,
    onPull: (image) => pulled.push(image),
    signal: new AbortController().signal,
  });
  return {
    changes: result.ok ? result.value : undefined,
    failures: result.ok ? [] : result.failures,
    pulled,
  };
}

test("an image that the engine has is added as it is", async () => {
  const { changes, pulled } = await update({ images: [OLD], registry: [NEW] });
  expect(changes).toMatchObject([{ kind: "added", after: { digest: hash("a"), id: hash("1") } }]);
  expect(pulled).toEqual([]);
});

test("of an image's several digests one that the registry knows is locked", async () => {
  const registry = [{ ...OLD, digest: hash("c") }];
  const present = `${DEBIAN.split(":")[0]}@${hash("c")}`;
  const { changes, pulled } = await update({ images: [OLD], registry }, { present });
  expect(changes).toMatchObject([{ kind: "added", after: { digest: hash("c"), id: hash("1") } }]);
  expect(pulled).toEqual([]);
  const unasked = await update({ images: [OLD], registry }, { present, pull: "never" });
  expect(unasked.changes).toMatchObject([{ after: { digest: hash("a") } }]);
});

test("an image that the engine does not have is pulled and added", async () => {
  const { changes, pulled } = await update({ registry: [NEW] });
  expect(changes).toMatchObject([{ kind: "added", after: { digest: hash("b"), id: hash("2") } }]);
  expect(pulled).toEqual(["debian:12"]);
});

test("an image that is always pulled is added as it is in the registry", async () => {
  const { changes } = await update({ images: [OLD], registry: [NEW] }, { pull: "always" });
  expect(changes).toMatchObject([{ kind: "added", after: { digest: hash("b") } }]);
});

test("what is locked stays, and what the engine has instead is said", async () => {
  const { changes, pulled } = await update({ images: [NEW], registry: [NEW] }, { lock: LOCK });
  expect(changes).toMatchObject([
    { kind: "drifted", after: { digest: hash("a") }, present: { digest: hash("b"), id: hash("2") } },
  ]);
  expect(pulled).toEqual([]);
  expect((await update({}, { lock: LOCK })).changes).toMatchObject([{ kind: "unchanged" }]);
});

test("an update pulls, and locks what the tag is now", async () => {
  const { changes } = await update({ images: [OLD], registry: [NEW] }, { lock: LOCK, updated: true });
  expect(changes).toMatchObject([
    { kind: "moved", before: { digest: hash("a") }, after: { digest: hash("b"), id: hash("2") } },
  ]);
  const same = await update({ images: [OLD], registry: [OLD] }, { lock: LOCK, updated: true });
  expect(same.changes).toMatchObject([{ kind: "unchanged" }]);
});

test("an update takes an image that was made here as it is", async () => {
  const local = { tags: ["debian:12"], id: hash("3") };
  const { changes, pulled } = await update({ images: [local] }, { lock: LOCK, updated: true });
  expect(changes).toMatchObject([{ kind: "moved", after: { digest: undefined, id: hash("3") } }]);
  expect(pulled).toEqual([]);
});

test("an entry that nothing uses is removed", async () => {
  const lock: Lock = new Map([...LOCK, ["docker.io/acme/old:1", { ...ENTRY, short: "acme/old:1" }]]);
  const { changes } = await update({ images: [OLD] }, { lock });
  expect(changes).toMatchObject([
    { image: "acme/old:1", kind: "removed", after: undefined },
    { image: "debian:12", kind: "unchanged" },
  ]);
});

test("an image that cannot be had is a failure of its place in the config", async () => {
  const path = ["apps", "api", "buildImage"];
  const absent = await update({});
  expect(absent.failures).toMatchObject([{ code: "pull-failed", image: "debian:12", path }]);
  const refused = await update({ registry: [NEW] }, { pull: "never" });
  expect(refused.failures).toMatchObject([{ code: "image-missing", image: "debian:12", path }]);
});

test("a session pulls the locked image and gives it its name", async () => {
  const engine = createFakeEngine({ registry: [NEW, OLD] });
  const images = createSessionImages({
    engine,
    facts: await surveyEngine(engine),
    lock: LOCK,
    records: { readImage: async () => undefined } as never,
    remember: async () => {},
    signal: new AbortController().signal,
    containerName: () => "",
  });
  const image = graphWith().nodes.get("api")?.images[0];
  if (image === undefined) throw new Error("the app needs no image");
  const ids = await Promise.all(
    [1, 2].map(() => images.identify(image, "missing", (pull) => pull(() => {}))),
  );
  expect(ids).toEqual([hash("1"), hash("1")]);
  expect(engine.count("pullImage")).toBe(1);
  expect(await engine.inspectImage("debian:12")).toMatchObject({ id: hash("1") });
});

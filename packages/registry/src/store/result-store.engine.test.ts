import { isPulledImage, type RegistryImage, type ResultStore, type StoreName } from "@sti/core";
import { createDockerEngine } from "@sti/engine-docker";
import { resolveEndpoint } from "@sti/engine-docker/endpoint";
import { checkLeftovers } from "@sti/testing/e2e";
import { packFiles } from "@sti/testing/pack-files";
import { type Registry, registryUser, startRegistry } from "@sti/testing/registry";
import { startTokenIssuer } from "@sti/testing/token-issuer";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { KEY, LINUX, makeImage } from "../../test/make-image.ts";
import { pushImage, pushIndex } from "../../test/push-image.ts";
import { basicAuth, errorOf, testClient } from "../../test/test-client.ts";
import { createImageRegistry } from "../images/image-registry.ts";
import { createResultStore } from "./result-store.ts";

const OTHER_KEY = "fedcba9876543210".repeat(4);
const result = (key = KEY): StoreName => ({ key, stage: "result" });
const endpoint = await resolveEndpoint();
let registry: Registry;
checkLeftovers(endpoint, "file");
beforeAll(async () => {
  registry = await startRegistry({ auth: true });
});
afterAll(() => registry.close());

/** A store in a repository of its own. */
async function storeIn(path: string) {
  const client = await testClient({
    insecure: [registry.address],
    auths: { [registry.address]: basicAuth(registryUser.username, registryUser.password) },
  });
  const repository = `${registry.address}/${path}`;
  const store = createResultStore({ client, repository, platform: LINUX });
  const put = (tag: string, options: Parameters<typeof makeImage>[0] = {}) => {
    const image = makeImage({ key: KEY, ...options });
    return pushImage(client, `${repository}:${tag}`, image).then(() => image);
  };
  return { client, put, repository, store };
}

async function found(store: ResultStore, name = result()): Promise<RegistryImage> {
  const [lookup] = await store.find([name]);
  if (lookup?.kind !== "found") throw new Error("not found", { cause: lookup });
  return lookup.image;
}

test("a registry names its time, and an index without an image of the platform is no result", async () => {
  const { client, store } = await storeIn("odd/store");
  const time = (await store.time()) ?? 0;
  expect(Math.abs(time - Date.now())).toBeLessThan(60_000);
  const foreign = { ...makeImage({ key: KEY }), platform: { os: "linux", architecture: "s390x" } };
  for (const images of [[], [foreign]]) {
    await pushIndex(client, store.reference(result()), images);
    expect(await store.find([result()])).toEqual([
      { kind: "unfit", problem: `sti-${KEY} has no image for linux/amd64` },
    ]);
  }
});

test("a result that an engine has pushed is found by its key", async () => {
  const plain = await startRegistry();
  onTestFinished(plain.close);
  const engine = await createDockerEngine({
    endpoint,
    env: { DOCKER_CONFIG: "/nonexistent" },
  });
  const { architecture } = await engine.describe();
  const own = createResultStore({
    client: await testClient({ insecure: [plain.address] }),
    repository: `${plain.address}/engine/store`,
    platform: { os: "linux", architecture },
  });
  const id = await engine.buildImage({
    context: packFiles([
      { path: "file", content: "store test\n" },
      {
        path: "Dockerfile",
        content: `FROM scratch\nCOPY file /\nENV A=1\nCMD ["/file"]\nLABEL sti.key=${KEY}\n`,
      },
    ]),
    dockerfile: "Dockerfile",
    buildArgs: {},
    labels: {},
    noCache: false,
    keepsSteps: false,
    onOutput: () => {},
  });
  const reference = own.reference(result());
  onTestFinished(async () => {
    await engine.removeImage(reference);
  });
  await engine.tagImage(id, reference);
  expect(await own.has(result())).toBe(false);
  const digest = await engine.pushImage(reference);
  expect(await own.has(result())).toBe(true);
  const image = await found(own);
  const details = await engine.inspectImage(reference);
  expect(image.referenceDigest).toBe(digest);
  expect([image.configDigest, image.digest, image.referenceDigest]).toContain(id);
  expect(image).toMatchObject({
    os: details?.os,
    architecture,
    layers: details?.layers,
    config: details?.config,
  });
  // By the digest, as it is restored.
  await engine.removeImage(reference);
  const name = `${image.repository}@${image.referenceDigest}`;
  await engine.pullImage(name);
  const pulled = await engine.inspectImage(name);
  await engine.removeImage(name);
  if (pulled === undefined) throw new Error("the engine has no image after the pull");
  expect(isPulledImage(pulled, image)).toBe(true);
  expect(isPulledImage({ ...pulled, id: `sha256:${"0".repeat(64)}` }, image)).toBe(false);
});

test("names are answered in their order, and none is an error", async () => {
  const { put, repository, store } = await storeIn("find/store");
  const image = await put(`sti-${KEY}`);
  await put(`sti-${KEY}-build`, { labels: { "sti.half": "build" } });
  const lookups = await store.find([result(OTHER_KEY), result(), { key: KEY, stage: "build" }]);
  expect(lookups.map(({ kind }) => kind)).toEqual(["missing", "found", "found"]);
  expect(lookups[1]).toMatchObject({ image: { repository, digest: image.digest } });
  expect([await store.has(result()), await store.has(result(OTHER_KEY))]).toEqual([true, false]);
  expect(store.reference({ key: KEY, stage: "build" })).toBe(`${repository}:sti-${KEY}-build`);
});

test.each<[string, Parameters<typeof makeImage>[0], RegExp]>([
  ["another result", { key: OTHER_KEY }, /has the key fedc/],
  ["an image of somebody else", { labels: { "sti.key": "" } }, /has the key /],
  [
    "an image that was made from the result",
    { history: [{ created_by: `LABEL sti.key=${KEY}` }, { created_by: "RUN x" }] },
    /was made from it/,
  ],
  ["the result's build stage", { labels: { "sti.half": "build" } }, /not of the stage result/],
])("a tag that was moved to %s is no hit", async (name, options, problem) => {
  const { put, store } = await storeIn(`unfit/${name.replace(/[^a-z]+/g, "-")}`);
  await put(`sti-${KEY}`, options);
  expect(await store.find([result()])).toEqual([{ kind: "unfit", problem: expect.stringMatching(problem) }]);
});

test("a store that cannot be reached fails in each answer, and only there", async () => {
  const store = createResultStore({
    client: await testClient(),
    repository: "127.0.0.1:1/store",
    platform: LINUX,
  });
  const lookups = await store.find([result(), result(OTHER_KEY)]);
  expect(lookups).toMatchObject([
    { kind: "failed", error: { reason: "unreachable" } },
    { kind: "failed", error: { reason: "unreachable" } },
  ]);
  expect(await store.tryAccess()).toMatchObject({
    read: { reason: "unreachable" },
    write: { reason: "unreachable" },
  });
  expect(await errorOf(store.has(result()))).toMatchObject({ reason: "unreachable" });
  const reason = new Error("enough");
  await expect(store.find([result()], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

test("a pointer follows the last result, without a layer being moved", async () => {
  const { put, store } = await storeIn("pointer/store");
  expect(await store.findPointer("api-main")).toEqual({ kind: "missing" });
  await put(`sti-${KEY}`);
  await put(`sti-${OTHER_KEY}`, { key: OTHER_KEY, content: "newer" });
  for (const key of [KEY, OTHER_KEY]) {
    const image = await found(store, result(key));
    await store.movePointer("api-main", image);
    expect(await store.findPointer("api-main")).toEqual({ kind: "found", image });
  }
});

test("a result gets the name that people use, in its registry and in another one", async () => {
  const { client, put, store } = await storeIn("publish/store");
  const other = await startRegistry();
  onTestFinished(other.close);
  const image = await put(`sti-${KEY}`);
  const stored = await found(store);
  const here = `${registry.address}/acme/api:1.4`;
  expect(await store.publish(stored, here)).toEqual({ digest: image.digest, sent: 0 });
  const published = await createImageRegistry(client).readImage(here, { platform: LINUX });
  expect(published).toEqual({ ...stored, repository: `${registry.address}/acme/api` });
  const elsewhere = `${other.address}/acme/api:1.4`;
  const insecure = await testClient({
    insecure: [registry.address, other.address],
    auths: { [registry.address]: basicAuth(registryUser.username, registryUser.password) },
  });
  const reaching = createResultStore({ client: insecure, repository: store.repository, platform: LINUX });
  expect(await reaching.publish(stored, elsewhere)).toEqual({
    digest: image.digest,
    sent: image.layer.length + image.config.length,
  });
});

test("an index is published whole", async () => {
  const { client, repository, store } = await storeIn("index/store");
  const amd64 = makeImage({ key: KEY });
  const images = [
    { ...amd64, platform: LINUX },
    { ...makeImage({ content: "attestation" }), platform: { os: "unknown", architecture: "unknown" } },
  ];
  const index = await pushIndex(client, `${repository}:sti-${KEY}`, images);
  const stored = await found(store);
  expect(stored).toMatchObject({ digest: amd64.digest, referenceDigest: index });
  expect(await store.publish(stored, `${registry.address}/index/app:1`)).toEqual({ digest: index, sent: 0 });
});

test("documents are attached to a result, and go with it", async () => {
  const { put, store } = await storeIn("documents/store");
  await put(`sti-${KEY}`);
  const image = await found(store);
  const origin = {
    artifactType: "application/vnd.sti.origin.v1+json",
    mediaType: "application/json",
    bytes: Buffer.from('{"builder":"ci"}'),
    annotations: {},
  };
  await store.attach(image, origin);
  expect(await store.readAttached(image, origin.artifactType)).toEqual([origin]);
  expect(await store.readAttached(image, "application/vnd.other")).toEqual([]);
  const listed = await store.list();
  expect(listed.map(({ digest }) => digest)).toEqual([image.digest]);
  expect(await store.remove(listed)).toEqual([{ kind: "removed" }]);
  expect(await store.list()).toEqual([]);
  expect(await store.readAttached(image, origin.artifactType)).toEqual([]);
});

describe("a store with several images", () => {
  test("lists each once with all its names, newest first, and removes those that nobody else uses", async () => {
    const { put, store } = await storeIn("list/store");
    expect(await store.list()).toEqual([]);
    await put(`sti-${KEY}`, { created: "2026-01-01T00:00:00Z" });
    const newer = { key: OTHER_KEY, content: "newer", created: "2026-02-01T00:00:00Z" };
    for (const tag of [`sti-${OTHER_KEY}`, "sti-last-api"]) await put(tag, newer);
    const shared = { content: "shared", key: "0".repeat(64) };
    for (const tag of [`sti-${"0".repeat(64)}`, "release"]) await put(tag, shared);
    const listed = await store.list();
    expect(listed).toMatchObject([
      {
        names: [result(OTHER_KEY)],
        pointers: ["api"],
        foreignTags: [],
        lookup: { image: { created: Date.UTC(2026, 1) } },
      },
      { names: [result()], pointers: [], foreignTags: [], lookup: { kind: "found" } },
      { names: [result("0".repeat(64))], pointers: [], foreignTags: ["release"] },
    ]);
    expect(await store.remove(listed)).toEqual([
      { kind: "removed" },
      { kind: "removed" },
      { kind: "kept", problem: "it has the tag release, too" },
    ]);
    expect(await store.remove(listed.slice(0, 1))).toEqual([{ kind: "missing" }]);
    expect((await store.list()).map(({ foreignTags }) => foreignTags)).toEqual([["release"]]);
  });

  test("keeps an image that got another name after it was listed", async () => {
    const { put, store } = await storeIn("late/store");
    await put(`sti-${KEY}`);
    const listed = await store.list();
    await store.movePointer("api", await found(store));
    expect(await store.remove(listed)).toEqual([
      { kind: "kept", problem: "it has the tag sti-last-api, too" },
    ]);
  });
});

describe("access", () => {
  test("is found out by trying, and nothing stays", async () => {
    const { store } = await storeIn("access/store");
    expect(await store.tryAccess()).toEqual({ read: "allowed", write: "allowed" });
    expect(await store.list()).toEqual([]);
  });

  test("for reading only is recognised", async () => {
    const issuer = await startTokenIssuer();
    onTestFinished(issuer.close);
    const guarded = await startRegistry({ tokens: issuer });
    onTestFinished(guarded.close);
    const client = await testClient({ insecure: [guarded.address] });
    const open = createResultStore({
      client,
      repository: `${guarded.address}/public/store`,
      platform: LINUX,
    });
    expect(await open.tryAccess()).toMatchObject({ read: "allowed", write: { reason: "denied" } });
    const closed = createResultStore({
      client,
      repository: `${guarded.address}/closed/store`,
      platform: LINUX,
    });
    expect(await closed.tryAccess()).toMatchObject({
      read: { reason: "denied" },
      write: { reason: "denied" },
    });
    // A token for writing does not let its owner give up an upload.
    const own = await testClient({
      insecure: [guarded.address],
      auths: { [guarded.address]: basicAuth(registryUser.username, registryUser.password) },
    });
    const writable = createResultStore({
      client: own,
      repository: `${guarded.address}/closed/store`,
      platform: LINUX,
    });
    expect(await writable.tryAccess()).toEqual({ read: "allowed", write: "allowed" });
  });
});

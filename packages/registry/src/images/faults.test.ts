import { expect, test } from "vitest";
import { digestOf, LINUX, makeImage, makeIndex, OCI_MANIFEST } from "../../test/make-image.ts";
import { type Asked, type Reply, startScripted } from "../../test/scripted-registry.ts";
import { errorOf, testClient } from "../../test/test-client.ts";
import type { RegistryOptions } from "../transport/registry-options.ts";
import { openBlob } from "./blobs.ts";
import { createImageRegistry } from "./image-registry.ts";
import { listTags } from "./tags.ts";

const image = makeImage();
const manifestReply: Reply = {
  body: image.manifest,
  headers: { "content-type": OCI_MANIFEST, "docker-content-digest": image.digest },
};
const errors = (code: string, message: string, detail?: string) =>
  JSON.stringify({ errors: [{ code, message, ...(detail === undefined ? {} : { detail }) }] });

/** A registry that has the image as app:1, but for the answers of a test. */
async function start(fault: (request: Asked) => Reply | undefined, options: RegistryOptions = {}) {
  const registry = await startScripted((request) => {
    const own = fault(request);
    if (own !== undefined) return own;
    if (request.path === "/v2/app/manifests/1") return manifestReply;
    if (request.path === `/v2/app/blobs/${image.configDigest}`) return { body: image.config };
    return undefined;
  });
  const client = await testClient(options);
  const read = (signal?: AbortSignal) =>
    createImageRegistry(client).readImage(`${registry.address}/app:1`, { platform: LINUX, signal });
  return { client, read, registry };
}

const onManifest =
  (reply: Reply, nth?: number) =>
  ({ nth: number, path }: Asked) =>
    path === "/v2/app/manifests/1" && (nth === undefined || number === nth) ? reply : undefined;
const onConfig =
  (reply: Reply, nth?: number) =>
  ({ nth: number, path }: Asked) =>
    path.includes("/blobs/") && (nth === undefined || number === nth) ? reply : undefined;

test("an image is described by its manifest and its config, in two requests", async () => {
  const { read, registry } = await start(() => undefined);
  expect(await read()).toEqual({
    repository: `${registry.address}/app`,
    digest: image.digest,
    referenceDigest: image.digest,
    configDigest: image.configDigest,
    mediaType: OCI_MANIFEST,
    size: image.layer.length,
    os: "linux",
    architecture: "amd64",
    layers: [image.layerDigest],
    config: expect.objectContaining({ env: ["PATH=/bin"], cmd: ["serve"], user: "", healthcheck: undefined }),
    history: [{ createdBy: "COPY . /", comment: "" }],
  });
  expect(registry.calls()).toEqual(["GET /v2/app/manifests/1", `GET /v2/app/blobs/${image.configDigest}`]);
});

test("an image that a registry does not know is none", async () => {
  const { read } = await start(
    onManifest({ status: 404, body: errors("MANIFEST_UNKNOWN", "manifest unknown") }),
  );
  expect(await read()).toBeUndefined();
});

test.each<[string, (request: Asked) => Reply | undefined]>([
  ["500", onManifest({ status: 500 }, 1)],
  ["502", onManifest({ status: 502, body: "<html>" }, 1)],
  ["503", onManifest({ status: 503 }, 1)],
  ["a manifest that is cut off", onManifest({ ...manifestReply, cutAfter: 20 }, 1)],
  ["a config that is cut off", onConfig({ body: image.config, cutAfter: 20 }, 1)],
  ["a broken connection", onManifest({ ...manifestReply, cutAfter: 0 }, 1)],
])("%s passes, and the request is sent once more", async (_name, fault) => {
  const { client, read, registry } = await start(fault);
  expect(await read()).toMatchObject({ digest: image.digest });
  expect(registry.calls()).toHaveLength(3);
  expect(client.waits).toHaveLength(1);
});

test.each<[string, (request: Asked) => Reply | undefined, object]>([
  [
    "500",
    onManifest({ status: 500, body: errors("UNKNOWN", "unknown error", "no such disk") }),
    {
      reason: "unreachable",
      status: 500,
      message: expect.stringContaining("answered 500: unknown: unknown error (no such disk)"),
    },
  ],
  [
    "cut answers",
    onManifest({ ...manifestReply, cutAfter: 20 }),
    { reason: "unreachable", message: expect.stringMatching(/closed|shorter|reset/) },
  ],
])("%s again and again is given up after four requests", async (_name, fault, expected) => {
  const { client, read, registry } = await start(fault);
  expect(await errorOf(read())).toMatchObject(expected);
  expect(registry.calls()).toHaveLength(4);
  expect(client.waits).toHaveLength(3);
});

test.each<[string, string | undefined, number | undefined]>([
  ["seconds", "7", 7000],
  ["a date", "Thu, 01 Jan 2026 00:00:09 GMT", 9000],
  ["a date that has passed", "Thu, 01 Jan 2015 00:00:09 GMT", 0],
  ["nothing", undefined, undefined],
  ["something else", "soon", undefined],
])("a limit of requests with %s is waited for", async (_name, header, wait) => {
  const headers: Record<string, string> = header === undefined ? {} : { "retry-after": header };
  const { client, read } = await start(onManifest({ status: 429, headers }, 1));
  expect(await read()).toMatchObject({ digest: image.digest });
  if (wait === undefined) expect(client.waits[0]).toBeLessThan(1000);
  else expect(client.waits).toEqual([wait]);
});

test("a limit that lasts longer than a session can wait is reported at once, with the registry's words", async () => {
  const reply = {
    status: 429,
    headers: { "retry-after": "3600" },
    body: errors("TOOMANYREQUESTS", "pull rate limit"),
  };
  const { client, read, registry } = await start(onManifest(reply));
  expect(await errorOf(read())).toMatchObject({
    reason: "rate-limit",
    code: "TOOMANYREQUESTS",
    message: `${registry.address} answered 429: toomanyrequests: pull rate limit`,
  });
  expect(registry.calls()).toHaveLength(1);
  expect(client.waits).toEqual([]);
});

const shape = (json: object, type = OCI_MANIFEST): Reply => ({
  body: JSON.stringify(json),
  headers: { "content-type": type },
});
const parsed = JSON.parse(image.manifest.toString());
test.each<[string, (request: Asked) => Reply | undefined, RegExp]>([
  [
    "other bytes than its digest",
    onManifest({ ...manifestReply, body: `${image.manifest} ` }),
    /sent other bytes than those of sha256/,
  ],
  [
    "another config than its digest",
    onConfig({ body: Buffer.from(image.config).fill(32, 1, 2) }),
    /sent other bytes/,
  ],
  [
    "a page of a portal",
    onManifest({ body: "<html>Log in", headers: { "content-type": "text/html; charset=utf-8" } }),
    /a manifest of the type text\/html/,
  ],
  [
    "a manifest without a type",
    onManifest({ body: image.manifest, headers: { "content-type": "" } }),
    /without a media type/,
  ],
  [
    "a manifest of docker's first schema",
    onManifest(shape({}, "application/vnd.docker.distribution.manifest.v1+prettyjws")),
    /of the type .*v1\+prettyjws/,
  ],
  ["no JSON", onManifest({ ...shape({}), body: "{" }), /that is not JSON/],
  ["JSON that is no manifest", onManifest(shape([])), /entries that cannot be read/],
  ["deep JSON", onManifest({ ...shape({}), body: "[".repeat(1_000_000) }), /that is not JSON/],
  [
    "another type inside",
    onManifest(shape({ ...parsed, mediaType: "application/vnd.oci.image.index.v1+json" })),
    /another media type/,
  ],
  [
    "an image and index at once",
    onManifest(shape({ ...parsed, manifests: [] })),
    /image and an index at once/,
  ],
  [
    "a digest that leads elsewhere",
    onManifest(shape({ ...parsed, config: { ...parsed.config, digest: "../../../x" } })),
    /entries that cannot be read/,
  ],
  [
    "a size that is none",
    onManifest(shape({ ...parsed, config: { ...parsed.config, size: -1 } })),
    /entries that cannot be read/,
  ],
  [
    "a config that is huge",
    onManifest(shape({ ...parsed, config: { ...parsed.config, size: 2 ** 40 } })),
    /blob of 1099511627776 bytes/,
  ],
  [
    "too many layers",
    onManifest(shape({ ...parsed, layers: Array(2000).fill(parsed.layers[0]) })),
    /entries that cannot be read/,
  ],
  [
    "a huge manifest",
    onManifest({ ...manifestReply, body: Buffer.alloc(5 * 1024 ** 2, " ") }),
    /more than 4194304 bytes/,
  ],
  [
    "a huge manifest of unknown length",
    onManifest({
      ...manifestReply,
      body: Buffer.alloc(5 * 1024 ** 2, " "),
      headers: { ...manifestReply.headers, "transfer-encoding": "chunked" },
    }),
    /more than 4194304 bytes/,
  ],
  [
    "a manifest whose config is none of an image",
    onManifest(shape({ ...parsed, layers: [] })),
    /something else than an image/,
  ],
])("%s is not believed, and not asked for again", async (_name, fault, message) => {
  const { client, read } = await start(fault);
  expect(await errorOf(read())).toMatchObject({ reason: "invalid", message: expect.stringMatching(message) });
  expect(client.waits).toEqual([]);
});

test.each<[number, string, string]>([
  [401, "denied", "answered 401"],
  [403, "denied", "answered 403"],
  [405, "unsupported", "answered 405"],
  [418, "refused", "answered 418"],
])("status %i is %s", async (status, reason, message) => {
  const { read } = await start(onManifest({ status }));
  expect(await errorOf(read())).toMatchObject({ reason, status, message: expect.stringContaining(message) });
});

test("words of a registry are one line without control characters, and of a bounded length", async () => {
  const { read } = await start(
    onManifest({ status: 403, body: errors("DENIED", `\u001b[2Jno\n\u202e${"x".repeat(5000)}`) }),
  );
  const { message } = await errorOf(read());
  expect(message).toMatch(/answered 403: denied: \[2Jno x+…$/);
  expect(message.length).toBeLessThan(600);
});

test("a full registry is recognised by its words", async () => {
  const { read } = await start(onManifest({ status: 403, body: errors("DENIED", "would exceed the quota") }));
  expect(await errorOf(read())).toMatchObject({ reason: "full" });
});

test.each([
  ["an answer that does not begin", onManifest({ hangs: "head" }), /no answer in time/],
  ["a body that stops", onManifest({ ...manifestReply, hangs: "body" }), /its answer stopped/],
])("%s has a limit", async (_name, fault, message) => {
  const { read, registry } = await start(fault, { limits: { headers: 100, idle: 100 } });
  expect(await errorOf(read())).toMatchObject({
    reason: "unreachable",
    message: expect.stringMatching(message),
  });
  expect(registry.calls()).toHaveLength(4);
});

test.each(["head", "body"] as const)("a request whose %s does not come can be given up", async (hangs) => {
  const { read, registry } = await start(onManifest({ ...manifestReply, hangs }));
  const abort = new AbortController();
  const reading = read(abort.signal);
  const reason = new Error("enough");
  const asked = async () => registry.calls().length > 0;
  await expect.poll(asked).toBe(true);
  abort.abort(reason);
  await expect(reading).rejects.toBe(reason);
});

test("a registry that nobody listens for is unreachable", async () => {
  const client = await testClient();
  const reading = createImageRegistry(client).readImage("127.0.0.1:1/app:1", { platform: LINUX });
  expect(await errorOf(reading)).toMatchObject({
    reason: "unreachable",
    message: "127.0.0.1:1: connection refused",
  });
});

test("of an index, the image of the platform is read", async () => {
  const arm = makeImage({ architecture: "arm64", content: "arm" });
  const index = makeIndex([
    { ...makeImage({ content: "attestation" }), platform: { os: "unknown", architecture: "unknown" } },
    { ...arm, platform: { os: "linux", architecture: "arm64", variant: "v8" } },
    { ...image, platform: LINUX },
  ]);
  const { read, registry } = await start(({ path }) => {
    if (path === "/v2/app/manifests/1")
      return { body: index.bytes, headers: { "content-type": index.mediaType } };
    return path === `/v2/app/manifests/${image.digest}` ? manifestReply : undefined;
  });
  expect(await read()).toMatchObject({ digest: image.digest, referenceDigest: index.digest });
  expect(registry.calls()).toHaveLength(3);
});

test.each([
  ["is stored elsewhere", "other bytes"],
  ["is longer", "more bytes"],
  ["is shorter", "other bytes"],
])("a stream of a blob that %s than its digest fails at its end", async (name, message) => {
  const content = name === "is longer" ? "long layer" : name === "is shorter" ? "lay" : "b layer";
  const { client, registry } = await start(({ path }) =>
    path.includes("/blobs/") ? { body: content } : undefined,
  );
  const repository = { registry: registry.address, path: "app" };
  const blob = { digest: image.layerDigest, size: image.layer.length };
  const stream = await openBlob(client.host(registry.address), repository, blob);
  const read = async () => {
    for await (const _ of stream ?? []);
  };
  expect(await errorOf(read())).toMatchObject({
    reason: "invalid",
    message: expect.stringContaining(message),
  });
});

test("tags are read page by page, from the addresses that the registry names", async () => {
  const page = (tags: readonly string[], link?: string): Reply => ({
    body: JSON.stringify({ name: "app", tags }),
    ...(link === undefined ? {} : { headers: { link } }),
  });
  const { client, registry } = await start(({ path }) => {
    if (path === "/v2/app/tags/list?n=1000")
      return page(["b", "a"], '</v2/app/tags/list?last=a&n=1000>; rel="next"');
    if (path === "/v2/app/tags/list?last=a&n=1000")
      return page(["c", "a"], `<http://${registry.address}/more>; rel=next`);
    return path === "/more" ? page(["d"]) : undefined;
  });
  const repository = { registry: registry.address, path: "app" };
  expect(await listTags(client.host(registry.address), repository)).toEqual(["a", "b", "c", "d"]);
});

test("pages of tags in a circle have an end", async () => {
  const { client, registry } = await start(() => ({
    body: JSON.stringify({ tags: ["a"] }),
    headers: { link: '</v2/app/tags/list?n=1000>; rel="next"' },
  }));
  const repository = { registry: registry.address, path: "app" };
  const error = await errorOf(listTags(client.host(registry.address), repository));
  expect(error).toMatchObject({ reason: "invalid" });
});

test("a stream of a blob that is cut off fails", async () => {
  const { client, registry } = await start(({ path }) =>
    path.includes("/blobs/") ? { body: image.layer, cutAfter: 3 } : undefined,
  );
  const repository = { registry: registry.address, path: "app" };
  const stream = await openBlob(client.host(registry.address), repository, {
    digest: digestOf(image.layer),
    size: image.layer.length,
  });
  const read = async () => {
    for await (const _ of stream ?? []);
  };
  expect(await errorOf(read())).toMatchObject({ reason: "unreachable" });
});

test("a blob that is cut off on its way from one registry to another is sent again", async () => {
  const { client, registry } = await start(({ nth, path }) =>
    path.endsWith(image.layerDigest)
      ? { body: image.layer, ...(nth === 1 ? { cutAfter: 3 } : {}) }
      : undefined,
  );
  const stored: string[] = [];
  const target = await startScripted(({ body, method, path }) => {
    if (method === "HEAD") return { status: 404 };
    if (method === "POST") return { status: 202, headers: { location: "/upload?state=1" } };
    if (method !== "PUT") return undefined;
    stored.push(body.length === 0 ? path : body);
    return { status: 201 };
  });
  const sent = image.layer.length + image.config.length;
  const copied = await createImageRegistry(client).copyImage(
    `${registry.address}/app:1`,
    `${target.address}/copy:1`,
  );
  expect(copied).toEqual({ digest: image.digest, sent });
  expect(stored.sort()).toEqual([image.config, image.layer, image.manifest].map(String).sort());
  expect(registry.calls().filter((call) => call.endsWith(image.layerDigest))).toHaveLength(2);
});

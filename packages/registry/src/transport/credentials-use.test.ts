import { expect, test } from "vitest";
import { DOCKER_MANIFEST, LINUX, makeImage } from "../../test/make-image.ts";
import {
  type Asked,
  type Reply,
  type ScriptedRegistry,
  startScripted,
} from "../../test/scripted-registry.ts";
import { basicAuth, errorOf, testClient } from "../../test/test-client.ts";
import { createImageRegistry } from "../images/image-registry.ts";
import type { RegistryOptions } from "./registry-options.ts";

const image = makeImage({ mediaType: DOCKER_MANIFEST });

function serve({ path }: Asked): Reply | undefined {
  if (/\/manifests\/1$/.test(path))
    return { body: image.manifest, headers: { "content-type": DOCKER_MANIFEST } };
  return path.endsWith(`/blobs/${image.configDigest}`) ? { body: image.config } : undefined;
}

/** A registry with an issuer of tokens; `issue` answers the issuer's requests. */
async function startWithTokens(issue: (request: Asked) => Reply, accepted: (token: string) => boolean) {
  const issuer = await startScripted(issue);
  const registry: ScriptedRegistry = await startScripted((request) => {
    const scope = /^\/v2\/(.+)\/(?:manifests|blobs)\//.exec(request.path)?.[1];
    const challenge = `Bearer realm="http://${issuer.address}/token",service="test"${scope === undefined ? "" : `,scope="repository:${scope}:pull"`}`;
    if (accepted(request.headers.authorization?.replace("Bearer ", "") ?? "")) return serve(request);
    return {
      status: 401,
      headers: { "www-authenticate": challenge },
      body: JSON.stringify({ errors: [{ code: "UNAUTHORIZED", message: "authentication required" }] }),
    };
  });
  return { issuer, registry };
}

async function reader(registry: ScriptedRegistry, auth?: object, options: RegistryOptions = {}) {
  const client = await testClient({
    ...options,
    ...(auth === undefined ? {} : { auths: { [registry.address]: auth } }),
  });
  const images = createImageRegistry(client);
  const read = (repository = "app") =>
    images.readImage(`${registry.address}/${repository}:1`, { platform: LINUX });
  return { client, read };
}

const json = (value: object): Reply => ({ body: JSON.stringify(value) });

test("tokens are fetched once for each repository, and not at all for each request", async () => {
  let issued = 0;
  const { issuer, registry } = await startWithTokens(
    () => json({ token: `token-${++issued}` }),
    (token) => token.startsWith("token-"),
  );
  const { read } = await reader(registry);
  await Promise.all([read(), read(), read(), read("other")]);
  await read();
  expect(issuer.asked.map(({ path }) => path).sort()).toEqual([
    "/token?service=test&scope=repository%3Aapp%3Apull",
    "/token?service=test&scope=repository%3Aother%3Apull",
  ]);
  expect(issuer.asked.every(({ headers }) => headers.authorization === undefined)).toBe(true);
});

test("name and password go to the issuer, and only the token to the registry", async () => {
  const { issuer, registry } = await startWithTokens(
    () => json({ access_token: "granted" }),
    (token) => token === "granted",
  );
  const { read } = await reader(registry, basicAuth("me", "pass:word"));
  expect(await read()).toMatchObject({ digest: image.digest });
  expect(issuer.asked.map(({ headers, path }) => [headers.authorization, path])).toEqual([
    [
      `Basic ${basicAuth("me", "pass:word").auth}`,
      "/token?service=test&scope=repository%3Aapp%3Apull&account=me",
    ],
  ]);
  const sent = registry.asked.map(({ headers }) => headers.authorization);
  expect(new Set(sent)).toEqual(new Set([undefined, "Bearer granted"]));
});

test("an identity token is exchanged for a token", async () => {
  const { issuer, registry } = await startWithTokens(
    () => json({ access_token: "granted" }),
    (token) => token === "granted",
  );
  const { read } = await reader(registry, { auth: "", identitytoken: "long-lived" });
  expect(await read()).toMatchObject({ digest: image.digest });
  const [asked] = issuer.asked;
  expect([asked?.method, asked?.headers.authorization]).toEqual(["POST", undefined]);
  expect(Object.fromEntries(new URLSearchParams(asked?.body))).toEqual({
    grant_type: "refresh_token",
    refresh_token: "long-lived",
    service: "test",
    client_id: "sti",
    scope: "repository:app:pull",
  });
});

test("a registry token is used as it is", async () => {
  const { issuer, registry } = await startWithTokens(
    () => ({ status: 500 }),
    (token) => token === "ready-made",
  );
  const { read } = await reader(registry, { registrytoken: "ready-made" });
  expect(await read()).toMatchObject({ digest: image.digest });
  expect(issuer.asked).toEqual([]);
});

test("a token is replaced before it ends", async () => {
  let issued = 0;
  const { issuer, registry } = await startWithTokens(
    () => json({ token: `token-${++issued}`, expires_in: 300 }),
    (token) => token === `token-${issued}` && issued > 0,
  );
  const { client, read } = await reader(registry);
  await read();
  client.now += 290_000;
  await read();
  expect(issuer.asked).toHaveLength(1);
  client.now += 10_000;
  await read();
  expect(issuer.asked).toHaveLength(2);
});

test("a token that is refused before its time is replaced, once", async () => {
  let issued = 0;
  const valid = { token: "token-1" };
  const { issuer, registry } = await startWithTokens(
    () => json({ token: `token-${++issued}` }),
    (token) => token === valid.token,
  );
  const { read } = await reader(registry);
  await read();
  valid.token = "token-2";
  await read();
  expect(issuer.asked).toHaveLength(2);
});

test("a registry that refuses every token is asked twice, and quoted", async () => {
  const { issuer, registry } = await startWithTokens(
    () => json({ token: "useless" }),
    () => false,
  );
  const { client, read } = await reader(registry);
  expect(await errorOf(read())).toMatchObject({
    reason: "denied",
    status: 401,
    code: "UNAUTHORIZED",
    message: `${registry.address} answered 401: unauthorized: authentication required; docker's config has no credentials for ${registry.address}`,
  });
  expect(registry.calls()).toHaveLength(2);
  expect(issuer.asked).toHaveLength(2);
  expect(client.waits).toEqual([]);
});

test.each<[string, Reply, string, object]>([
  [
    "refuses",
    { status: 401, body: JSON.stringify({ details: "incorrect username or password" }) },
    "denied",
    { status: 401 },
  ],
  ["answers without a token", json({}), "invalid", {}],
  ["answers with a token of several lines", json({ token: "a\r\nx-evil: 1" }), "invalid", {}],
  ["answers with no JSON", { body: "<html>" }, "invalid", {}],
  ["fails", { status: 503 }, "unreachable", { status: 503 }],
  ["answers with far too much", { body: "x".repeat(2 ** 21) }, "invalid", {}],
])("an issuer that %s is reported", async (_name, reply, reason, more) => {
  const { registry } = await startWithTokens(
    () => reply,
    () => false,
  );
  const { read } = await reader(registry, basicAuth("me", "password"));
  expect(await errorOf(read())).toMatchObject({ reason, ...more });
});

test.each(["ftp://x.test/token", "no address", ""])("the issuer %j is none", async (realm) => {
  const registry = await startScripted(() => ({
    status: 401,
    headers: { "www-authenticate": `Bearer realm="${realm}"` },
  }));
  const { read } = await reader(registry, basicAuth("me", "password"));
  expect(await errorOf(read())).toMatchObject({ reason: "invalid" });
});

const basicChallenge = { "www-authenticate": 'Basic realm="test"' };

test("name and password are sent to a registry that asks for them", async () => {
  const right = `Basic ${basicAuth("me", "password").auth}`;
  const registry = await startScripted((request) =>
    request.headers.authorization === right ? serve(request) : { status: 401, headers: basicChallenge },
  );
  const { read } = await reader(registry, basicAuth("me", "password"));
  expect(await read()).toMatchObject({ digest: image.digest });
  expect(registry.asked).toHaveLength(3);
});

test("a wrong password is refused without an endless loop, and is in no message", async () => {
  const registry = await startScripted(({ headers, path }) => ({
    status: 401,
    headers: basicChallenge,
    body: JSON.stringify({
      errors: [{ code: "UNAUTHORIZED", message: `no: ${headers.authorization} at ${path}` }],
    }),
  }));
  const { read } = await reader(registry, basicAuth("me", "wrong-password"));
  const error = await errorOf(read());
  expect(error).toMatchObject({ reason: "denied", message: expect.stringContaining("no: Basic *** at") });
  expect(registry.calls()).toHaveLength(2);
});

test("a registry that demands a scheme of its own is quoted as denied", async () => {
  const registry = await startScripted(() => ({ status: 401, headers: { "www-authenticate": "Negotiate" } }));
  const { read } = await reader(registry, basicAuth("me", "password"));
  expect(await errorOf(read())).toMatchObject({ reason: "denied" });
});

test("a registry that asks only for some repositories is answered when it does", async () => {
  const registry = await startScripted((request) => {
    if (request.path === "/v2/") return undefined;
    return request.headers.authorization === undefined
      ? { status: 401, headers: basicChallenge }
      : serve(request);
  });
  const { read } = await reader(registry, basicAuth("me", "password"));
  expect(await read()).toMatchObject({ digest: image.digest });
});

/** Two servers: a registry whose blobs are on the other one. */
async function startWithStorage(
  redirect: (storage: ScriptedRegistry) => Reply,
  storageReply: Reply = { body: image.config },
) {
  const storage = await startScripted(({ path }) => (path.startsWith("/store/") ? storageReply : undefined));
  const registry = await startScripted((request) => {
    if (request.headers.authorization === undefined) return { status: 401, headers: basicChallenge };
    return request.path.includes("/blobs/") ? redirect(storage) : serve(request);
  });
  return { registry, storage };
}

test.each([301, 302, 303, 307, 308])(
  "credentials do not follow a redirect (%i) to another host",
  async (status) => {
    const { registry, storage } = await startWithStorage(({ address }) => ({
      status,
      headers: { location: `http://${address}/store/blob?signature=x` },
    }));
    const { read } = await reader(registry, basicAuth("me", "password"));
    expect(await read()).toMatchObject({ digest: image.digest });
    expect(storage.asked.map(({ path }) => path)).toEqual(["/store/blob?signature=x"]);
    expect(storage.asked.map(({ headers }) => [headers.authorization, headers.cookie])).toEqual([
      [undefined, undefined],
    ]);
  },
);

test("a host of redirects that demands credentials gets none", async () => {
  const { registry, storage } = await startWithStorage(
    ({ address }) => ({ status: 307, headers: { location: `http://${address}/store/blob` } }),
    { status: 401, headers: basicChallenge },
  );
  const { read } = await reader(registry, basicAuth("me", "password"));
  expect(await errorOf(read())).toMatchObject({ reason: "denied" });
  expect(storage.asked.every(({ headers }) => headers.authorization === undefined)).toBe(true);
});

test("credentials do follow a redirect within the registry", async () => {
  const registry = await startScripted((request) => {
    if (request.headers.authorization === undefined) return { status: 401, headers: basicChallenge };
    if (request.path === "/moved") return { body: image.config };
    return request.path.includes("/blobs/")
      ? { status: 307, headers: { location: "/moved" } }
      : serve(request);
  });
  const { read } = await reader(registry, basicAuth("me", "password"));
  expect(await read()).toMatchObject({ digest: image.digest });
});

test.each([
  [
    "in a circle",
    (registry: string) => `http://${registry}/v2/app/blobs/${image.configDigest}`,
    /in a circle/,
  ],
  ["to a file", () => "file:///etc/passwd", /an address that is none/],
  ["to nothing", () => "http://", /an address that is none/],
])("a redirect %s is not followed", async (_name, location, message) => {
  const registry: ScriptedRegistry = await startScripted((request) =>
    request.path.includes("/blobs/")
      ? { status: 307, headers: { location: location(registry.address) } }
      : serve(request),
  );
  const { read } = await reader(registry);
  expect(await errorOf(read())).toMatchObject({ reason: "invalid", message: expect.stringMatching(message) });
});

test("a mirror is asked before the registry, which answers for all that the mirror lacks", async () => {
  const registry = await startScripted(serve);
  const mirror = await startScripted((request) =>
    request.path.includes("/kept/") ? serve(request) : undefined,
  );
  const { read } = await reader(registry, undefined, {
    mirrors: { [registry.address]: [`http://${mirror.address}`] },
  });
  expect(await read("kept")).toMatchObject({ digest: image.digest, repository: `${registry.address}/kept` });
  expect(registry.calls()).toEqual([]);
  expect(await read("other")).toMatchObject({ digest: image.digest });
  expect(mirror.calls()).toContain("GET /v2/other/manifests/1");
});

test("a mirror that cannot be reached is left out from then on, and one that lies is not believed", async () => {
  const registry = await startScripted(serve);
  const liar = await startScripted(() => ({ body: "<html>", headers: { "content-type": "text/html" } }));
  const { read } = await reader(registry, undefined, {
    mirrors: { [registry.address]: ["http://127.0.0.1:1", `http://${liar.address}`] },
  });
  expect(await read()).toMatchObject({ digest: image.digest });
  expect(await read()).toMatchObject({ digest: image.digest });
  expect(liar.calls()).toHaveLength(2);
});

test("requests to one host are limited in number", async () => {
  const together = Promise.withResolvers<void>();
  let count = 0;
  const registry = await startScripted((request) => {
    if (request.path === "/v2/") return undefined;
    if (++count === 3) together.resolve();
    return { ...serve(request), after: together.promise };
  });
  const { read } = await reader(registry, undefined, { concurrency: 3 });
  await Promise.all(Array.from({ length: 30 }, (_, index) => read(`app-${index}`)));
  expect(registry.calls()).toHaveLength(60);
  expect(registry.mostOpen()).toBe(3);
});

test("a client that is closed ends its requests, and sends no more", async () => {
  const registry = await startScripted(({ path }) => (path === "/v2/" ? undefined : { hangs: "head" }));
  const { client, read } = await reader(registry);
  const reading = read();
  await expect.poll(() => registry.calls().length).toBe(1);
  const [outcome] = await Promise.allSettled([reading, client.close()]);
  expect(outcome).toMatchObject({
    status: "rejected",
    reason: { message: "the client of registries was closed" },
  });
  await expect(read()).rejects.toThrow("was closed");
  expect(registry.calls()).toHaveLength(1);
});

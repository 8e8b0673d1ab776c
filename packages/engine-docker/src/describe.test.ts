import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createDockerEngine } from "./create-docker-engine.ts";

const INFO = {
  ID: "a",
  OSType: "linux",
  Architecture: "x86_64",
  NCPU: 2,
  MemTotal: 1,
  SystemTime: "2026-01-02T03:04:05Z",
};

interface Answer {
  readonly status?: number;
  readonly body: unknown;
}

/**
 * An engine that answers `/version` when `version` resolves, and its paths but for the ping's in the order in which they
 * are asked for. `pinged`: the version that its answer to a ping names; `server`: the engine that it names.
 */
async function startEngine(
  version: () => Promise<Answer>,
  { info = INFO, pinged, server: name }: { pinged?: string; server?: string; info?: object } = {},
) {
  const folder = await mkdtemp(join(tmpdir(), "sti-describe-"));
  const socket = join(folder, "engine.sock");
  const paths: string[] = [];
  const server = http.createServer(async ({ method, url = "" }, response) => {
    const path = url.replace(/\?.*/, "");
    if (path === "/_ping") {
      const headers = { ...(pinged && { "api-version": pinged }), ...(name && { server: name }) };
      response.writeHead(200, headers).end("OK");
      return;
    }
    paths.push(`${method} ${path}`);
    const { body, status = 200 } = path.endsWith("/version")
      ? await version()
      : { body: path.endsWith("/info") ? info : [] };
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  onTestFinished(async () => {
    server.close();
    server.closeAllConnections();
    await rm(folder, { recursive: true });
  });
  const engine = await createDockerEngine({ endpoint: { host: `unix://${socket}`, from: "test" } });
  return { engine, paths };
}

const speaking = (ApiVersion: string) => ({
  body: { ApiVersion, Version: "20.10.24", Os: "linux", Arch: "amd64", Components: [{ Name: "Engine" }] },
});

test("calls that begin with the description wait for the version that a ping names, not for the description", async () => {
  const version = Promise.withResolvers<Answer>();
  const { engine, paths } = await startEngine(() => version.promise, { pinged: "1.41" });
  const described = engine.describe();
  expect(await engine.listImages()).toEqual([]);
  expect([...paths].sort()).toEqual(["GET /info", "GET /v1.41/images/json", "GET /version"]);
  version.resolve(speaking("1.41"));
  expect(await described).toMatchObject({ apiVersion: "1.41" });
});

const never = () => Promise.reject(new Error("asked for its version"));

test.each([
  ["Docker/28.5.2 (linux)", "x86_64", { product: "Docker Engine", version: "28.5.2", architecture: "amd64" }],
  ["Docker/20.10.24+dfsg1 (linux)", "aarch64", { version: "20.10.24+dfsg1", architecture: "arm64" }],
  ["Libpod/5.8.0 (linux)", "arm64", { product: "Podman", version: "5.8.0", architecture: "arm64" }],
])("%s is described by its ping and its info", async (server, Architecture, expected) => {
  const { engine, paths } = await startEngine(never, {
    pinged: "1.41",
    server,
    info: { ...INFO, Architecture },
  });
  expect(await engine.describe()).toMatchObject({ apiVersion: "1.41", os: "linux", cpus: 2, ...expected });
  expect(paths).toEqual(["GET /info"]);
});

test.each([
  ["a server that nobody knows", { pinged: "1.41", server: "nginx" }],
  ["no version of the API", { server: "Docker/28.5.2 (linux)" }],
  [
    "an architecture that nobody knows",
    { pinged: "1.41", server: "Docker/28.5.2 (linux)", info: { ...INFO, Architecture: "z80" } },
  ],
])("an engine that names %s is asked for its version", async (_, named) => {
  const { engine, paths } = await startEngine(async () => speaking("1.41"), named);
  expect(await engine.describe()).toMatchObject({ version: "20.10.24", architecture: "amd64", os: "linux" });
  expect([...paths].sort()).toEqual(["GET /info", "GET /version"]);
});

test("an engine that runs containers of another system is refused by what its ping says", async () => {
  const { engine } = await startEngine(never, { pinged: "1.41", server: "Docker/28.5.2 (windows)" });
  await expect(engine.describe()).rejects.toMatchObject({ reason: "unsupported" });
});

test("where a ping names no version, they wait for the description's; one round of calls stays one", async () => {
  const version = Promise.withResolvers<Answer>();
  const { engine, paths } = await startEngine(() => version.promise);
  const answers = Promise.all([engine.describe(), engine.listImages(), engine.listContainers("a")]);
  await expect.poll(() => paths.length, { timeout: 10_000 }).toBe(2);
  version.resolve(speaking("1.41"));
  expect((await answers)[0]).toMatchObject({ apiVersion: "1.41" });
  expect(paths.slice(0, 2).sort()).toEqual(["GET /info", "GET /version"]);
  expect(paths.slice(2).sort()).toEqual(["GET /v1.41/containers/json", "GET /v1.41/images/json"]);
});

test("a newer engine is called in the newest version that sti was tried with, and described with its own", async () => {
  const { engine, paths } = await startEngine(async () => speaking("1.99"));
  expect(await engine.describe()).toMatchObject({ apiVersion: "1.99" });
  await engine.listImages();
  expect(paths.at(-1)).toBe("GET /v1.51/images/json");
});

test("a connection without a description has no version in its paths", async () => {
  const { engine, paths } = await startEngine(async () => speaking("1.41"));
  await engine.listImages();
  expect(paths).toEqual(["GET /images/json"]);
});

test("an engine that is described again may speak another version", async () => {
  let current = "1.41";
  const { engine, paths } = await startEngine(async () => speaking(current));
  await engine.describe();
  current = "1.45";
  await engine.describe();
  await engine.listImages();
  expect(paths.filter((path) => path === "GET /version")).toHaveLength(2);
  expect(paths.at(-1)).toBe("GET /v1.45/images/json");
});

test("without a version the calls that waited for it are sent without one", async () => {
  const { engine, paths } = await startEngine(async () => ({ status: 500, body: { message: "no" } }));
  const described = engine.describe().catch((error: unknown) => error);
  expect(await engine.listImages()).toEqual([]);
  expect(await described).toMatchObject({ message: "no" });
  expect(paths).toContain("GET /images/json");
});

test("a description that is given up after the ping rejects, and nothing else does", async () => {
  const { engine } = await startEngine(() => new Promise(() => {}), { pinged: "1.41" });
  const stop = new AbortController();
  const described = engine.describe({ signal: stop.signal }).catch((error: unknown) => error);
  await engine.listImages();
  const reason = new Error("stopped");
  stop.abort(reason);
  expect(await described).toBe(reason);
});

test("a call that waits for the version ends with its signal", async () => {
  const { engine } = await startEngine(() => new Promise(() => {}));
  const stop = new AbortController();
  const described = engine.describe({ signal: stop.signal }).catch((error: unknown) => error);
  const listed = engine.listImages({ signal: stop.signal }).catch((error: unknown) => error);
  const reason = new Error("stopped");
  stop.abort(reason);
  expect([await described, await listed]).toEqual([reason, reason]);
});

import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  candidateEndpoints,
  EndpointError,
  endpointRequest,
  pingEndpoint,
  resolveEndpoint,
} from "./endpoint.ts";

let homeDirectory = "";
const servers: Server[] = [];

beforeEach(() => {
  homeDirectory = mkdtempSync(join(tmpdir(), "sti-endpoint-"));
});

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
  rmSync(homeDirectory, { recursive: true, force: true });
});

test("the argument goes before every setting", () => {
  const env = { DOCKER_HOST: "unix:///from/env.sock", DOCKER_CONTEXT: "elsewhere" };
  expect(candidateEndpoints({ explicit: "unix:///said.sock", env, homeDirectory })).toEqual([
    { host: "unix:///said.sock", from: "--engine" },
  ]);
});

test("DOCKER_HOST goes before the context", () => {
  const env = { DOCKER_HOST: "unix:///from/env.sock", DOCKER_CONTEXT: "missing" };
  expect(candidateEndpoints({ env, homeDirectory })).toEqual([
    { host: "unix:///from/env.sock", from: "DOCKER_HOST" },
  ]);
});

test("DOCKER_CONTEXT goes before the configured context", () => {
  writeContext("work", { Host: "ssh://me@build" });
  writeContext("home", { Host: "unix:///home.sock" });
  writeConfig({ currentContext: "home" });
  expect(candidateEndpoints({ env: { DOCKER_CONTEXT: "work" }, homeDirectory })).toEqual([
    { host: "ssh://me@build", from: "context work" },
  ]);
  expect(candidateEndpoints({ env: {}, homeDirectory })).toEqual([
    { host: "unix:///home.sock", from: "context home" },
  ]);
});

test("DOCKER_CONFIG names the directory that contexts are read from", () => {
  const directory = join(homeDirectory, "other");
  writeContext("work", { Host: "unix:///work.sock" }, directory);
  writeConfig({ currentContext: "work" }, directory);
  const env = { DOCKER_CONFIG: directory };
  expect(candidateEndpoints({ env, homeDirectory })).toEqual([
    { host: "unix:///work.sock", from: "context work" },
  ]);
});

test("the context named default means the usual sockets", () => {
  writeConfig({ currentContext: "work" });
  const env = { DOCKER_CONTEXT: "default" };
  expect(candidateEndpoints({ env, homeDirectory, sockets: [] })).toEqual([]);
});

test("a context that does not exist is an error that names it and who asked for it", () => {
  const ask = () => candidateEndpoints({ env: { DOCKER_CONTEXT: "gone" }, homeDirectory });
  expect(ask).toThrow(EndpointError);
  expect(ask).toThrow(/"gone" \(from DOCKER_CONTEXT\) does not exist/);
});

test("a configuration that is no JSON is an error that names the file", () => {
  mkdirSync(join(homeDirectory, ".docker"));
  writeFileSync(join(homeDirectory, ".docker/config.json"), "{");
  expect(() => candidateEndpoints({ env: {}, homeDirectory })).toThrow(/config\.json cannot be read/);
});

test("a context's TLS files come with it, those that exist", () => {
  const id = writeContext("far", { Host: "tcp://far:2376", SkipTLSVerify: false });
  const directory = join(homeDirectory, ".docker/contexts/tls", id, "docker");
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "ca.pem"), "");
  expect(candidateEndpoints({ env: { DOCKER_CONTEXT: "far" }, homeDirectory })).toEqual([
    { host: "tcp://far:2376", from: "context far", tls: { ca: join(directory, "ca.pem"), verify: true } },
  ]);
});

test("DOCKER_TLS_VERIFY secures a tcp host with the files of DOCKER_CERT_PATH, on the port for it", () => {
  for (const name of ["ca", "cert", "key"]) writeFileSync(join(homeDirectory, `${name}.pem`), "");
  const env = { DOCKER_HOST: "tcp://far", DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: homeDirectory };
  const files = Object.fromEntries(
    ["ca", "cert", "key"].map((name) => [name, join(homeDirectory, `${name}.pem`)]),
  );
  expect(candidateEndpoints({ env, homeDirectory })).toEqual([
    { host: "tcp://far:2376", from: "DOCKER_HOST", tls: { ...files, verify: true } },
  ]);
});

test.each([
  ["/run/docker.sock", "unix:///run/docker.sock"],
  ["unix://", "unix:///var/run/docker.sock"],
  ["unix:/run/docker.sock", "unix:///run/docker.sock"],
  ["tcp://far/", "tcp://far:2375"],
  ["tcp://far:80", "tcp://far:80"],
  ["far:1234", "tcp://far:1234"],
  [":1234", "tcp://127.0.0.1:1234"],
  ["tcp://[::1]:99", "tcp://[::1]:99"],
  ["tcp://far", "tcp://far:2375"],
  ["ssh://me@far:22", "ssh://me@far:22"],
  ["npipe:////./pipe/x", "npipe:////./pipe/x"],
])("the host %s is understood as %s", (explicit, host) => {
  expect(candidateEndpoints({ explicit, env: {}, homeDirectory })).toEqual([{ host, from: "--engine" }]);
});

test.each(["tcp://host:2375/engine", "tcp://user@host:2375", "host:2375/v1.41", "tcp://host?x=1"])(
  "what a tcp address has besides host and port is refused in words: %s",
  (explicit) => {
    const find = () => candidateEndpoints({ explicit, env: {}, homeDirectory });
    expect(find).toThrow(EndpointError);
    expect(find).toThrow(`--engine: "${explicit}" has more than a host and a port`);
  },
);

test.each(["unix://relative.sock", "ftp://far", "ssh://", "tcp://a b"])(
  "the host %s is refused",
  (explicit) => {
    expect(() => candidateEndpoints({ explicit, env: {}, homeDirectory })).toThrow(EndpointError);
  },
);

test("only usual sockets that exist are candidates, rootless before Desktop before colima", () => {
  const places = ["run/docker.sock", ".docker/run/docker.sock", ".colima/default/docker.sock"];
  const sockets = places.map((place) => join(homeDirectory, place));
  for (const socket of sockets) {
    mkdirSync(join(socket, ".."), { recursive: true });
    writeFileSync(socket, "");
  }
  const env = { XDG_RUNTIME_DIR: join(homeDirectory, "run") };
  const found = candidateEndpoints({ env, homeDirectory }).filter(({ host }) => host.includes(homeDirectory));
  expect(found).toEqual(sockets.map((path) => ({ host: `unix://${path}`, from: `default socket ${path}` })));
});

test("the first usual socket that answers is chosen", async () => {
  const [dead, sick, well] = ["dead.sock", "sick.sock", "well.sock"].map((name) => join(homeDirectory, name));
  if (dead === undefined || sick === undefined || well === undefined) throw new Error("three names");
  writeFileSync(dead, "");
  await listen(sick, 500);
  await listen(well, 200);
  const endpoint = await resolveEndpoint({ env: {}, homeDirectory, sockets: [dead, sick, well] });
  expect(endpoint).toEqual({ host: `unix://${well}`, from: `default socket ${well}` });
});

test("when none answers the first that exists is named, else the first of all", async () => {
  const present = join(homeDirectory, "present.sock");
  writeFileSync(present, "");
  const absent = join(homeDirectory, "absent.sock");
  const resolve = (...sockets: string[]) => resolveEndpoint({ env: {}, homeDirectory, sockets });
  expect((await resolve(absent, present)).host).toBe(`unix://${present}`);
  expect((await resolve(absent)).host).toBe(`unix://${absent}`);
});

test("an endpoint that was named is taken without asking whether it answers", async () => {
  const options = { explicit: join(homeDirectory, "nothing.sock"), env: {}, homeDirectory };
  expect((await resolveEndpoint(options)).from).toBe("--engine");
});

test("a ping reaches an engine over tcp and distinguishes an open port from an engine", async () => {
  const port = await listen(0, 200);
  expect(await pingEndpoint({ host: `tcp://127.0.0.1:${port}`, from: "test" })).toBe(true);
  const other = await listen(0, 404);
  expect(await pingEndpoint({ host: `tcp://127.0.0.1:${other}`, from: "test" })).toBe(false);
});

test("a ping ends when its signal is aborted", async () => {
  const abort = new AbortController();
  const port = await listen(0, "silent", () => abort.abort());
  expect(await pingEndpoint({ host: `tcp://127.0.0.1:${port}`, from: "test" }, abort.signal)).toBe(false);
});

test("a request to a named pipe is spelled as Windows does", () => {
  const { options } = endpointRequest({ host: "npipe:////./pipe/docker_engine" });
  expect(options.socketPath).toBe("\\\\.\\pipe\\docker_engine");
});

function writeConfig(config: object, directory = join(homeDirectory, ".docker")): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "config.json"), JSON.stringify(config));
}

/** Writes a context as docker does; the result is the name of its directories. */
function writeContext(name: string, docker: object, directory = join(homeDirectory, ".docker")): string {
  const id = createHash("sha256").update(name).digest("hex");
  const place = join(directory, "contexts/meta", id);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "meta.json"), JSON.stringify({ Name: name, Endpoints: { docker } }));
  return id;
}

/** A server that answers every request with a status, or never; on a socket path or a free port. */
async function listen(place: string | 0, status: number | "silent", asked?: () => void): Promise<number> {
  const server = createServer((request, response) => {
    asked?.();
    if (status !== "silent") response.writeHead(request.url === "/_ping" ? status : 400).end();
  });
  servers.push(server);
  const listening = new Promise<void>((done) => server.once("listening", done));
  if (place === 0) server.listen(0, "127.0.0.1");
  else server.listen(place);
  await listening;
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

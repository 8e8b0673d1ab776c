import { EngineError } from "@sti/core";
import { contractFiles, contractScripts } from "@sti/testing/contract-tools";
import { checkLeftovers, proxyTo } from "@sti/testing/e2e";
import { callEngine } from "@sti/testing/engine-api";
import { describeEngineContract } from "@sti/testing/engine-contract";
import type { FaultRule } from "@sti/testing/fault-rules";
import { packFiles } from "@sti/testing/pack-files";
import { startRegistry } from "@sti/testing/registry";
import { afterAll, expect, test } from "vitest";
import { createDockerEngine } from "./create-docker-engine.ts";
import { resolveEndpoint } from "./endpoint.ts";

const endpoint = await resolveEndpoint();
const engine = await createDockerEngine({ endpoint });

// As in a session: from here on calls are sent in one version of the API.
const description = await engine.describe();
const earlier = new Set((await engine.listImages()).map(({ id }) => id));
checkLeftovers(endpoint, "file");
afterAll(async () => {
  if (description.product === "Podman") await removeUntagged();
});

describeEngineContract(description, async () => {
  const baseImage = "contract/base:1";
  const { plain, link } = contractFiles;
  const programs = Object.entries(contractScripts).map(([path, content]) => ({ path, content, mode: 0o755 }));
  const dockerfile = `FROM debian:bookworm-slim\nCOPY rootfs /\nRUN ["ln", "-s", "${link.target}", "${link.path}"]\n`;
  const files = [...programs, plain].map((file) => ({ ...file, path: `rootfs${file.path}` }));
  const id = await engine.buildImage({
    context: packFiles([...files, { path: "Dockerfile", content: dockerfile }]),
    dockerfile: "Dockerfile",
    buildArgs: {},
    labels: {},
    noCache: false,
    keepsSteps: false,
    onOutput: () => {},
  });
  await engine.tagImage(id, baseImage);
  const registry = await startRegistry();
  return {
    engine,
    baseImage,
    published: await publish(`${registry.address}/contract/published:1`),
    async close() {
      await engine.removeImage(baseImage);
      await registry.close();
    },
  };
});

test("an engine is described as its own description of its version has it", async () => {
  const { body } = await callEngine(endpoint, "GET", "/version");
  const { ApiVersion, Arch, Os, Version } = body as Readonly<Record<string, string>>;
  expect(description).toMatchObject({
    apiVersion: ApiVersion,
    version: Version,
    os: Os,
    architecture: Arch,
  });
});

test("uploaded files keep owner, mode and time in a volume", async () => {
  const output: string[] = [];
  await withContainer(["stat", "-c", "%u:%g %a %Y %n", "/tmp/src", "/tmp/src/a"], async (id) => {
    const archive = packFiles([
      { path: "tmp/src", mode: 0o700, uid: 7, gid: 8, mtime: 1 },
      { path: "tmp/src/a", content: "a", mode: 0o640, uid: 9, gid: 10, mtime: 2 },
    ]);
    await engine.uploadArchive(id, archive);
    await engine.runContainer(id, { onOutput: ({ bytes }) => output.push(Buffer.from(bytes).toString()) });
  });
  expect(output.join("")).toBe("7:8 700 1 /tmp/src\n9:10 640 2 /tmp/src/a\n");
});

test("a hundred thousand lines of output arrive whole", async () => {
  let text = "";
  await withContainer(["seq", "100000"], async (id) => {
    await engine.runContainer(id, { onOutput: ({ bytes }) => (text += Buffer.from(bytes).toString()) });
  });
  expect(text).toBe(Array.from({ length: 100_000 }, (_, index) => `${index + 1}\n`).join(""));
});

test("a build whose answer is cut off is a lost engine", async () => {
  const error = await buildThrough({ call: "POST /build", fault: { kind: "cut", afterBytes: 300 } });
  expect(error).toMatchObject({ reason: "lost" });
});

test("a build whose answer ends without an image is incomplete", async () => {
  const body = '{"stream":"Step 1/1"}\n';
  const error = await buildThrough({ call: "POST /build", fault: { kind: "replace", status: 200, body } });
  expect(error).toMatchObject({ reason: "build-incomplete" });
});

test("a page where an engine should be is no engine", async () => {
  const page = {
    kind: "replace",
    status: 200,
    body: "<html><title>Welcome</title>",
    type: "text/html",
  } as const;
  const error = await throughProxy({ fault: page }, (proxied) => proxied.describe());
  expect(error).toMatchObject({ reason: "not-an-engine" });
});

test("an engine that does not even answer a ping is given up", { timeout: 20_000 }, async () => {
  const silent = { kind: "hang", after: "nothing" } as const;
  const error = await throughProxy({ fault: silent }, (proxied) => proxied.describe());
  expect(error).toMatchObject({ reason: "unreachable-timeout", operation: "describe engine" });
});

test("an engine that takes long to describe itself is waited for", { timeout: 20_000 }, async () => {
  const proxied = await startProxied({
    call: "GET /info",
    fault: { kind: "delay", milliseconds: 6000 },
  });
  expect(await proxied.describe()).toMatchObject({ os: "linux" });
});

test("a reply that never comes is a lost engine", async () => {
  const rule = { call: "POST /images/:id/tag", fault: { kind: "drop-reply" } } as const;
  const error = await throughProxy(rule, (proxied) =>
    proxied.tagImage("debian:bookworm-slim", "contract/dropped:1"),
  );
  expect(error).toMatchObject({ reason: "lost" });
  expect(await engine.removeImage("contract/dropped:1")).toBe("removed");
});

test("the text of an engine that refuses the client's version is kept", async () => {
  const body = "client version 1.99 is too new. Maximum supported API version is 1.41";
  const refusal = { kind: "replace", status: 400, body, type: "text/plain" } as const;
  const rule = { call: "GET /images/json", fault: refusal } as const;
  const error = await throughProxy(rule, (proxied) => proxied.listImages());
  expect(error).toMatchObject({ reason: "unsupported", message: body });
});

async function withContainer(program: readonly string[], use: (id: string) => Promise<void>): Promise<void> {
  const id = await engine.createContainer({
    image: "debian:bookworm-slim",
    name: "contract-single",
    entrypoint: program,
    cmd: [],
    env: [],
    user: "",
    labels: {},
    mounts: [{ kind: "volume", name: "contract-single", target: "/tmp/src" }],
  });
  try {
    await use(id);
  } finally {
    await engine.removeContainer(id);
    await engine.removeVolume("contract-single");
  }
}

function buildThrough(rule: FaultRule) {
  return throughProxy(rule, (proxied) =>
    proxied.buildImage({
      context: packFiles([{ path: "Dockerfile", content: "FROM debian:bookworm-slim\nRUN sleep 1\n" }]),
      dockerfile: "Dockerfile",
      buildArgs: {},
      labels: {},
      noCache: true,
      keepsSteps: false,
      onOutput: () => {},
    }),
  );
}

/** Error of a call to an engine behind a faulty connection. */
async function throughProxy(
  rule: FaultRule,
  call: (proxied: typeof engine) => Promise<unknown>,
): Promise<unknown> {
  const error = await call(await startProxied(rule)).then(
    () => undefined,
    (problem: unknown) => problem,
  );
  expect(error).toBeInstanceOf(EngineError);
  return error;
}

async function startProxied(rule: FaultRule): Promise<typeof engine> {
  const proxy = await proxyTo(endpoint, [rule]);
  return await createDockerEngine({ endpoint: { host: proxy.host, from: "test" } });
}

/** Podman ends a build whose client is gone, and only takes the tag from an image that it built another one on. */
async function removeUntagged(): Promise<void> {
  for (const { id, tags } of await engine.listImages()) {
    if (tags.length === 0 && !earlier.has(id)) await engine.removeImage(id);
  }
}

/** Pushes an image that the engine does not keep. */
async function publish(reference: string) {
  const id = await engine.buildImage({
    context: packFiles([
      { path: "file", content: "published\n" },
      { path: "Dockerfile", content: "FROM scratch\nCOPY file /\n" },
    ]),
    dockerfile: "Dockerfile",
    buildArgs: {},
    labels: {},
    noCache: false,
    keepsSteps: false,
    onOutput: () => {},
  });
  await engine.tagImage(id, reference);
  const digest = await engine.pushImage(reference);
  await engine.removeImage(reference);
  if (digest === undefined) throw new Error("the engine names no digest of what it pushed");
  return { reference, digest };
}

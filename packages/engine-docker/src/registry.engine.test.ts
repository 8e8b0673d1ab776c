import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EngineError } from "@sti/core";
import { checkLeftovers, proxyTo } from "@sti/testing/e2e";
import { callEngine } from "@sti/testing/engine-api";
import { startFakeRegistry } from "@sti/testing/fake-registry";
import { packFiles } from "@sti/testing/pack-files";
import { type Registry, registryUser, startRegistry } from "@sti/testing/registry";
import { trustRegistry } from "@sti/testing/registry-place";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createDockerEngine, type DockerEngine } from "./create-docker-engine.ts";
import { resolveEndpoint } from "./endpoint.ts";

const endpoint = await resolveEndpoint();
const plain = await createDockerEngine({ endpoint, env: { DOCKER_CONFIG: "/nonexistent" } });
const isDocker = (await plain.describe()).product !== "Podman";
const image = { id: "" };
checkLeftovers(endpoint, "file");

beforeAll(async () => {
  await plain.describe();
  image.id = await plain.buildImage({
    context: packFiles([
      { path: "file", content: "registry test\n" },
      { path: "Dockerfile", content: "FROM scratch\nCOPY file /\n" },
    ]),
    dockerfile: "Dockerfile",
    buildArgs: {},
    labels: {},
    noCache: false,
    keepsSteps: false,
    onOutput: () => {},
  });
  await plain.tagImage(image.id, "registry-test/kept:1");
});

afterEach(async () => {
  for (const { tags, digests } of await plain.listImages()) {
    // Podman removes digests with their tag, and with a digest, before version 5, the whole image.
    for (const name of isDocker ? [...tags, ...digests] : tags) {
      if (/^(127\.|\d+\.\d+\.\d+\.\d+:).*registry-test/.test(name)) await plain.removeImage(name);
    }
  }
});

afterAll(async () => {
  await plain.removeImage("registry-test/kept:1");
  // With the digests that are left on Podman.
  await callEngine(endpoint, "DELETE", `/images/${image.id}?force=1`);
});

test("an image goes to a registry and comes back as the same image", async () => {
  const registry = await startRegistry();
  onTestFinished(registry.close);
  await goAround(plain, `${registry.address}/registry-test/app:1`);
  const absent = await reasonOf(plain.pullImage(`${registry.address}/registry-test/absent:1`));
  expect(absent.reason).toBe("pull-not-found");
});

test("pushing again what is there succeeds with the same digest", async () => {
  const registry = await startRegistry();
  onTestFinished(registry.close);
  const reference = `${registry.address}/registry-test/app:1`;
  await plain.tagImage(image.id, reference);
  const first = await plain.pushImage(reference);
  expect(await plain.pushImage(reference)).toBe(first);
});

describe.runIf(endpoint.host.startsWith("unix://"))("a push whose answer", () => {
  const line = (value: unknown) => `${JSON.stringify(value)}\r\n`;
  const refusal = line({ errorDetail: { message: "denied: no" }, error: "denied: no" });
  const replace = (body: string) => ({ kind: "replace", status: 200, body }) as const;
  test.each([
    ["begins well and carries an error", replace(line({ status: "Preparing" }) + refusal), "push-denied"],
    ["ends before it names a digest", replace(line({ status: "Preparing" })), "lost"],
    ["is cut off", { kind: "cut", afterBytes: 10 }, "lost"],
  ] as const)("%s has failed", async (_name, fault, reason) => {
    const proxy = await proxyTo(endpoint, [{ call: "POST /images/:id/push", fault }]);
    const registry = await startRegistry();
    onTestFinished(registry.close);
    const reference = `${registry.address}/registry-test/app:1`;
    await plain.tagImage(image.id, reference);
    const engine = await createDockerEngine({ endpoint: { host: proxy.host, from: "test" } });
    expect((await reasonOf(engine.pushImage(reference))).reason).toBe(reason);
  });
});

describe("a registry that wants to know who asks", () => {
  let registry: Registry;
  beforeAll(async () => {
    registry = await startRegistry({ auth: true });
  });
  afterAll(() => registry.close());

  test("takes the credentials of docker's config", async () => {
    const engine = await engineWith(authOf(registry.address, registryUser.password));
    await goAround(engine, `${registry.address}/registry-test/app:1`);
  });

  test("takes those of a credential helper before those that are written down", async () => {
    const { username: Username, password: Secret } = registryUser;
    const answer = JSON.stringify({ ServerURL: registry.address, Username, Secret });
    const engine = await engineWith(
      { ...authOf(registry.address, "wrong"), credHelpers: { [registry.address]: "test" } },
      { "docker-credential-test": `#!/bin/sh\n[ "$1" = get ] && cat >/dev/null && echo '${answer}'\n` },
    );
    await goAround(engine, `${registry.address}/registry-test/app:1`);
  });

  test.each([
    ["none", () => ({})],
    ["wrong ones", () => authOf(registry.address, "wrong-password")],
  ])("denies with %s, at once and without revealing the secret", async (_name, config) => {
    const engine = await engineWith(config());
    const reference = `${registry.address}/registry-test/app:1`;
    await engine.tagImage(image.id, reference);
    const push = await reasonOf(engine.pushImage(reference));
    const pull = await reasonOf(engine.pullImage(`${registry.address}/registry-test/other:1`));
    expect([push.reason, pull.reason]).toEqual(["push-denied", "pull-denied"]);
    expect(push.message + pull.message).not.toContain("wrong-password");
  });

  test("a helper that fails is named with what it said, and nothing is asked of the registry", async () => {
    const engine = await engineWith(
      { credsStore: "broken" },
      { "docker-credential-broken": "#!/bin/sh\necho s3cret\necho 'the key ring is locked' >&2\nexit 3\n" },
    );
    const error = await reasonOf(engine.pullImage(`${registry.address}/registry-test/app:1`));
    expect(error).toMatchObject({
      reason: "pull-denied",
      message: "docker-credential-broken failed (3): the key ring is locked",
    });
  });
});

describe.runIf(process.getuid?.() === 0)("a registry with a certificate of its own CA", () => {
  test("is not trusted before the engine knows the CA, and then is", async () => {
    const registry = await startRegistry({ tls: true, auth: true });
    onTestFinished(registry.close);
    const engine = await engineWith(authOf(registry.address, registryUser.password));
    const reference = `${registry.address}/registry-test/app:1`;
    await engine.tagImage(image.id, reference);
    const error = await reasonOf(engine.pushImage(reference));
    expect(error).toMatchObject({ reason: "push-network", message: expect.stringContaining("x509") });

    onTestFinished(await trustRegistry(registry));
    await goAround(engine, reference);
  });
});

describe("a registry that misbehaves", () => {
  /** `pulls`: how often the engine was asked to pull. */
  const start = async (way: "limit" | "cut" | "corrupt" | "unknown") => {
    const registry = await startFakeRegistry(way);
    onTestFinished(registry.close);
    const proxy = await proxyTo(endpoint);
    const engine = await createDockerEngine({
      endpoint: { host: proxy.host, from: "test" },
      env: { DOCKER_CONFIG: "/nonexistent" },
    });
    const pulls = () => proxy.counts.get("POST /images/create") ?? 0;
    return { reference: `${registry.address}/registry-test/app:1`, engine, pulls };
  };

  test("that limits pulls is asked once", async () => {
    const { engine, pulls, reference } = await start("limit");
    expect((await reasonOf(engine.pullImage(reference))).reason).toBe("pull-rate-limit");
    expect(pulls()).toBe(1);
  });

  test("that does not know the image is asked once", async () => {
    const { engine, pulls, reference } = await start("unknown");
    expect((await reasonOf(engine.pullImage(reference))).reason).toBe("pull-not-found");
    expect(pulls()).toBe(1);
  });

  test("that cuts its answers off is asked three times", async () => {
    const { engine, pulls, reference } = await start("cut");
    expect((await reasonOf(engine.pullImage(reference))).reason).toBe("pull-network");
    expect(pulls()).toBe(3);
  });

  test("that sends other bytes than it said is not believed", async () => {
    const { engine, reference } = await start("corrupt");
    const error = await reasonOf(engine.pullImage(reference));
    expect(error).toMatchObject({ reason: "other", message: expect.stringMatching(/verif|digest/) });
    expect(await plain.inspectImage(reference)).toBeUndefined();
  });

  test("can be given up on between two tries", async () => {
    const { engine, pulls, reference } = await start("cut");
    const abort = new AbortController();
    const reason = new Error("enough");
    const pulling = engine.pullImage(reference, { signal: abort.signal });
    setTimeout(() => abort.abort(reason), 200);
    await expect(pulling).rejects.toBe(reason);
    expect(pulls()).toBeLessThan(3);
  });
});

/** An engine whose user has this docker config; `programs` are put on the PATH. */
async function engineWith(
  config: unknown,
  programs: Readonly<Record<string, string>> = {},
): Promise<DockerEngine> {
  const folder = await mkdtemp(join(tmpdir(), "sti-test-config-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "config.json"), JSON.stringify(config));
  for (const [name, text] of Object.entries(programs)) {
    await writeFile(join(folder, name), text);
    await chmod(join(folder, name), 0o755);
  }
  const env = { ...process.env, DOCKER_CONFIG: folder, PATH: `${folder}:${process.env.PATH}` };
  return await createDockerEngine({ endpoint, env });
}

function authOf(address: string, password: string) {
  const auth = Buffer.from(`${registryUser.username}:${password}`).toString("base64");
  return { auths: { [address]: { auth } } };
}

async function reasonOf(call: Promise<unknown>): Promise<EngineError> {
  const error = await call.then(
    () => undefined,
    (problem: unknown) => problem,
  );
  if (!(error instanceof EngineError)) throw new Error("no EngineError", { cause: error });
  return error;
}

/** Pushes, forgets, pulls: the image is the same, by the digest that the push named. */
async function goAround(engine: DockerEngine, reference: string): Promise<void> {
  await engine.tagImage(image.id, reference);
  const progress: number[] = [];
  const digest = await engine.pushImage(reference, { onProgress: ({ current }) => progress.push(current) });
  expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  const name = `${reference.slice(0, reference.lastIndexOf(":"))}@${digest}`;
  // Podman compresses layers on the way, and goes on calling the image by its own digest.
  if (isDocker) expect((await engine.inspectImage(image.id))?.digests).toContain(name);
  await engine.removeImage(reference);
  await engine.pullImage(reference);
  expect(await engine.inspectImage(reference)).toMatchObject({ id: image.id });
  await engine.removeImage(reference);
  await engine.pullImage(name);
  expect(await engine.inspectImage(name)).toMatchObject({ id: image.id });
}

import { randomUUID } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { resolveEndpoint } from "@sti/engine-docker/endpoint";
import { cleanWhenIdle } from "@sti/testing/clean-when-idle";
import { checkLeftovers, imageFolder, inspectImage, proxyTo } from "@sti/testing/e2e";
import { callEngine } from "@sti/testing/engine-api";
import { KEEPS_DIGESTS, METHODS } from "@sti/testing/engine-methods";
import { startFakeRegistry } from "@sti/testing/fake-registry";
import { type Registry, registryUser, startRegistry } from "@sti/testing/registry";
import { plainRegistryHost } from "@sti/testing/registry-place";
import { runSti, whenPrinted } from "@sti/testing/run-cli";
import { createWorkspace, type Workspace } from "@sti/testing/workspace";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { projectFolders } from "../../src/project/project-folders.ts";
import { createProject } from "../create-project.ts";

const endpoint = await resolveEndpoint();
const isDocker = METHODS.includes("container");

let registry: Registry;
let project: Workspace;

beforeAll(async () => {
  registry = await startRegistry({ auth: true });
});
afterAll(() => registry.close());
// Runs after the leftovers check, which is registered later.
afterEach(async () => {
  for (const name of await listNames()) await callEngine(endpoint, "DELETE", `/images/${name}?force=1`);
});
checkLeftovers(endpoint, "test");

const tagOf = (name: string) => `${registry.address}/sti/${name}:1`;
const imageId = async (name: string) => (await inspectImage(endpoint, tagOf(name)))?.Id;

/** `who`: whose docker config is used. */
async function sti(who: "good" | "bad", ...args: string[]) {
  const env = { DOCKER_CONFIG: join(project.folder, who) };
  return await runSti([...args, "--metadata-file", "out.json"], { cwd: project.folder, env });
}

describe.each(METHODS)("by method %s", (method) => {
  test("what is pushed stays a base for incremental builds, what is pulled is none", async () => {
    await start(method, { push: true });
    const first = await sti("good", "run");
    expect(first).toMatchObject({ exitCode: 0, stderr: "" });
    const { app, builder, other } = await readMetadata();
    expect(app).toMatchObject({ outcome: "built", imageId: await imageId("app"), tags: [tagOf("app")] });
    expect(app?.pushed).toEqual({ reference: tagOf("app"), digest: await digestInRegistry("app") });
    expect([builder?.pushed, other?.pushed]).toEqual([undefined, undefined]);
    expect(first.stdout).toContain(`pushed ${app?.pushed?.digest.slice(0, 19)}`);

    await project.write({ "app/text": "two" });
    expect(await sti("good", "run", "app")).toMatchObject({ exitCode: 0 });
    const second = (await readMetadata()).app;
    expect(second).toMatchObject({ outcome: "built", reuse: { kind: "incremental" } });
    expect(second?.pushed?.digest).toBe(await digestInRegistry("app"));
    expect(second?.pushed?.digest).not.toBe(app?.pushed?.digest);

    const replaced = await callEngine(endpoint, "GET", `/images/${app?.imageId}/json`);
    expect(replaced.status).toBe(404);

    const again = await sti("good", "run", "app");
    expect(again.stdout).toMatch(/app .*up to date .*pushed sha256:/);

    await callEngine(endpoint, "DELETE", `/images/${tagOf("app")}`);
    await rm(projectFolders(project.folder, process.env).memory.path, { recursive: true });
    const engine = await import("@sti/engine-docker");
    const env = { DOCKER_CONFIG: join(project.folder, "good") };
    await (await engine.createDockerEngine({ endpoint, env })).pullImage(tagOf("app"));
    await project.write({ "app/text": "three" });
    expect(await sti("good", "run", "app", "--no-push")).toMatchObject({ exitCode: 0 });
    expect((await readMetadata()).app).toMatchObject({
      reuse: { kind: "clean", reason: "previous image came from a registry" },
    });
    expect(await digestInRegistry("app")).toBe(second?.pushed?.digest);
  });
});

test("a push that is denied keeps image and tag, and sti push makes up for it without building", async () => {
  await start("dockerfile");
  const denied = await sti("bad", "run", "--push", "app");
  expect(denied.exitCode).toBe(4);
  expect(denied.stderr).toContain("was built, but not pushed: access denied by the registry");
  expect(denied.stderr).toContain("sti push");
  expect(denied.stdout + denied.stderr).not.toContain("wrong-password");
  const { app } = await readMetadata();
  expect(app).toMatchObject({ outcome: "failed", failure: "push-failed", imageId: await imageId("app") });

  const made = await sti("good", "push", "app");
  expect(made).toMatchObject({ exitCode: 0, stderr: "" });
  const { app: pushed, other } = await readMetadata();
  expect(pushed).toMatchObject({ outcome: "up-to-date", imageId: app?.imageId });
  expect(pushed?.pushed?.digest).toBe(await digestInRegistry("app"));
  expect(other).toBeUndefined();

  await project.write({ "app/text": "changed" });
  const stale = await sti("good", "push");
  expect(stale.exitCode).toBe(1);
  expect(stale.stderr).toContain("cannot be pushed: app/text edited");
  const builder = await sti("good", "push", "builder");
  expect(builder.stderr).toContain("its config has push: false");
});

test("a pushed image whose tag somebody moved has only its digest left, and sti clean removes it", async () => {
  await start("dockerfile");
  expect(await sti("good", "run", "app", "--push")).toMatchObject({ exitCode: 0 });
  const { app } = await readMetadata();
  const [repo, tag] = [tagOf("app").slice(0, -2), "1"];
  await callEngine(endpoint, "POST", `/images/${tagOf("builder")}/tag?repo=${repo}&tag=${tag}`);
  const inspect = async () => await callEngine(endpoint, "GET", `/images/${app?.imageId}/json`);
  expect((await inspect()).body).toMatchObject({
    RepoTags: [],
    RepoDigests: KEEPS_DIGESTS ? [`${repo}@${app?.pushed?.digest}`] : [],
  });
  const { removed } = await cleanWhenIdle({ cwd: project.folder });
  expect(removed.map(({ id }) => id)).toContain(app?.imageId);
  expect((await inspect()).status).toBe(404);
});

test("pushed together means not at all when a target fails", async () => {
  await start("dockerfile");
  await project.write({ "other/fail": "" });
  const unique = randomUUID();
  await project.write({ "app/unique": unique });
  const had = await digestInRegistry("app");
  const failed = await sti("good", "run", "--push=atomic");
  expect(failed.exitCode).toBe(1);
  expect(failed.stdout).toContain("not pushed: other failed");
  expect(await digestInRegistry("app")).toBe(had);

  await project.remove("other/fail");
  const whole = await sti("good", "run", "--push=atomic");
  expect(whole).toMatchObject({ exitCode: 0, stderr: "" });
  const { app, other } = await readMetadata();
  expect(app?.pushed?.digest).toBe(await digestInRegistry("app"));
  expect(other?.pushed?.digest).toBe(await digestInRegistry("other"));
  expect(whole.stdout).toMatch(/↑ app .* pushed sha256:/);
});

test("a push that is interrupted leaves the image, its tag and nothing else", async () => {
  const silent = await startFakeRegistry("silent");
  onTestFinished(silent.close);
  const tag = `${silent.address}/sti/image:1`;
  onTestFinished(async () => {
    await callEngine(endpoint, "DELETE", `/images/${tag}`);
  });
  project = await createWorkspace({
    "image/Dockerfile": "FROM scratch\nCOPY file /\n",
    "image/file": randomUUID(),
    "sti.config.json": JSON.stringify({ images: { image: { context: "image", tag, push: true } } }),
  });
  const pushing = whenPrinted("▸ push ", (kill) => kill("SIGINT"));
  const stopped = await runSti(["run", "-v"], { cwd: project.folder, ...pushing });
  expect(stopped.exitCode).toBe(130);
  expect(stopped.stdout).toContain("image  cancelled: interrupted");
  expect((await callEngine(endpoint, "GET", `/images/${tag}/json`)).status).toBe(200);
});

test("a build image of a registry with passwords is pulled with the right one, and only then", async () => {
  await start("dockerfile");
  await project.write({
    "sti.config.json": JSON.stringify({
      images: { builder: { context: "builder", tag: tagOf("private"), push: true } },
    }),
  });
  expect(await sti("good", "run")).toMatchObject({ exitCode: 0 });
  await callEngine(endpoint, "DELETE", `/images/${tagOf("private")}`);
  await project.write({
    "sti.config.json": JSON.stringify({
      apps: { app: { source: "app", buildImage: tagOf("private"), tag: tagOf("app") } },
    }),
  });
  const denied = await sti("bad", "run");
  expect(denied.exitCode).toBe(4);
  expect(denied.stderr).toContain("cannot be pulled: access denied by the registry");
  expect(await sti("good", "run")).toMatchObject({ exitCode: 0, stderr: "" });
});

describe("a build image of fifty apps whose registry", () => {
  test.each([
    ["limits pulls", "limit", /pull limit of the registry reached/, 1],
    ["does not have it", "unknown", /not found in the registry/, 1],
    ["cuts its answers off", "cut", /registry not reachable/, 3],
    [
      "sends other bytes than it said",
      "corrupt",
      /verification failed|digest .* does not match|unexpected commit digest/,
      1,
    ],
  ] as const)(
    "%s is asked for once by all of them, and one message says why, with all their names",
    async (_, way, words, pulls) => {
      const misbehaving = await startFakeRegistry(way);
      onTestFinished(misbehaving.close);
      const proxy = await proxyTo(endpoint);
      const { exitCode, stdout, stderr } = await runWith(misbehaving.address, { DOCKER_HOST: proxy.host });
      expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: expect.stringContaining("50 failed") });
      expect(stderr).toMatch(words);
      const [headline = "", ...others] = stderr.split("\n").filter((line) => line.startsWith("✖"));
      expect(others).toEqual([]);
      const names = /✖ (.*?): /.exec(headline)?.[1]?.split(", ").sort();
      expect(names).toEqual(Array.from({ length: 50 }, (_, index) => `app-${index}`).sort());
      // Podman reports the registry's error with status 500, after which sti tries once more.
      const most = isDocker || way !== "corrupt" ? pulls : 2;
      expect(proxy.counts.get("POST /images/create")).toBe(most);
    },
  );

  test("cannot be reached is distinguished from one that refuses", async () => {
    const { exitCode, stderr } = await runWith("127.0.0.1:9");
    expect(exitCode).toBe(4);
    expect(stderr).toContain("cannot be pulled: registry not reachable");
    expect(stderr).toContain("check the connection and the engine's proxy settings");
    expect(stderr).not.toContain("access denied");
  });

  async function runWith(address: string, env: Readonly<Record<string, string>> = {}) {
    const apps = Array.from({ length: 50 }, (_, index) => {
      const app = { source: "app", buildImage: `${address}/sti/builder:1`, tag: tagOf(`app-${index}`) };
      return [`app-${index}`, app] as const;
    });
    const config = JSON.stringify({ apps: Object.fromEntries(apps) });
    project = await createWorkspace({ ...FILES, "sti.config.json": config });
    return await runSti(["run", "-j", "8"], { cwd: project.folder, env });
  }
});

test("sti build --push pushes what it made, and nothing that failed", async () => {
  await start("dockerfile");
  const env = { DOCKER_CONFIG: join(project.folder, "good"), XDG_CACHE_HOME: join(project.folder, "cache") };
  expect(await runSti(["run", "-q", "builder"], { cwd: project.folder, env })).toMatchObject({ exitCode: 0 });
  const args = ["build", "app", tagOf("builder"), tagOf("pushed"), "--push"];
  const made = await runSti(args, { cwd: project.folder, env });
  expect(made).toMatchObject({ exitCode: 0, stderr: "" });
  const digest = await digestInRegistry("pushed");
  expect(digest).toMatch(/^sha256:/);
  expect(made.stdout).toContain(`pushed ${digest?.slice(0, 19)}`);

  await project.write({ "app/fail": "" });
  expect(await runSti(args, { cwd: project.folder, env })).toMatchObject({ exitCode: 1 });
  expect(await digestInRegistry("pushed")).toBe(digest);
  const denied = { ...env, DOCKER_CONFIG: join(project.folder, "bad") };
  await project.remove("app/fail");
  await project.write({ "app/text": randomUUID() });
  const refused = await runSti(args, { cwd: project.folder, env: denied });
  expect(refused).toMatchObject({
    exitCode: 4,
    stderr: expect.stringContaining("access denied by the registry"),
  });
  expect(await digestInRegistry("pushed")).toBe(digest);
});

// An address that is not loopback has to be known to the engine as one without TLS; sti does not ask it.
describe.runIf(plainRegistryHost() === "127.0.0.1")("sti doctor", () => {
  const examine = async (who: string) => {
    const env = { DOCKER_CONFIG: join(project.folder, who) };
    const { exitCode, stdout } = await runSti(["doctor", "--json"], { cwd: project.folder, env });
    const { checks } = JSON.parse(stdout) as { readonly checks: readonly { readonly check: string }[] };
    return { exitCode, checks: checks.filter(({ check }) => check === "registry") };
  };

  test("tries whether images can be pushed where the config pushes them", async () => {
    await start("dockerfile", { push: true });
    const repository = `${registry.address}/sti/app`;
    expect(await examine("good")).toEqual({
      exitCode: 0,
      checks: [{ check: "registry", state: "ok", found: `${repository}: pull and push allowed` }],
    });
    const { checks, exitCode } = await examine("bad");
    expect(exitCode).toBe(4);
    expect(checks).toEqual([
      {
        check: "registry",
        state: "problem",
        found: expect.stringContaining(`${repository}: ${registry.address} answered 401: unauthorized`),
        fix: `docker login ${registry.address}, as a user who may push there`,
      },
    ]);
    expect(JSON.stringify(checks)).not.toContain("wrong-password");
  });

  test("asks no registry if nothing is pushed", async () => {
    await start("dockerfile");
    expect((await examine("bad")).checks).toEqual([]);
  });
});

async function start(method: "dockerfile" | "container", more: Record<string, unknown> = {}): Promise<void> {
  const app = (source: string) => ({ source, buildImage: { target: "builder" }, tag: tagOf(source), method });
  const images = { builder: { context: "builder", tag: tagOf("builder"), push: false } };
  const apps = { app: { ...app("app"), ...more }, other: app("other") };
  project = await createProject({
    ...FILES,
    "app/unique": randomUUID(),
    "sti.config.json": JSON.stringify({ images, apps }),
    "good/config.json": login(registryUser.password),
    "bad/config.json": login("wrong-password"),
  });
}

function login(password: string): string {
  const auth = Buffer.from(`${registryUser.username}:${password}`).toString("base64");
  return JSON.stringify({ auths: { [registry.address]: { auth } } });
}

/** Tags of the test registry that the engine has. */
async function listNames(): Promise<readonly string[]> {
  const filters = encodeURIComponent(JSON.stringify({ reference: [`${registry.address}/*/*`] }));
  const { body } = await callEngine(endpoint, "GET", `/images/json?filters=${filters}`);
  const images = body as readonly {
    readonly RepoTags: readonly string[] | null;
    readonly RepoDigests: readonly string[] | null;
  }[];
  return images.flatMap(({ RepoTags, RepoDigests }) =>
    [...(RepoTags ?? []), ...(RepoDigests ?? [])].filter((name) => !name.includes("<none>")),
  );
}

interface Metadata {
  readonly targets: Readonly<
    Record<
      string,
      {
        readonly outcome: string;
        readonly imageId?: string;
        readonly tags: readonly string[];
        readonly reuse?: { readonly kind: string; readonly reason?: string };
        readonly pushed?: { readonly reference: string; readonly digest: string };
        readonly failure?: string;
      }
    >
  >;
}

async function readMetadata(): Promise<Metadata["targets"]> {
  return (JSON.parse(await readFile(join(project.folder, "out.json"), "utf8")) as Metadata).targets;
}

/** Forms in which engines push an image. */
const MANIFESTS = [
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.oci.image.index.v1+json",
];

/** The digest that the registry itself gives for a tag; undefined when it has no such tag. */
async function digestInRegistry(name: string): Promise<string | undefined> {
  const { username, password } = registryUser;
  const response = await fetch(`http://${registry.address}/v2/sti/${name}/manifests/1`, {
    method: "HEAD",
    headers: {
      accept: MANIFESTS.join(", "),
      authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`,
    },
  });
  return response.headers.get("docker-content-digest") ?? undefined;
}

const FILES = {
  ...imageFolder("builder", {
    prepare: "#!/bin/sh\nset -e\nmkdir -p /srv/app\ncp -r /tmp/src/. /srv/app/\n[ ! -e /tmp/src/fail ]\n",
    "save-artifacts": "#!/bin/sh\ncp /srv/app/text /tmp/artifacts/\n",
    run: "#!/bin/sh\ncat /srv/app/text\n",
  }),
  "app/text": "one",
  "other/text": "other",
};

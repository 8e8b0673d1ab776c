// Stores that fail, lie or refuse: the session goes on as without one, and says so once.
import { createServer } from "node:net";
import { copyingScripts, imageFolder, inspectImage, proxyTo, withEngine } from "@sti/testing/e2e";
import { callEngine } from "@sti/testing/engine-api";
import type { FaultRule } from "@sti/testing/fault-rules";
import { type Registry, startRegistry } from "@sti/testing/registry";
import { type Kill, runSti } from "@sti/testing/run-cli";
import { createWorkspace, type Workspace } from "@sti/testing/workspace";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import {
  built,
  CASES,
  type FaultCase,
  LAYER_CASES,
  proxyToRegistry,
  refused,
  repositoryOf,
} from "./store-faults.fixtures.ts";

const { config, endpoint, image } = await withEngine("sti-e2e-faults", {
  removes: "test",
  keeps: ["kept"],
});
const PATH = "sti/faults";
const APPS = ["api", "web"] as const;

let registry: Registry;
/** The keys of the apps and the identities of their base, by name. */
const keys = new Map<string, string>();
const bases = new Map<string, string>();
beforeAll(async () => {
  registry = await startRegistry();
  // One test removes images without a tag: only its own, then.
  await callEngine(endpoint, "POST", "/images/prune");
});
afterAll(() => registry.close());
afterEach(() => empty());

test("a result that is removed between its search and its pull is built", async () => {
  await fill();
  // sti reads by tag, the engine pulls by digest. With containerd's image store it asks for the head alone, if it has the manifest.
  const lost = refused(/(?:GET|HEAD) .*\/manifests\/sha256:/, 404, "MANIFEST_UNKNOWN", "manifest unknown");
  const proxy = await proxyToRegistry(registry, [lost]);
  const project = await createProject(`${proxy.host}/${PATH}`);
  const ended = await run(project);
  expect(ended).toMatchObject({ exitCode: 0, outcomes: built });
  expect(ended.warnings).toEqual([
    ...APPS.map(() => expect.stringContaining("cannot be pulled from the store, so it is built")),
    expect.stringContaining("cannot be pulled from the store, so it is built"),
    expect.stringContaining(
      "cannot be used, the session goes on as without it: 3 of its images cannot be used",
    ),
  ]);
  await expectResults();
});

test.each(Object.entries(CASES))("a store that %s", async (_name, fault) => {
  await expectFault(fault);
});

test.each<[string, FaultRule]>([
  [
    "that may only be read",
    refused(/^POST .*\/blobs\/uploads/, 403, "DENIED", "requested access to the resource is denied"),
  ],
  ["that is full", refused(/^(PATCH|PUT) /, 507, "UNKNOWN", "quota exceeded: no space left")],
])("to a store %s nothing is added, which is one warning", async (_name, rule) => {
  await fill();
  const proxy = await proxyToRegistry(registry, [rule]);
  const project = await createProject(`${proxy.host}/sti/refusing`);
  const ended = await run(project);
  expect(ended).toMatchObject({ exitCode: 0, outcomes: built });
  expect(ended.warnings).toEqual([
    expect.stringMatching(/cannot be written, new results are not added to it/),
  ]);
  await expectResults();
  expect(await repositoryOf(registry, "sti/refusing").tags()).toEqual([]);
});

test("a store that is not there costs no time", async () => {
  const project = await createProject(`127.0.0.1:${await closedPort()}/${PATH}`);
  const ended = await run(project);
  expect(ended).toMatchObject({ exitCode: 0, outcomes: built });
  expect(ended.warnings).toEqual([expect.stringMatching(/cannot be used, .*connection refused/)]);
});

/** Later than the others: a base that is built anew is another one, and the keys of its apps with it. */
test.each(Object.entries(LAYER_CASES))("a store that %s", async (_name, fault) => {
  await fill();
  await callEngine(endpoint, "POST", "/build/prune?all=1");
  await expectFault(fault);
});

test("two sessions that add the same results at once both succeed", async () => {
  const store = `${registry.address}/sti/both`;
  const project = await createProject(store);
  const ended = await Promise.all([run(project, "--force"), run(project, "--force")]);
  for (const { exitCode, outcomes, warnings } of ended) {
    expect({ exitCode, outcomes, warnings }).toEqual({ exitCode: 0, outcomes: built, warnings: [] });
  }
  const tags = await repositoryOf(registry, "sti/both").tags();
  expect(tags.filter((tag) => tag.startsWith("sti-"))).toHaveLength(3);
  // Sessions that take each other's tags leave images without any, with a store or without.
  await empty();
  await callEngine(endpoint, "POST", "/images/prune");
});

test.each([
  ["pushes a result", "POST /images/:id/push", "sti/refusing"],
  ["gives a pulled result its tag", "POST /images/:id/tag", PATH],
])(
  "a session that is killed while it %s leaves a name of the store, which the next one removes",
  async (_, call, path) => {
    await fill();
    const project = await createProject(`${registry.address}/${path}`);
    const proxy = await proxyTo(endpoint, [{ call, fault: { kind: "hang", after: "nothing" } }]);
    const env = { ...homeOf(project), DOCKER_HOST: proxy.host };
    const onStart = (kill: Kill) => void proxy.seen(call, 1).then(() => kill("SIGKILL"));
    expect(await runSti(["run"], { cwd: project.folder, env, onStart })).toMatchObject({ exitCode: null });
    expect(await storeNames()).not.toEqual([]);
    // The next one at the same address: engines of some kinds have no other identity.
    proxy.clear();
    const { exitCode, stderr } = await runSti(["run"], { cwd: project.folder, env });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(await storeNames()).toEqual([]);
  },
);

/** Fills the store, once. Podman's builder needs a name of the base's layers to make the same base again. */
async function fill(): Promise<void> {
  if (keys.size > 0) return;
  const project = await createProject(`${registry.address}/${PATH}`);
  expect(await run(project)).toMatchObject({ exitCode: 0, warnings: [] });
  for (const name of APPS) {
    const labels = await labelsOf(name);
    keys.set(name, labels["sti.key"] ?? "");
    bases.set(name, labels["sti.build-image-identity"] ?? "");
  }
  await callEngine(endpoint, "POST", `/images/${image("base")}/tag?repo=${image("kept")}&tag=latest`);
  await empty();
}

async function expectFault({ outcomes, rules = [], spoil, warning, warnings = 1 }: FaultCase): Promise<void> {
  await fill();
  const store = repositoryOf(registry, PATH);
  const [tag, otherTag] = [`sti-${keys.get("api")}`, `sti-${keys.get("web")}`];
  const original = await store.read(tag);
  const layer = original.json.layers.at(-1)?.digest ?? "";
  const tags = await store.tags();
  try {
    await spoil?.(store, { original, otherTag, tag });
    const proxy = await proxyToRegistry(registry, typeof rules === "function" ? rules(layer) : rules);
    const project = await createProject(`${proxy.host}/${PATH}`);
    const ended = await run(project);
    expect(ended.exitCode).toBe(0);
    expect(ended.warnings[0]).toMatch(warning);
    expect(ended.warnings).toHaveLength(warnings);
    expect(ended.outcomes).toEqual(outcomes);
    await expectResults();
  } finally {
    await store.put(tag, original);
  }
  expect((await store.tags()).filter((one) => one.startsWith("sti-"))).toEqual(
    tags.filter((one) => one.startsWith("sti-")),
  );
}

async function createProject(store: string): Promise<Workspace> {
  const apps = Object.fromEntries(APPS.map((name) => [name, { buildImage: image("base") }]));
  return await createWorkspace({
    ...imageFolder("base", copyingScripts()),
    "api/text": "api",
    "web/text": "web",
    "sti.config.json": config(apps, { images: { base: {} }, cache: { image: store, insecure: true } }),
  });
}

function homeOf(project: Workspace) {
  return { XDG_CACHE_HOME: project.beside("home") };
}

async function run(project: Workspace, ...args: readonly string[]) {
  const { exitCode, stderr, stdout } = await runSti(["run", ...args, "--reporter", "ndjson"], {
    cwd: project.folder,
    env: homeOf(project),
  });
  expect(stderr).toBe("");
  const events = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return {
    exitCode,
    warnings: events.filter(({ type }) => /-warning$/.test(String(type))).map(({ message }) => message),
    outcomes: Object.fromEntries(
      events.filter(({ type }) => type === "target-finished").map(({ outcome, target }) => [target, outcome]),
    ),
  };
}

/** Each app has its own result, and the engine has no name of the store. Podman may have made another base. */
async function expectResults(): Promise<void> {
  for (const name of APPS) {
    const labels = await labelsOf(name);
    expect(labels["sti.target"]).toBe(name);
    if (labels["sti.build-image-identity"] === bases.get(name))
      expect(labels["sti.key"]).toBe(keys.get(name));
  }
  expect(await storeNames()).toEqual([]);
}

async function storeNames(): Promise<readonly string[]> {
  const { body } = await callEngine(endpoint, "GET", "/images/json");
  const images = body as readonly {
    RepoTags: readonly string[] | null;
    RepoDigests: readonly string[] | null;
  }[];
  const names = images.flatMap(({ RepoDigests, RepoTags }) => [...(RepoTags ?? []), ...(RepoDigests ?? [])]);
  return names.filter((name) => /:sti-[0-9a-f]{64}|\/sti\/(?:faults|refusing)@/.test(name));
}

async function labelsOf(name: string): Promise<Readonly<Record<string, string>>> {
  return (await inspectImage(endpoint, image(name)))?.Config.Labels ?? {};
}

/** Removes the project's images from the engine. */
async function empty(): Promise<void> {
  for (const name of [...APPS, "base"])
    await callEngine(endpoint, "DELETE", `/images/${image(name)}?force=1`);
}

/** A port that nobody listens at. */
async function closedPort(): Promise<number> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<number>();
  server.listen(0, "127.0.0.1", () => {
    const bound = server.address();
    server.close(() => resolve(typeof bound === "object" && bound !== null ? bound.port : 0));
  });
  return await promise;
}

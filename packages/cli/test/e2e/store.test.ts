import { imageFolder, inspectImage, withEngine } from "@sti/testing/e2e";
import { callEngine } from "@sti/testing/engine-api";
import { METHODS } from "@sti/testing/engine-methods";
import { readImageTree } from "@sti/testing/image-tree";
import { type Registry, startRegistry } from "@sti/testing/registry";
import { runSti } from "@sti/testing/run-cli";
import { createWorkspace } from "@sti/testing/workspace";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { compressAnew } from "./compress-anew.fixtures.ts";
import { homeOf, storeFixtures, type Targets } from "./store.fixtures.ts";

const engine = await withEngine("sti-e2e-store", { removes: "test" });
const { config, endpoint, image } = engine;
const { appOf, createProject, empty, machine } = storeFixtures(engine, () => registry.address);

let registry: Registry;
beforeAll(async () => {
  registry = await startRegistry();
});
afterAll(() => registry.close());
afterEach(() => empty());

test.each(METHODS)(
  "results by method %s are restored on an empty engine, where only what is edited is built",
  async (method) => {
    // One store for each method: a result does not depend on it.
    const project = await createProject(method, {}, { store: `${registry.address}/sti/store-${method}` });
    const first = await machine(project, "one").run();
    expect(outcomesOf(first.targets)).toEqual({ base: "built", api: "built", web: "built" });
    const files = await readImageTree(endpoint, image("web"));
    await empty();

    const ci = machine(project, "two");
    const restored = await ci.run("--load", "none");
    expect(outcomesOf(restored.targets)).toEqual({ base: "restored", api: "restored", web: "restored" });
    expect(restored.stdout).toContain("3 restored");
    expect([...restored.calls.keys()].filter((call) => !call.startsWith("GET "))).toEqual([]);
    expect(await inspectImage(endpoint, image("web"))).toBeUndefined();

    await project.write({ "web/text": "edited" });
    const edited = await ci.run("--load", "none");
    expect(outcomesOf(edited.targets)).toEqual({ base: "restored", api: "restored", web: "built" });
    // Its base came from the store, and the other app stays there.
    expect(await inspectImage(endpoint, image("base"))).toBeDefined();
    expect(await inspectImage(endpoint, image("api"))).toBeUndefined();
    await project.write({ "web/text": "web" });
    await empty();

    const laptop = machine(project, "three");
    const loaded = await laptop.run("--load", "all");
    expect(loaded.targets.web).toMatchObject({ outcome: "restored", restored: { isLoaded: true } });
    expect(await readImageTree(endpoint, image("web"))).toEqual(files);
    expect(outcomesOf((await laptop.run()).targets)).toEqual({
      base: "up-to-date",
      api: "up-to-date",
      web: "up-to-date",
    });
  },
);

test("a result is restored whole though the engine has the files of its layers by other digests", async () => {
  // Docker's image store of containerd pulls none of these layers: the image would have no config.
  const project = await createProject("dockerfile", {}, { store: `${registry.address}/sti/anew` });
  await machine(project, "one").run();
  const files = await readImageTree(endpoint, image("web"));
  const kept = ["base", "api", "web"].map((name) => `kept-${name}`);
  for (const name of kept) {
    const query = new URLSearchParams({ repo: image(name), tag: "latest" });
    await callEngine(endpoint, "POST", `/images/${image(name.replace("kept-", ""))}/tag?${query}`);
  }
  expect(await compressAnew(`http://${registry.address}/v2/sti/anew`)).toBeGreaterThanOrEqual(3);
  await empty(
    [],
    kept.map((name) => `${image(name)}:latest`),
  );
  const { targets } = await machine(project, "two").run("--load", "all");
  expect(outcomesOf(targets)).toEqual({ base: "restored", api: "restored", web: "restored" });
  expect(await readImageTree(endpoint, image("web"))).toEqual(files);
});

test("so is an image that a command is given, without a store", async () => {
  const given = `${registry.address}/sti/given:1`;
  const project = await createProject("dockerfile", { web: { tag: given, push: true } });
  await machine(project, "one").run("--no-cache-read", "--no-cache-write", "web");
  await compressAnew(`http://${registry.address}/v2/sti/given`);
  const kept = image("kept");
  await callEngine(
    endpoint,
    "POST",
    `/images/${given}/tag?${new URLSearchParams({ repo: kept, tag: "latest" })}`,
  );
  await callEngine(endpoint, "DELETE", `/images/${given}?force=1`);
  const compared = await runSti(["compare", kept, given], {
    cwd: project.folder,
    env: homeOf(project, "two"),
  });
  expect(compared).toMatchObject({ exitCode: 0, stderr: "" });
  expect(await inspectImage(endpoint, given)).toBeDefined();
  await empty([given]);
});

test("a restored result is pushed inside the registry, and a forced build is added once", async () => {
  const tag = `${registry.address}/sti/api:1`;
  const project = await createProject("dockerfile", { api: { tag, push: true } });
  await machine(project, "one").run();
  await empty([tag]);
  const { calls, targets } = await machine(project, "two").run("--load", "none");
  expect(targets.api).toMatchObject({ outcome: "restored", pushed: { reference: tag } });
  expect([...calls.keys()].filter((call) => call.includes("push"))).toEqual([]);
  const manifest = await fetch(`http://${registry.address}/v2/sti/api/manifests/1`, {
    headers: {
      accept:
        "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json",
    },
  });
  expect(manifest.status).toBe(200);
});

test.each(METHODS)("two forced sessions at a time add one result of a key, by method %s", async (method) => {
  const store = `sti/forced-${method}`;
  const project = await createProject(method, {}, { store: `${registry.address}/${store}` });
  const ended = await Promise.all(
    ["one", "two"].map((name) =>
      runSti(["run", "--force"], { cwd: project.folder, env: homeOf(project, name) }),
    ),
  );
  expect(ended).toMatchObject([
    { exitCode: 0, stderr: "" },
    { exitCode: 0, stderr: "" },
  ]);
  const listed = await fetch(`http://${registry.address}/v2/${store}/tags/list`);
  const { tags } = (await listed.json()) as { readonly tags: readonly string[] };
  expect(tags.filter((tag) => tag.startsWith("sti-"))).toHaveLength(3);
  const images = await callEngine(endpoint, "GET", "/images/json");
  expect(JSON.stringify(images.body)).not.toContain(`${registry.address}/${store}`);
  expect(outcomesOf((await machine(project, "three").run()).targets)).toEqual({
    base: "up-to-date",
    api: "up-to-date",
    web: "up-to-date",
  });
  // Neither session sees the other's image where both get one tag at one moment: it goes with the next session of its user.
  for (const name of ["one", "two"]) await machine(project, name).run();
  await empty();
  expect(outcomesOf((await machine(project, "four").run()).targets)).toEqual({
    base: "restored",
    api: "restored",
    web: "restored",
  });
});

test("dependencies that another machine has installed are not installed again", async () => {
  const project = await createProject("dockerfile", {}, { layered: true });
  const first = await machine(project, "one").run("web");
  expect(first.stdout).toContain("dependencies installed");
  await empty();
  await project.write({ "web/text": "edited" });
  const { stdout, targets } = await machine(project, "two").run("web", "--load", "none");
  expect(targets.web?.outcome).toBe("built");
  expect(stdout).toContain("dependencies reused");
});

test("results are listed and removed, and are then built again", async () => {
  const project = await createProject("dockerfile", {}, { store: `${registry.address}/sti/listed` });
  await machine(project, "one").run();
  const cache = async (...args: string[]) => {
    const { exitCode, stderr, stdout } = await runSti(["cache", ...args], { cwd: project.folder });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    return stdout;
  };
  const listed = await cache("ls");
  expect(listed).toContain(`3 images in ${registry.address}/sti/listed`);
  expect(listed).toMatch(/^web {2}[0-9a-f]{12} {2}\d{4}-/m);
  expect(await cache("rm", "web", "--dry-run")).toContain("would remove 1 of 3 images");
  const removed = JSON.parse(await cache("rm", "web", "--json"));
  expect(removed).toMatchObject({ dryRun: false, removed: [{ target: "web", kind: "app" }] });
  expect(await cache("prune", "--older-than", "1d")).toContain("nothing to remove");
  expect(await cache("prune", "--keep-last", "1", "-q")).toBe("");
  expect(await cache("ls")).toContain("2 images in");
  expect(await runSti(["cache", "rm", "web"], { cwd: project.folder })).toMatchObject({
    exitCode: 2,
    stderr: `sti: no result of web in ${registry.address}/sti/listed\n`,
  });
  await empty();
  const { targets } = await machine(project, "two").run("--load", "none");
  expect(outcomesOf(targets)).toEqual({ base: "restored", api: "restored", web: "built" });
});

test.each([
  [["prune"], "prune needs --older-than or --keep-last"],
  [["ls", "--keep-last", "1"], "--older-than and --keep-last are for sti cache prune"],
  [["rm"], "usage: sti cache rm TARGET…"],
  [["ls", "web"], "usage: sti cache ls"],
])("sti cache %j is refused", async (args, problem) => {
  const project = await createProject("dockerfile");
  const { exitCode, stderr } = await runSti(["cache", ...args], { cwd: project.folder });
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: `sti: ${problem}\n` });
});

test("a store that cannot be reached is one warning, and the exit code is that without a store", async () => {
  const project = await createProject("dockerfile", {}, { store: "127.0.0.1:1/sti/store" });
  const { exitCode, stderr, stdout } = await runSti(["run"], {
    cwd: project.folder,
    env: homeOf(project, "one"),
  });
  expect(exitCode).toBe(0);
  expect(stdout).toContain("3 built");
  expect(`${stdout}${stderr}`.match(/cannot be used, the session goes on as without it/g)).toHaveLength(1);
});

test("--load without a store is refused", async () => {
  const project = await createWorkspace({
    "sti.config.json": config({ api: appOf() }, { images: { base: {} } }),
  });
  await project.write({ ...imageFolder("base", {}), "api/text": "" });
  const { exitCode, stderr } = await runSti(["run", "--load", "all"], { cwd: project.folder });
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: "sti: --load is for results of a store, and the config has none (cache)\n",
  });
});

test("a store that is a tag is refused with its place", async () => {
  const project = await createProject("dockerfile", {}, { store: "acme/store:1" });
  const { exitCode, stderr } = await runSti(["run"], { cwd: project.folder });
  expect({ exitCode, stderr }).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(/cache\.image: must be a repository without a tag/),
  });
});

const outcomesOf = (targets: Targets) =>
  Object.fromEntries(Object.entries(targets).map(([name, { outcome }]) => [name, outcome]));

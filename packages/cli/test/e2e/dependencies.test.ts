import { randomUUID } from "node:crypto";
import { resolveEndpoint } from "@sti/engine-docker/endpoint";
import { listDifferences } from "@sti/testing/differing-parts";
import { callEngine } from "@sti/testing/engine-api";
import { ENDS_BUILDS, METHODS } from "@sti/testing/engine-methods";
import { expectNoLeftovers, type Holdings, listHoldings } from "@sti/testing/leftovers";
import { listLayers, removeImagesOf, removeLayers } from "@sti/testing/remove-images";
import { runSti } from "@sti/testing/run-cli";
import { watchSti } from "@sti/testing/watch-cli";
import type { Workspace } from "@sti/testing/workspace";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createProject } from "../create-project.ts";
import { BUILDER, BUILDERS, configOf, REPOSITORY, SOURCE, uniqueInput } from "./dependencies.fixtures.ts";

const endpoint = await resolveEndpoint();

let before: Holdings;
let project: Workspace;

beforeAll(() => removeImages());
afterAll(() => removeImages());
beforeEach(async () => {
  before = await listHoldings(endpoint);
});
afterEach(async () => {
  await removeImages(BUILDERS);
  await expectNoLeftovers(endpoint, before);
});

describe.each(METHODS)("by method %s", (method) => {
  test.each([
    ["one image", {}],
    ["an extended build", { runtimeImage: `${REPOSITORY}/runtime` }],
  ])(
    "%s keeps its dependencies until one of their inputs changes",
    async (kind, more) => {
      await start({ web: { method, ...more } });
      const layers = kind === "one image" ? 1 : 2;
      expect((await run("web")).stdout).toMatch(/web .*built .*; dependencies installed\b/);
      expect(await listLayers(endpoint)).toHaveLength(layers);
      const first = await layersOf("web");

      await project.write({ "web/src/page": "two" });
      const edited = await run("web");
      expect(edited.stdout).toMatch(/web .*built .*\(web\/src\/page edited; dependencies reused\b/);
      expect(edited.stdout).not.toContain("installing");
      // Only the last layer differs: the one that is pushed.
      expect((await layersOf("web")).slice(0, -1)).toEqual(first.slice(0, -1));

      const inputs = [
        ["web/deps.txt", "left right\n", "edited"],
        // Each stage of an extended build matches them in the same way.
        ...(kind === "one image"
          ? ([
              ["web/.depsrc", "registry=x", "added"],
              ["web/patches/a", "patched", "edited"],
            ] as const)
          : []),
      ] as const;
      for (const [path, content, change] of inputs) {
        await project.write({ [path]: content });
        const reason = `${path} ${change}: dependencies installed again`;
        expect((await sti("why", "web")).stdout).toContain(reason);
        expect((await run("web")).stdout).toContain(`${reason}; dependencies installed`);
        expect(await listLayers(endpoint)).toHaveLength(layers);
      }
      expect((await sti("compare", "--incremental", "web")).stdout).toMatch(/web .*(identical|equivalent)/);
      expect((await run("web")).stdout).toMatch(/web .*up to date/);
    },
    300_000,
  );

  test("an undeclared file is absent, and a failure of the script leaves the image as it was", async () => {
    await start({ web: { method } });
    await run("web");
    const image = await idOf("web");
    await project.write({ "web/deps.txt": "left needs:src/page\n" });
    const failed = await sti("run", "web");
    expect(failed.exitCode).toBe(1);
    expect(failed.stdout + failed.stderr).toMatch(/prepare-dependencies .*exited with 4/);
    expect(failed.stderr).toContain("only the declared inputs");
    expect(await idOf("web")).toBe(image);
    expect(await listLayers(endpoint)).toHaveLength(1);
  }, 120_000);
});

test("apps and methods share one layer, which goes with the last image that is based on it", async () => {
  const apps = Object.fromEntries([1, 2, 3].map((port) => [`app${port}`, { env: { PORT: `${port}` } }]));
  await start({ ...apps, last: { method: METHODS.at(-1) } });
  const built = await run();
  expect(built.stdout.match(/installing left/g)).toHaveLength(1);
  const [layer] = await listLayers(endpoint);
  await project.write({ "web/deps.txt": "right\n" });
  await run("app1", "app2", "app3");
  expect(await listLayers(endpoint)).toHaveLength(2);
  await run("last");
  expect(await listLayers(endpoint)).toHaveLength(1);
  expect(await listLayers(endpoint)).not.toContain(layer);
}, 120_000);

test("the layer of a failed or killed build is used by the next, or removed", async () => {
  await start({ web: {} });
  await project.write({ "web/src/page": "fail" });
  expect((await sti("run", "web")).exitCode).toBe(1);
  const [failed] = await listLayers(endpoint);
  expect((await sti("clean", "--dry-run")).stdout).toMatch(/\ssti-dependencies:/);
  await project.write({ "web/src/page": "kill" });
  const killed = await runSti(["run", "-v", "web"], {
    cwd: project.folder,
    onOutput: (output, kill) => {
      if (output.includes("waiting")) kill("SIGKILL");
    },
  });
  expect(killed.exitCode).toBeNull();
  await project.write({ "web/src/page": "two" });
  expect((await run("web")).stdout).toContain("dependencies reused");

  await project.write({ "web/src/page": "fail", "web/deps.txt": "other\n" });
  expect((await sti("run", "web")).exitCode).toBe(1);
  expect(await listLayers(endpoint)).toHaveLength(2);
  await project.write({ "web/src/page": "three", "web/deps.txt": "right\n" });
  await run("web");
  // An engine that goes on with a killed build uses its layer until then; a later session removes it.
  const later = async () => {
    await run("web");
    return await listLayers(endpoint);
  };
  if (!ENDS_BUILDS) await expect.poll(later, { timeout: 60_000, interval: 5000 }).toHaveLength(1);
  const left = await listLayers(endpoint);
  // A killed build that goes on has its layer for a day.
  expect(left).toHaveLength(ENDS_BUILDS ? 1 : 2);
  expect(left.includes(failed as string)).toBe(!ENDS_BUILDS);
}, 120_000);

test.each(METHODS)(
  "a watch keeps its layer, and makes another for other inputs, by method %s",
  async (method) => {
    await start({ web: { method } });
    const watch = watchSti(["web"], { cwd: project.folder });
    await watch.until("watch-settled");
    const next = async (path: string, content: string) => {
      await project.write({ [path]: content });
      return (await watch.until("target-finished", ({ outcome }) => outcome === "built")).dependencies;
    };
    expect(await next("web/src/page", "two")).toBe("reused");
    expect(await next("web/src/page", "three")).toBe("reused");
    expect(await next("web/deps.txt", "right\n")).toBe("made");
    expect(await next("web/src/page", "four")).toBe("reused");
    await watch.until("watch-settled");
    expect(await listLayers(endpoint)).toHaveLength(1);
    expect(await watch.stop()).toMatchObject({ exitCode: 130 });
  },
  120_000,
);

test("a layer that somebody removed is made again, and a forced build keeps it", async () => {
  await start({ web: {} });
  await run("web");
  expect((await run("web", "--no-deps", "--force")).stdout).toContain("dependencies reused");
  const id = await idOfLayer();
  expect((await run("web", "--clean")).stdout).toContain("dependencies installed");
  expect(await idOfLayer()).not.toBe(id);
  for (const tag of await listLayers(endpoint)) await callEngine(endpoint, "DELETE", `/images/${tag}`);
  await project.write({ "web/src/page": "three" });
  // The app's Dockerfile, and not that of the layer which is made first.
  expect((await sti("plan", "--dockerfile", "web")).stdout).toMatch(/^FROM sti-dependencies:[\s\S]*\nCMD /);
  expect((await run("web")).stdout).toContain("dependencies installed");
}, 120_000);

test("no layer is made where the app switches it off or no file matches, and the plan says so", async () => {
  await start({ off: { dependencies: false }, none: { dependencies: { inputs: ["go.mod"] } } });
  await run("builder", "runtime");
  const plan = await sti("plan");
  expect(plan.stdout).toContain("no dependency layer: dependencies is false in the config");
  expect((await run("off", "none")).stdout).toMatch(/none .*built/);
  await project.write({ "web/src/page": "two" });
  const later = await sti("plan");
  expect(later.stdout).toContain("no dependency layer: no file matches go.mod");
  expect(await listLayers(endpoint)).toEqual([]);
}, 120_000);

test("both methods make the same layer", async () => {
  if (METHODS.length < 2) return;
  const id = randomUUID();
  await start({ a: { method: "dockerfile" } }, id);
  await run("a");
  await start({ a: { method: "container" } }, id);
  await callEngine(endpoint, "POST", `/images/${REPOSITORY}/a/tag?repo=${REPOSITORY}/first`);
  await run("a", "--clean");
  expect(await listDifferences(`${REPOSITORY}/first`, `${REPOSITORY}/a`)).toEqual([]);
}, 120_000);

async function start(
  apps: Record<string, Record<string, unknown>>,
  // Nothing of it may be in the engine's build cache: output of scripts is asserted.
  id = randomUUID(),
): Promise<void> {
  const files = { ...BUILDER, ...SOURCE, ...uniqueInput(id), "sti.config.json": configOf(apps) };
  project = await createProject(files);
}

async function sti(...args: string[]) {
  return await runSti(args, { cwd: project.folder });
}

async function run(...args: string[]) {
  const ended = await sti("run", "-v", ...args);
  expect(ended).toMatchObject({ exitCode: 0 });
  return ended;
}

async function removeImages(keep?: readonly string[]): Promise<void> {
  await removeImagesOf(endpoint, REPOSITORY, keep);
  await removeLayers(endpoint);
}

async function inspect(name: string) {
  const { body } = await callEngine(endpoint, "GET", `/images/${name}/json`);
  return body as { readonly Id: string; readonly RootFS: { readonly Layers: readonly string[] } };
}

async function idOf(app: string): Promise<string> {
  return (await inspect(`${REPOSITORY}/${app}`)).Id;
}

async function idOfLayer(): Promise<string> {
  const [tag = ""] = await listLayers(endpoint);
  return (await inspect(tag)).Id;
}

async function layersOf(app: string): Promise<readonly string[]> {
  return (await inspect(`${REPOSITORY}/${app}`)).RootFS.Layers;
}

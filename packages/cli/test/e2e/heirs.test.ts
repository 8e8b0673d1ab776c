// Images that somebody makes from images of sti: they have all labels of these, and belong to nobody but their maker.
import { randomUUID } from "node:crypto";
import { createDockerEngine } from "@sti/engine-docker";
import { resolveEndpoint } from "@sti/engine-docker/endpoint";
import { callEngine } from "@sti/testing/engine-api";
import { METHODS } from "@sti/testing/engine-methods";
import { expectNoLeftovers, type Holdings, listHoldings } from "@sti/testing/leftovers";
import { packFiles } from "@sti/testing/pack-files";
import { listLayers, removeImagesOf, removeLayers } from "@sti/testing/remove-images";
import { runSti, whenPrinted } from "@sti/testing/run-cli";
import type { Workspace } from "@sti/testing/workspace";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createProject } from "../create-project.ts";
import { BUILDER, BUILDERS, configOf, REPOSITORY, SOURCE, uniqueInput } from "./dependencies.fixtures.ts";

const WEB = `${REPOSITORY}/web`;
const HEIRS = "sti-e2e-heirs";
const endpoint = await resolveEndpoint();
const engine = await createDockerEngine({ endpoint });
await engine.describe();

let before: Holdings;
let project: Workspace;
let made: string[] = [];

beforeAll(() => removeImages());
afterAll(() => removeImages());
beforeEach(async () => {
  before = await listHoldings(endpoint);
});
afterEach(async () => {
  for (const id of made) await callEngine(endpoint, "DELETE", `/images/${id}?force=1`);
  made = [];
  await removeImages(BUILDERS);
  expect(await sti("clean", "-q")).toMatchObject({ exitCode: 0 });
  await expectNoLeftovers(endpoint, before);
});

describe.each(METHODS)("by method %s", (method) => {
  beforeEach(async () => {
    await start({ method, runtimeImage: { target: "runtime" } });
    expect(await sti("run")).toMatchObject({ exitCode: 0 });
  });

  test("heirs of every image of an app stay, tagged or not, whatever sti does", async () => {
    const parents = [WEB, `${WEB}:latest-build`, `${REPOSITORY}/builder`, ...(await listLayers(endpoint))];
    expect(parents).toHaveLength(5);
    for (const parent of parents) {
      for (const tag of [undefined, `${HEIRS}/${made.length}`]) {
        await inherit(BY_BUILD, parent, tag);
        await inherit(BY_COMMIT, parent, tag && `${tag}-commit`);
      }
    }
    const heirs = await present();
    expect(heirs).toHaveLength(20);

    expect(await cleaned("--dry-run")).toEqual([]);
    expect(await cleaned()).toEqual([]);
    // Works off the ledger of the first session, which has the keys of the heirs.
    expect((await sti("run")).stdout).toMatch(/web .*up to date/);
    await project.write({ "web/src/page": "two" });
    const reached = whenPrinted("web │ ▸ tag", (kill) => kill("SIGKILL"));
    await runSti(["run", "-v"], { cwd: project.folder, ...reached });
    expect(reached.hasActed()).toBe(true);
    await project.write({ "web/src/page": "three", "web/deps.txt": "right\n" });
    expect(await sti("run")).toMatchObject({ exitCode: 0 });
    expect(await cleaned()).toEqual([]);
    expect(await present()).toEqual(heirs);
  });

  test("an heir that has the tag is no result, one that has the build tag no build stage; all stay", async () => {
    const reason = "the image with its tag was not made by sti";
    const heirs: string[] = [];
    for (const way of [BY_BUILD, BY_COMMIT]) {
      heirs.push(await inherit(way, WEB, WEB));
      expect((await sti("plan")).stdout).toContain(reason);
      expect((await sti("why", "web")).stdout).toContain(reason);
      expect((await sti("run")).stdout).toMatch(new RegExp(`web .*built .*${reason}`));
      expect((await sti("run")).stdout).toMatch(/web .*up to date/);
      expect(await present()).toEqual(heirs);
    }
    heirs.push(await inherit(BY_BUILD, `${WEB}:latest-build`, `${WEB}:latest-build`));
    expect((await sti("run")).stdout).toMatch(/web .*built .*web:latest-build is missing/);
    expect(await present()).toEqual(heirs);
  });
});

test("an heir that has the tag of an image entry is no result", async () => {
  await start({});
  expect(await sti("run", "builder")).toMatchObject({ exitCode: 0 });
  const heir = await inherit(BY_BUILD, `${REPOSITORY}/builder`, `${REPOSITORY}/builder`);
  expect((await sti("run", "builder")).stdout).toMatch(/builder .*built .*was not made by sti/);
  expect(await present()).toEqual([heir]);
});

async function start(web: Record<string, unknown>): Promise<void> {
  const unique = uniqueInput(randomUUID());
  project = await createProject({ ...BUILDER, ...SOURCE, ...unique, "sti.config.json": configOf({ web }) });
}

const BY_BUILD = async (parent: string) =>
  await engine.buildImage({
    context: packFiles([{ path: "Dockerfile", content: `FROM ${parent}\nENV HEIR=${made.length}\n` }]),
    dockerfile: "Dockerfile",
    buildArgs: {},
    labels: {},
    noCache: false,
    onOutput: () => {},
  });

const BY_COMMIT = async (parent: string) => {
  const container = `sti-e2e-heir-${made.length}`;
  await callEngine(endpoint, "POST", `/containers/create?name=${container}`, {
    Image: parent,
    Cmd: ["/bin/true"],
  });
  const { body, status } = await callEngine(endpoint, "POST", `/commit?container=${container}`, {});
  expect({ status, body }).toMatchObject({ status: 201, body: { Id: expect.any(String) } });
  await callEngine(endpoint, "DELETE", `/containers/${container}?v=1&force=1`);
  return (body as { readonly Id: string }).Id;
};

/** Resolves to the id of a new image that is based on another one. */
async function inherit(way: (parent: string) => Promise<string>, parent: string, tag?: string) {
  const id = (await engine.inspectImage(await way(parent)))?.id ?? "";
  if (tag !== undefined) await engine.tagImage(id, tag.includes(":") ? tag : `${tag}:latest`);
  made.push(id);
  return id;
}

/** The heirs that the engine has. */
async function present(): Promise<readonly string[]> {
  const listed = new Set((await engine.listImages()).map(({ id }) => id));
  return made.filter((id) => listed.has(id));
}

/** Heirs in the report of `sti clean`. */
async function cleaned(...args: string[]): Promise<readonly string[]> {
  const { exitCode, stderr, stdout } = await sti("clean", "--json", ...args);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  const { kept, removed } = JSON.parse(stdout) as Record<
    "kept" | "removed",
    readonly { readonly id: string }[]
  >;
  return [...kept, ...removed].map(({ id }) => id).filter((id) => made.includes(id));
}

async function removeImages(keep?: readonly string[]): Promise<void> {
  for (const repository of [HEIRS, REPOSITORY]) await removeImagesOf(endpoint, repository, keep);
  await removeLayers(endpoint);
}

async function sti(...args: string[]) {
  return await runSti(args, { cwd: project.folder });
}

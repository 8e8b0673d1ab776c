// Machines of CI that share a store: the branch adds results, pull requests have a token that may only read.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copyingScripts, imageFolder, withEngine } from "@sti/testing/e2e";
import { callEngine } from "@sti/testing/engine-api";
import { type Registry, registryReader, registryUser, startRegistry } from "@sti/testing/registry";
import { runSti } from "@sti/testing/run-cli";
import { basicAuthOf, type StartedIssuer, startTokenIssuer } from "@sti/testing/token-issuer";
import { createWorkspace, type Workspace } from "@sti/testing/workspace";
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";

const { config, endpoint, image } = await withEngine("sti-e2e-pipelines", { removes: "test" });

let issuer: StartedIssuer;
let registry: Registry;
beforeAll(async () => {
  issuer = await startTokenIssuer();
  registry = await startRegistry({ tokens: issuer });
});
afterAll(async () => {
  await registry.close();
  await issuer.close();
});
afterEach(() => empty());

test("a pull request takes all but its change from the store, and adds nothing with a token that may only read", async () => {
  const [branch, pullRequest] = [await machine(registryUser), await machine(registryReader)];
  const base = `${registry.address}/sti/base:1`;
  const builder = await createBuilder(base);
  expect(await branch.sti(builder, "run", "--push")).toMatchObject({ exitCode: 0 });
  const project = await createProject(base);
  expect(await missing(branch, project)).toEqual([["api", "web"]]);
  expect(await branch.sti(project, "run")).toMatchObject({
    outcomes: { api: "built", web: "built" },
    warnings: [],
  });
  expect(await missing(branch, project)).toEqual([]);
  await empty(base);

  await project.write({ "web/text": "edited" });
  const stored = await names(branch);
  expect(await missing(pullRequest, project, "--no-cache-write")).toEqual([["web"]]);
  const child = await pullRequest.sti(project, "ci", "gitlab", "--missing", "--no-cache-write");
  expect(parse(child.stdout)["level-1"].parallel.matrix).toEqual([{ TARGET: ["web"] }]);
  const read = await pullRequest.sti(project, "run", "--no-cache-write", "--load", "none");
  expect(read).toMatchObject({ exitCode: 0, outcomes: { api: "restored", web: "built" }, warnings: [] });
  expect(issuer.issued.filter((scope) => /^reader .*push/.test(scope))).toEqual([]);

  await empty(base);
  const tried = await pullRequest.sti(project, "run", "--load", "none");
  expect(tried).toMatchObject({ exitCode: 0, outcomes: { api: "restored", web: "built" } });
  expect(tried.warnings).toEqual([
    expect.stringMatching(
      /cannot be written, new results are not added to it: .* answered 401: unauthorized/,
    ),
  ]);
  expect(await names(branch)).toEqual(stored);
});

test("the first job of a pipeline fails where a level has no job", async () => {
  const branch = await machine(registryUser);
  const project = await createProject(`${registry.address}/sti/base:2`);
  const ask = (jobs: string) => branch.sti(project, "ci", "json", "--missing", "--jobs", jobs);
  const { exitCode, stderr } = await ask("level-2");
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: expect.stringMatching(
      /sti: the pipeline has no job level-1\n {2}hint: print it again with sti ci github --cache\n$/,
    ),
  });
  // Its base is in no registry, so its results are not known.
  expect(await ask("level-1")).toMatchObject({
    exitCode: 0,
    stderr: `sti: no registry has ${registry.address}/sti/base:2 for linux/${process.arch === "arm64" ? "arm64" : "amd64"}, targets made from it count as missing\n`,
  });
});

test.each([
  [["github", "--missing"], "--missing is for json and gitlab; for github, there is --cache"],
  [["json", "--cache"], "--cache is for github and gitlab; for json, there is --missing"],
  [["gitlab", "--cache", "--missing"], "--cache and --missing exclude each other"],
  [
    ["github", "--cache", "--affected"],
    "--affected is not for --cache: its first job asks the store what has changed",
  ],
  [["json", "--no-cache-write"], "--no-cache-write is for --missing"],
  [["json", "--jobs", "a"], "--jobs is for json --missing"],
])("sti ci %j is refused", async (args, problem) => {
  const project = await createProject("acme/base");
  const { exitCode, stderr } = await runSti(["ci", ...args], { cwd: project.folder });
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: `sti: ${problem}\n` });
});

test("a pipeline of a config without a store is refused", async () => {
  const project = await createWorkspace({
    "api/text": "api",
    "sti.config.json": config({ api: { buildImage: "acme/base" } }, { images: {} }),
  });
  for (const args of [
    ["github", "--cache"],
    ["json", "--missing"],
  ]) {
    const { exitCode, stderr } = await runSti(["ci", ...args], { cwd: project.folder });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: 'sti: the config has no store\n  hint: add cache: { image: "registry.example/acme/store" }\n',
    });
  }
});

type Machine = Awaited<ReturnType<typeof machine>>;

/** A machine with the credentials of a user, and without records of earlier sessions. */
async function machine(user: { readonly username: string; readonly password: string }) {
  const home = await mkdtemp(join(tmpdir(), "sti-test-machine-"));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const auths = { [registry.address]: { auth: basicAuthOf(user) } };
  await writeFile(join(home, "config.json"), JSON.stringify({ auths }));
  return {
    async sti(project: Workspace, command: string, ...args: readonly string[]) {
      const isRun = command === "run";
      const { exitCode, stderr, stdout } = await runSti(
        [command, ...args, ...(isRun ? ["--reporter", "ndjson"] : [])],
        { cwd: project.folder, env: { XDG_CACHE_HOME: home, DOCKER_CONFIG: home } },
      );
      const events = isRun
        ? stdout
            .trim()
            .split("\n")
            .map((line) => JSON.parse(line) as Record<string, unknown>)
        : [];
      return {
        exitCode,
        stderr,
        stdout,
        warnings: events.filter(({ type }) => /-warning$/.test(String(type))).map(({ message }) => message),
        outcomes: Object.fromEntries(
          events
            .filter(({ type }) => type === "target-finished")
            .map(({ outcome, target }) => [target, outcome]),
        ),
      };
    },
  };
}

async function missing({ sti }: Machine, project: Workspace, ...args: readonly string[]): Promise<unknown> {
  const { exitCode, stderr, stdout } = await sti(project, "ci", "json", "--missing", ...args);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  return JSON.parse(stdout).levels;
}

/** Keys in the store. */
async function names({ sti }: Machine): Promise<readonly string[]> {
  const project = await createProject("acme/base");
  const { stdout } = await sti(project, "cache", "ls", "--json");
  return (JSON.parse(stdout).kept as readonly { readonly keys: readonly string[] }[]).flatMap(
    ({ keys }) => keys,
  );
}

async function createBuilder(tag: string): Promise<Workspace> {
  return await createWorkspace({
    ...imageFolder("base", copyingScripts()),
    "sti.config.json": JSON.stringify({ images: { base: { context: "base", tag } } }),
  });
}

async function createProject(buildImage: string): Promise<Workspace> {
  const cache = { image: `${registry.address}/sti/store`, insecure: true };
  return await createWorkspace({
    "api/text": "api",
    "web/text": "web",
    "sti.config.json": config({ api: { buildImage }, web: { buildImage } }, { images: {}, cache }),
  });
}

/** Removes the images of the tests from the engine. */
async function empty(...more: readonly string[]): Promise<void> {
  const base = `${registry.address}/sti/base:1`;
  for (const name of [image("api"), image("web"), base, ...more])
    await callEngine(endpoint, "DELETE", `/images/${name}?force=1`);
}

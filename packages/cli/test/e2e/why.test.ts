import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { appendFile, chmod, cp, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withEngine } from "@sti/testing/e2e";
import { callEngine } from "@sti/testing/engine-api";
import { A_METHOD } from "@sti/testing/engine-methods";
import { runSti } from "@sti/testing/run-cli";
import type { Workspace } from "@sti/testing/workspace";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { createProject } from "../create-project.ts";

const REPOSITORY = "sti-e2e-why";
const { config, endpoint } = await withEngine(REPOSITORY, { removes: "test", keeps: ["builder"] });
/** Nothing of an earlier run may be in the engine's build cache. */
const UNIQUE = randomUUID();

const FILES = {
  "builder/Dockerfile": "FROM debian:bookworm-slim\nARG WHO=me\nCOPY unique prepare run /usr/bin/\n",
  "builder/prepare": "#!/bin/sh\ncp -r /tmp/src /srv/app\n",
  "builder/run": "#!/bin/sh\ncat /srv/app/text\n",
  "api/src/x.ts": "x",
  "api/text": "one",
  "api/tool": "#!/bin/sh\n",
  "web/text": "one",
};

/** `changes`: of the app `api`, and of the builder. */
const configOf = ({ api = {}, builder = {} }: { readonly api?: object; readonly builder?: object } = {}) =>
  config(
    {
      api: { source: "./api", method: A_METHOD, env: { FOO: "1" }, ...api },
      web: { method: A_METHOD, dependsOn: ["api"] },
    },
    { images: { builder } },
  );

let project: Workspace;
beforeEach(async () => {
  project = await createProject({ ...FILES, "builder/unique": UNIQUE, "sti.config.json": configOf() });
});

const NOTHING = { builder: "up to date", api: "up to date", web: "up to date" };

describe("nothing is built", () => {
  const git = (folder: string, ...args: string[]) =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t.test", ...args], { cwd: folder });

  test("after files were touched, in another checkout, and after changes that were put away and taken back", async () => {
    const { folder } = project;
    git(folder, "init", "-q");
    git(folder, "add", ".");
    git(folder, "commit", "-qm", "one");
    await run();
    expect(await run()).toEqual(NOTHING);

    for (const file of ["api/text", "web/text", "builder/Dockerfile"]) {
      await utimes(join(folder, file), new Date(), new Date());
    }
    expect(await run()).toEqual(NOTHING);

    const elsewhere = `${folder}-elsewhere`;
    onTestFinished(() => rm(elsewhere, { recursive: true, force: true }));
    git(folder, "clone", "-q", folder, elsewhere);
    expect(await run(elsewhere)).toEqual(NOTHING);
    expect(await sti(["why", "api"], elsewhere)).toMatch(/api .*up to date; it was built elsewhere/);
    await writeFile(join(elsewhere, "api/text"), "two");
    expect(await sti(["why", "api"], elsewhere)).toContain("api/text edited");

    await project.write({ "api/text": "two" });
    expect(await run()).toMatchObject({ api: "api/text edited" });
    git(folder, "stash", "-q");
    git(folder, "stash", "pop", "-q");
    expect(await run()).toEqual(NOTHING);
  });

  test("on top of a base that was built again and came out the same", async () => {
    await run();
    expect(await run(project.folder, "builder", "--force")).toEqual({ builder: "forced" });
    expect(await run()).toEqual(NOTHING);
  });
});

/** Changes a file, and puts it back afterwards. */
const FILE_CHANGES: readonly (readonly [string, (folder: string) => Promise<void>])[] = [
  ["api/src/x.ts edited", async (folder) => writeFile(join(folder, "api/src/x.ts"), "y")],
  ["api/new added", async (folder) => writeFile(join(folder, "api/new"), "")],
  ["api/text removed", async (folder) => rm(join(folder, "api/text"))],
  ["api/text made executable", async (folder) => chmod(join(folder, "api/text"), 0o755)],
  ["api/tool no longer executable", async (folder) => chmod(join(folder, "api/tool"), 0o644)],
  ["link api/link changed", async (folder) => replaceLink(join(folder, "api/link"), "src/x.ts")],
  [
    "builder/Dockerfile edited",
    async (folder) => appendFile(join(folder, "builder/Dockerfile"), "RUN true\n"),
  ],
];

const CONFIG_CHANGES: readonly (readonly [string, Parameters<typeof configOf>[0]])[] = [
  ["env FOO changed", { api: { env: { FOO: "2" } } }],
  ["env FOO removed", { api: { env: {} } }],
  ["buildEnv BAR added", { api: { buildEnv: { BAR: "s3cret" } } }],
  ["secret T added", { api: { secrets: { T: { env: "HOME" } } } }],
  ["label team added", { api: { labels: { team: "a" } } }],
  ["network changed default→none", { api: { network: "none" } }],
  ["user set to 1001", { api: { user: "1001" } }],
  ["buildImage changed builder→debian:bookworm-slim", { api: { buildImage: "debian:bookworm-slim" } }],
  ["runtimeImage set to builder", { api: { runtimeImage: `${REPOSITORY}/builder` } }],
  [`tag changed ${REPOSITORY}/api:latest→${REPOSITORY}/new:latest`, { api: { tag: `${REPOSITORY}/new` } }],
  ["arg WHO added", { builder: { args: { WHO: "you" } } }],
];

async function replaceLink(path: string, to: string): Promise<void> {
  await rm(path);
  await symlink(to, path);
}

test("every kind of change is named, in the words of the config", async () => {
  const { folder } = project;
  await symlink("text", join(folder, "api/link"));
  await run();
  const kept = `${folder}-kept`;
  onTestFinished(() => rm(kept, { recursive: true, force: true }));
  await cp(folder, kept, { recursive: true, verbatimSymlinks: true });
  for (const [words, change] of FILE_CHANGES) {
    await change(folder);
    expect(await sti(["why"])).toContain(`    ${words}\n`);
    for (const name of ["api", "builder"]) {
      await rm(join(folder, name), { recursive: true });
      await cp(join(kept, name), join(folder, name), { recursive: true, verbatimSymlinks: true });
    }
  }
  for (const [words, config] of CONFIG_CHANGES) {
    await project.write({ "sti.config.json": configOf(config) });
    const said = await sti(["why"]);
    expect(said).toContain(`    ${words}\n`);
    expect(said).not.toContain("s3cret");
  }
  await project.write({ "sti.config.json": configOf() });
  const env = { SOURCE_DATE_EPOCH: "1700000000" };
  const { stdout } = await runSti(["why", "api"], { cwd: folder, env });
  expect(stdout).toContain("SOURCE_DATE_EPOCH set to 1700000000");
  expect(await sti(["why", "api"])).toContain("up to date since");
});

test("a target is explained by what it needs, before and after that is built", async () => {
  await run();
  await project.write({ "builder/note": "x", "builder/run": "#!/bin/sh\ncat /srv/app/other\n" });
  expect(await sti(["why", "web"])).toContain("builder is built first (builder/run edited · and 1 more)");
  expect(await sti(["plan", "api"])).toContain("waits for builder");
  await run(project.folder, "builder");
  expect(await sti(["why", "api"])).toMatch(
    /builder changed \w{12}→\w{12} \(builder\/run edited · and 1 more\)/,
  );
  expect(await run()).toEqual({
    builder: "up to date",
    api: "builder changed (builder/run edited · and 1 more)",
    web: "builder changed (builder/run edited · and 1 more)",
  });
});

test("an image that was removed behind its back is built again, with that reason", async () => {
  await run();
  await callEngine(endpoint, "DELETE", `/images/${REPOSITORY}/api?force=1`);
  expect(await sti(["why", "api"])).toContain("its image is gone from the engine");
  expect(await run()).toMatchObject({ builder: "up to date", api: "its image is gone from the engine" });
});

test("a name that stands for another image than before is reported with both", async () => {
  const tag = async (from: string) =>
    await callEngine(endpoint, "POST", `/images/${from}/tag?repo=${REPOSITORY}/base&tag=latest`);
  await run();
  await tag(`${REPOSITORY}/builder`);
  const base = { buildImage: `${REPOSITORY}/base`, env: {} };
  await project.write({ "sti.config.json": configOf({ api: base }) });
  await run();
  await project.write({ "builder/unique": randomUUID() });
  await run(project.folder, "builder");
  await tag(`${REPOSITORY}/builder`);
  expect((await run()).api).toMatch(/^sti-e2e-why\/base:latest moved \w{4,}→\w{4,}$/);
});

test("earlier builds are listed and compared with, by whatever path the folder is named", async () => {
  await run();
  await project.write({ "api/text": "two" });
  await run();
  await project.write({ "sti.config.json": configOf({ api: { env: { FOO: "2" } } }) });
  await run(project.folder, "api");

  const link = project.beside("link");
  await symlink(project.folder, link);
  for (const folder of [project.folder, link]) {
    const history = await sti(["why", "api", "--history"], folder);
    expect(history).toMatch(/0 .* env FOO changed\n.*1 .* api\/text edited\n.*2 .* no image has its tag\n/);
    const older = await sti(["why", "api", "--against", "2"], folder);
    expect(older).toMatch(/api\/text edited\n.*env FOO changed/);
    const key = /1 {2}\S+ \S+ {2}([0-9a-f]{12})/.exec(history)?.[1] ?? "";
    expect(await sti(["why", "api", "--against", key], folder)).toContain("env FOO changed");
    expect(await sti(["why", "api", "--offline"], folder)).toContain("nothing else differs");
  }

  const { targets } = JSON.parse(await sti(["why", "api", "--json", "--against", "1"]));
  expect(targets).toMatchObject([
    {
      name: "api",
      decision: { kind: "up-to-date" },
      changes: [{ kind: "variable-changed", of: "env", name: "FOO", change: "changed" }],
      compared: { files: 3, env: ["FOO"] },
    },
  ]);
  const history = JSON.parse(await sti(["why", "--history", "--json", "api"]));
  expect(history.targets[0].builds[0]).toMatchObject({ isMadeHere: true, reason: "env FOO changed" });
  await project.write({ "api/text": "three" });
  const plan = JSON.parse(await sti(["plan", "api", "--json"]));
  expect(plan.targets.at(-1).decision).toMatchObject({
    reason: "api/text edited",
    causes: [{ kind: "files", change: "edited", files: ["api/text"], count: 1 }],
  });
});

test("a target or a build that there is not is said to be unknown", async () => {
  const why = async (...args: string[]) => await runSti(["why", ...args], { cwd: project.folder });
  await run();
  for (const args of [["ap"], ["ap", "--history"]]) {
    expect(await why(...args)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('did you mean "api"?'),
    });
  }
  for (const build of ["7", "ffffffff", "latest"]) {
    expect(await why("--against", build)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(`unknown build "${build}"`),
    });
  }
  expect(await why("--history", "--offline")).toMatchObject({ exitCode: 2 });
});

async function sti(args: readonly string[], folder = project.folder): Promise<string> {
  const { exitCode, stderr, stdout } = await runSti(args, { cwd: folder });
  expect({ args, exitCode, stderr, stdout }).toMatchObject({ exitCode: 0, stderr: "" });
  return stdout;
}

/** Reason for each target's build; "up to date" for targets that were not built. */
async function run(folder = project.folder, ...args: string[]): Promise<Readonly<Record<string, string>>> {
  const stdout = await sti(["run", ...args], folder);
  const lines = [...stdout.matchAll(/^[✔●] (\S+) .* (built|up to date)[^(]*\((.*)\)$/gm)];
  return Object.fromEntries(
    lines.map(([, name = "", outcome, reason = ""]) => [
      name,
      outcome === "built" ? reason.replace(/; clean: .*$/, "") : "up to date",
    ]),
  );
}

import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmodSync, chownSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { listDifferences } from "@sti/testing/differing-parts";
import { FEW_FILES, imageFolder, withEngine } from "@sti/testing/e2e";
import { METHODS } from "@sti/testing/engine-methods";
import { readImageTree } from "@sti/testing/image-tree";
import { runSti } from "@sti/testing/run-cli";
import type { Workspace } from "@sti/testing/workspace";
import { beforeEach, describe, expect, test } from "vitest";
import { createProject } from "../create-project.ts";

const REPOSITORY = "sti-e2e-sources";
const { config, endpoint, image, inspect } = await withEngine(REPOSITORY, {
  removes: "test",
  keeps: ["builder"],
});
/** Nothing of an earlier run may be in the engine's build cache. */
const UNIQUE = randomUUID();

let project: Workspace;
beforeEach(async () => {
  project = await createProject({ ...FILES, "builder/unique": UNIQUE });
});

const FILES = {
  ...imageFolder(
    "builder",
    { prepare: "#!/bin/sh\nset -e\ncp -a /tmp/src /srv/app\n", run: "#!/bin/sh\ncat /srv/app/text\n" },
    { before: `${FEW_FILES}COPY unique /\n` },
  ),
  "tree/.stiignore": "*.log\n",
  "tree/noise.log": "never",
  "tree/text": "hello\n",
  "tree/deep/er/file": "x".repeat(100_000),
};

const app = (source: unknown, more: object = {}) => ({ source, ...more });
const writeConfig = (apps: Readonly<Record<string, object>>) =>
  project.write({ "sti.config.json": config(apps) });
/** An app of each method, named for it. */
const writeByMethods = (source: unknown, more: object = {}) =>
  writeConfig(Object.fromEntries(METHODS.map((method) => [method, app(source, { method, ...more })])));
async function expectSameByMethods(): Promise<void> {
  const [first, ...others] = METHODS.map((method) => `${REPOSITORY}/${method}`);
  for (const other of others) expect(await listDifferences(first as string, other, ["files"])).toEqual([]);
}
const labelsOf = async (name: string) => (await inspect(image(name)))?.Config.Labels ?? {};

const sti = async (...args: string[]) => {
  const { exitCode, stdout, stderr } = await runSti(args, { cwd: project.folder });
  expect({ exitCode, stdout, stderr }).toMatchObject({ exitCode: 0 });
  return stdout;
};

describe("the same tree", () => {
  test("gives the same image from every kind of source, by both methods", async () => {
    const commit = makeForms();
    const sources = {
      folder: "tree",
      tar: "source.tar",
      tgz: "source.bin",
      zip: "source.zip",
      git: { git: "./tree", allowLocalGit: true, ref: "main" },
      parts: [{ from: "tree" }],
    };
    const apps = Object.entries(sources).flatMap(([name, source]) =>
      METHODS.map((method) => [`${name}-${method}`, app(source, { method })] as const),
    );
    await writeConfig(Object.fromEntries(apps));
    await sti("run");
    const expected = Object.fromEntries(await readImageTree(endpoint, `${REPOSITORY}/folder-dockerfile`));
    expect(Object.keys(expected)).toEqual(
      expect.arrayContaining(["srv/app/link", "srv/app/start", "srv/app/deep/er/file", "srv/app/.stiignore"]),
    );
    expect(expected).not.toHaveProperty(["srv/app/noise.log"]);
    for (const [name] of apps) {
      const differences = await listDifferences(`${REPOSITORY}/folder-dockerfile`, `${REPOSITORY}/${name}`, [
        "files",
      ]);
      expect({ name, differences }).toEqual({ name, differences: [] });
    }
    for (const method of METHODS) {
      expect((await labelsOf(`git-${method}`))["org.opencontainers.image.revision"]).toBe(commit);
    }
    expect(await sti("run")).toContain(`${apps.length + 1} up to date`);
  });
});

test("a source's own Dockerfile, state, modes and owners have no say, by both methods", async () => {
  const stray = { Dockerfile: "FROM scratch\n", "sti/Dockerfile": "FROM scratch\n", "src/text": "inner" };
  for (const [path, text] of Object.entries(stray)) await project.write({ [`tree/${path}`]: text });
  await project.write({ "tree/.sti/records/x.json": "{}", "tree/setuid": "", "tree/closed": "" });
  chmodSync(join(project.folder, "tree/setuid"), 0o6777);
  chmodSync(join(project.folder, "tree/closed"), 0o600);
  if (process.getuid?.() === 0) chownSync(join(project.folder, "tree/text"), 1234, 5678);
  await writeByMethods("tree");
  await sti("run");
  const tree = await readImageTree(endpoint, `${REPOSITORY}/dockerfile`);
  await expectSameByMethods();
  const modes = [...tree]
    .filter(([path]) => /^srv\/app(?:\/|$)/.test(path))
    .map(([path, { mode, uid, gid }]) => ({ path, mode, uid, gid }));
  const at = (path: string, mode: number) => ({ path: `srv/app${path}`, mode, uid: 0, gid: 0 });
  expect(modes).toEqual(
    expect.arrayContaining([at("", 0o755), at("/setuid", 0o755), at("/closed", 0o644), at("/text", 0o644)]),
  );
  const paths = modes.map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(Object.keys(stray).map((path) => `srv/app/${path}`)));
  expect(paths.filter((path) => path.includes(".sti/"))).toEqual([]);
  expect(await sti("run")).toContain(`${METHODS.length + 1} up to date`);
});

test("parts go to their folders, by both methods", async () => {
  await project.write({ "shared/index.js": "shared", "tool.sh": "#!/bin/sh\n" });
  const source = [
    { from: "tree" },
    { from: "shared", to: "packages/shared" },
    { from: "tool.sh", to: "bin" },
  ];
  await writeByMethods(source, { ignore: ["deep"] });
  await sti("run");
  const tree = Object.fromEntries(await readImageTree(endpoint, `${REPOSITORY}/dockerfile`));
  await expectSameByMethods();
  expect(tree["srv/app/bin/tool.sh"]).toMatchObject({ mode: 0o755 });
  expect(tree).toHaveProperty(["srv/app/packages/shared/index.js"]);
  expect(tree).not.toHaveProperty(["srv/app/deep"]);
});

test("sti build takes an archive, and a repository at a ref", async () => {
  makeForms();
  git("tag", "v1");
  await project.write({ "tree/text": "changed\n" });
  git("commit", "-q", "-a", "-m", "two");
  await writeConfig({});
  await sti("run", "builder");
  const env = { XDG_CACHE_HOME: join(project.folder, "cache") };
  const build = async (...args: string[]) => {
    const ended = await runSti(["build", ...args], { cwd: project.folder, env });
    expect(ended).toMatchObject({ exitCode: 0 });
  };
  await build("source.zip", `${REPOSITORY}/builder`, `${REPOSITORY}/one`);
  await build("./tree", `${REPOSITORY}/builder`, `${REPOSITORY}/two`, "-r", "v1");
  expect(await listDifferences(`${REPOSITORY}/one`, `${REPOSITORY}/two`, ["files"])).toEqual([]);
});

test("a program for another processor, links that leave and large folders are warned about once each", async () => {
  const elf = Buffer.alloc(64);
  elf.write("\x7fELF\x02\x02", "latin1");
  elf.writeUInt16BE(0x16, 18);
  await project.write({ "big/data/x": "x".repeat(60_000_000) });
  writeFileSync(join(project.folder, "program"), elf);
  symlinkSync("/etc/passwd", join(project.folder, "big/passwd"));
  await writeConfig({ program: app("program"), big: app("big") });
  const stdout = await sti("run");
  const warnings = stdout.match(/^! .*$/gm) ?? [];
  expect(warnings.join("\n")).toContain("program is a program for s390x, the engine is");
  expect(warnings.join("\n")).toContain(
    "a link leads out of the source and is not followed: passwd -> /etc/passwd",
  );
  expect(warnings.join("\n")).toContain("the source has 60 MB; largest: data 60 MB");
  expect(warnings).toHaveLength(3);
  expect((await readImageTree(endpoint, `${REPOSITORY}/big`)).get("srv/app/passwd")).toMatchObject({
    linkTarget: "/etc/passwd",
  });
});

test("plan --files lists what goes in, for people and for programs, without an engine", async () => {
  await writeConfig({ web: app("tree") });
  const options = { cwd: project.folder, env: { DOCKER_HOST: "unix:///nowhere" } };
  const text = await runSti(["plan", "--files", "web"], options);
  expect(text).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(
      /^ {2}1 kB {2}\.stiignore\n100 kB {2}deep\/er\/file\n {2}1 kB {2}text\n3 files, 101 kB\nleft out:\n/,
    ),
  });
  const json = await runSti(["plan", "--files", "web", "--json"], options);
  expect(JSON.parse(json.stdout)).toMatchObject({
    schemaVersion: 1,
    target: "web",
    entries: expect.arrayContaining([expect.objectContaining({ path: "text", size: 6 })]),
  });
});

test("plan --files names the rule that leaves a path out", async () => {
  await project.write({
    "ruled/text": "",
    "ruled/.s2iignore": "*.log\nlogs\n!logs/kept\n",
    // Counts only without .s2iignore.
    "ruled/.dockerignore": "text\n",
    "ruled/a.log": "",
    "ruled/a.tmp": "",
    "ruled/logs/kept": "",
    "ruled/logs/old": "",
    "ruled/node_modules/a/index.js": "",
  });
  await writeConfig({ web: { ...app("ruled"), ignore: ["*.tmp"] } });
  const { stdout } = await runSti(["plan", "--files", "web"], { cwd: project.folder });
  expect(stdout.slice(stdout.indexOf("left out:"))).toBe(
    [
      "left out:",
      "  ruled/a.log         ruled/.s2iignore",
      "  ruled/a.tmp         ignore in the config",
      "  ruled/logs/old      ruled/.s2iignore",
      "  ruled/node_modules  default rules\n",
    ].join("\n"),
  );
});

test("an archive that cannot be trusted builds nothing and says which entry it is", async () => {
  const { folder } = project;
  execFileSync("tar", [
    "-C",
    folder,
    "-P",
    "--transform",
    "s,^tree/text,../../evil,",
    "-cf",
    join(folder, "evil.tar"),
    "tree/text",
  ]);
  await writeConfig({ web: app("evil.tar") });
  const { exitCode, stderr } = await runSti(["run"], { cwd: folder });
  expect(exitCode).toBe(2);
  expect(stderr).toContain("evil.tar: its entry ../../evil leads out of the archive");
  expect(stderr).toContain("sti.config.json:1:");
});

function git(...args: string[]): string {
  const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.test"];
  return execFileSync("git", [...identity, "-C", join(project.folder, "tree"), ...args], {
    encoding: "utf8",
    stdio: "pipe",
  }).trim();
}

/** The same tree in every form, in the workspace. Answers the commit. */
function makeForms(): string {
  const { folder } = project;
  const tree = join(folder, "tree");
  writeFileSync(join(tree, "start"), "#!/bin/sh\n");
  chmodSync(join(tree, "start"), 0o755);
  symlinkSync("deep/er", join(tree, "link"));
  const tar = execFileSync("tar", ["-C", tree, "-cf", "-", "."], { maxBuffer: 1 << 26 });
  writeFileSync(join(folder, "source.tar"), tar);
  writeFileSync(join(folder, "source.bin"), gzipSync(tar));
  git("init", "-q", "-b", "main");
  git("add", "-A");
  git("commit", "-q", "-m", "one");
  execFileSync("git", ["-C", tree, "archive", "--format=zip", "-o", join(folder, "source.zip"), "HEAD"]);
  return git("rev-parse", "HEAD");
}

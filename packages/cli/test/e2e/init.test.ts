// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are the variables of the files
// `sti init` as a user has it: the files that it writes, the parts that it lists, and the plan that follows.
import { existsSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { askPort } from "@sti/testing/ask-port";
import { buildDockerfile } from "@sti/testing/build-dockerfile";
import { imageFolder, withEngine } from "@sti/testing/e2e";
import { runSti } from "@sti/testing/run-cli";
import { createWorkspace, type Workspace } from "@sti/testing/workspace";
import { describe, expect, test } from "vitest";
import { startSti } from "./debug.fixtures.ts";
import { server, watchAndRun } from "./dev.fixtures.ts";

const REPOSITORY = "sti-e2e-init";
const { endpoint, image, inspect } = await withEngine(REPOSITORY, { removes: "test" });

const PACKAGE = JSON.stringify({ name: "@acme/api", scripts: { start: "node server.js" } });
const COMPOSE = `services:
  api:
    build: ./api
    ports: ["8080:3000"]
    environment: { MODE: fast }
    depends_on: [db]
  db: { image: "postgres:16" }
`;

const BAKE = `variable "VERSION" { default = "1.0" }
variable "COPIES" { default = 2 }
function "name" {
  params = [language]
  result = upper(language)
}
target "_base" {
  context = "./site"
  args = { VERSION = VERSION, HOME = "$HOME $\${HOME}" }
}
target "site" {
  name = "site-\${language}"
  matrix = { language = ["de", "en"] }
  inherits = ["_base"]
  target = "site"
  args = { NAME = name(language) }
  tags = ["acme/\${language}:\${VERSION}"]
}
`;
/** Folder for DOCKER_CONFIG. */
const BUILDX = process.env.STI_TEST_BUILDX;

const init = (project: Workspace, ...args: readonly string[]) =>
  runSti(["init", ...args], { cwd: project.folder });

test("a dry run shows everything and writes nothing; --json is the same as data", async () => {
  const project = await createWorkspace({ "api/package.json": PACKAGE, "compose.yaml": COMPOSE });
  const { exitCode, stderr, stdout } = await init(project, "--dry-run");
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toMatch(/^ {2}api {2}app +\.\/api +compose\.yaml, api · npm · starts with npm start/m);
  expect(stdout).toMatch(/^ {2}db +service {2}postgres:16 {2}compose\.yaml, db$/m);
  expect(stdout).toContain('ports: ["8080:3000"]');
  expect(readdirSync(project.folder).sort()).toEqual(["api", "compose.yaml"]);
  const document = JSON.parse((await init(project, "--dry-run", "--json")).stdout);
  expect(document).toMatchObject({
    isWritten: false,
    files: ["sti.config.ts", "builders/node/", "api/.stiignore"],
    takenOver: [
      { name: "db", kind: "service", place: "postgres:16" },
      { name: "api", kind: "app", place: "./api" },
    ],
    notTakenOver: [],
  });
});

// ./pnpmw test unpacks docker's plugin buildx where packages of Debian can be had.
test.skipIf(BUILDX === undefined)(
  "a bake file in HCL is read by docker's own plugin, with its functions and variables (needs buildx)",
  async () => {
    const project = await createWorkspace({ "site/Dockerfile": "FROM debian\n", "docker-bake.hcl": BAKE });
    const env = { DOCKER_CONFIG: BUILDX, VERSION: "of this machine" };
    const args = ["init", "--dry-run", "--json", "--format", "json"];
    const { stderr, stdout } = await runSti(args, { cwd: project.folder, env });
    expect(stderr).toBe("");
    const { notTakenOver, text } = JSON.parse(stdout);
    const site = { context: "./site", stage: "site" };
    const version = { fromHost: "VERSION", default: "1.0" };
    expect(JSON.parse(text).images).toEqual({
      "site-de": {
        ...site,
        args: { VERSION: version, NAME: "DE", HOME: "$HOME ${HOME}" },
        tag: "acme/de:1.0",
      },
      "site-en": {
        ...site,
        args: { VERSION: version, NAME: "EN", HOME: "$HOME ${HOME}" },
        tag: "acme/en:1.0",
      },
    });
    expect(notTakenOver).toEqual([
      { place: "docker-bake.hcl", reason: "variable COPIES: values are written with its default" },
    ]);
  },
);

test("without docker, a bake file in HCL is listed, and the rest is taken over", async () => {
  const project = await createWorkspace({ "site/Dockerfile": "FROM debian\n", "docker-bake.hcl": BAKE });
  const { exitCode, stdout } = await runSti(["init", "--dry-run"], {
    cwd: project.folder,
    env: { PATH: "/nonexistent" },
  });
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^ {2}site {2}image {2}\.\/site\/Dockerfile/m);
  expect(stdout).toContain(
    "docker-bake.hcl  not read: docker is not installed; write it as JSON: docker buildx bake --print _base site > docker-bake.json",
  );
});

test.each(["ts", "json"])(
  "the files are written once, in the form %s, and a plan follows from them",
  async (format) => {
    const project = await createWorkspace({ "api/package.json": PACKAGE, "compose.yaml": COMPOSE });
    expect(await init(project, "--yes", "--quiet", "--format", format)).toEqual({
      exitCode: 0,
      stdout: "",
      stderr: "",
    });
    expect(existsSync(join(project.folder, "builders/node/bin/prepare"))).toBe(true);
    expect(readFileSync(join(project.folder, "api/.stiignore"), "utf8")).toContain("**/.env\n");
    const plan = await runSti(["plan", "--offline", "--json"], { cwd: project.folder });
    expect(JSON.parse(plan.stdout).targets.map(({ name }: { name: string }) => name)).toEqual([
      "node",
      "api",
    ]);
    const again = await init(project, "--yes");
    expect(again).toMatchObject({
      exitCode: 2,
      stderr: `sti: config already exists: sti.config.${format}\n`,
    });
  },
);

test("without a terminal nothing is asked, and nothing is written", async () => {
  const project = await createWorkspace({ "package.json": PACKAGE });
  const { exitCode, stderr } = await init(project);
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: "sti: no terminal to ask on: pass --yes to write the files, or --dry-run to see them\n",
  });
  expect(readdirSync(project.folder)).toEqual(["package.json"]);
});

describe("in a terminal", () => {
  const QUESTION = "Write sti.config.ts and the other files? [Y/n] ";
  const WRITTEN = [".stiignore", "builders", "package.json", "sti.config.ts"];
  const NOT_WRITTEN = ["package.json"];

  test.each([
    ["Enter", "\r", { exitCode: 0, files: WRITTEN }],
    ["y", "y\r", { exitCode: 0, files: WRITTEN }],
    ["Yes, corrected", "n\u007fYES\r", { exitCode: 0, files: WRITTEN }],
    ["n", "n\r", { exitCode: 2, files: NOT_WRITTEN }],
    ["another word", "maybe\r", { exitCode: 2, files: NOT_WRITTEN }],
    ["the end of input", "\u0004", { exitCode: 2, files: NOT_WRITTEN }],
    ["Ctrl-C", "\u0003", { exitCode: 130, files: NOT_WRITTEN }],
  ])("the question is answered by %s", async (_, keys, { exitCode, files }) => {
    const project = await createWorkspace({ "package.json": PACKAGE });
    const sti = startSti("init", { cwd: project.folder, env: {}, terminal: true });
    await sti.shows(QUESTION);
    sti.type(keys);
    const ended = await sti.ended;
    expect({ exitCode: ended.exitCode, files: readdirSync(project.folder).sort() }).toEqual({
      exitCode,
      files,
    });
    // The proposal is printed before the question, and the next steps only if it was written.
    expect(ended.stdout.indexOf("taken over:")).toBeLessThan(ended.stdout.indexOf(QUESTION));
    expect(ended.stdout.includes("next:")).toBe(files === WRITTEN);
  });

  test("the question names the config alone where there is no other file", async () => {
    const project = await createWorkspace({ Dockerfile: "FROM scratch\n" });
    const sti = startSti("init", { cwd: project.folder, env: {}, terminal: true });
    await sti.shows("Write sti.config.ts? [Y/n] ");
    sti.type("n\r");
    expect((await sti.ended).exitCode).toBe(2);
  });

  test("a signal ends the question", async () => {
    const project = await createWorkspace({ "package.json": PACKAGE });
    const sti = startSti("init", { cwd: project.folder, env: {}, terminal: true });
    await sti.shows(QUESTION);
    process.kill(sti.inTerminal(), "SIGTERM");
    expect((await sti.ended).exitCode).toBe(143);
    expect(readdirSync(project.folder)).toEqual(NOT_WRITTEN);
  });
});

test("files that exist are neither replaced nor followed", async () => {
  const outside = await createWorkspace({ kept: "" });
  const project = await createWorkspace({ "package.json": PACKAGE });
  symlinkSync(outside.folder, join(project.folder, "builders"));
  const { exitCode, stderr } = await init(project, "--yes", "--quiet");
  expect({ exitCode, stderr }).toEqual({
    exitCode: 4,
    stderr: "sti: builders is not a folder; move it away, or pass another --builder\n",
  });
  expect(readdirSync(outside.folder)).toEqual(["kept"]);
  expect(readdirSync(project.folder).sort()).toEqual(["builders", "package.json"]);
});

test("an image is proposed only if the engine has it", async () => {
  const project = await createWorkspace({ "package.json": PACKAGE });
  const missing = await init(project, "--dry-run", "--builder", "acme-nowhere/node-builder");
  expect(missing).toMatchObject({
    exitCode: 2,
    stdout: "",
    stderr: expect.stringContaining("the engine has no image of this name; pull it first"),
  });
  const found = await init(project, "--dry-run", "--builder", "debian:bookworm-slim");
  expect(found.stdout).toContain('buildImage: "debian:bookworm-slim"');
});

test("s2i builder images of the engine are listed for a folder with .s2i, and results of them are not", async () => {
  const [builder, result] = [image("s2i-builder"), image("s2i-result")];
  const label = "LABEL io.openshift.s2i.scripts-url=image:///usr/libexec/s2i";
  const lines = ["FROM debian:bookworm-slim", label];
  const project = await createWorkspace({
    "builder/Dockerfile": `${lines.join("\n")}\n`,
    "result/Dockerfile": `${[...lines, `LABEL io.openshift.s2i.build.image=${builder}`].join("\n")}\n`,
    "app/pom.xml": "",
    "app/.s2i/bin/assemble": "",
    "app/.s2ifile": JSON.stringify({ source: ".", builderImage: builder }),
  });
  for (const [context, tag] of Object.entries({ builder, result }))
    await buildDockerfile(endpoint, { context: join(project.folder, context), tags: [tag] });
  const cwd = join(project.folder, "app");
  const { exitCode, stderr } = await runSti(["init", "--yes"], { cwd });
  expect(exitCode).toBe(2);
  expect(stderr).toContain(
    `.s2i      bin/assemble: used by s2i builder images only; the engine has ${builder}:latest: sti init --builder ${builder}:latest\n`,
  );
  expect(stderr).toContain(`.s2ifile  names the builder image ${builder}, which the engine has; with it:`);
  expect(stderr).not.toContain(result);
  const alone = await runSti(["init", "--yes"], { cwd, env: { DOCKER_HOST: "unix:///nonexistent" } });
  expect(alone.stderr).toContain("(the engine was not asked for its images: ");
  const built = await runSti(["init", "--yes", "--builder", builder], { cwd });
  expect(built.stdout).toContain(`buildImage: "${builder}"`);
});

test("a folder with nothing to build says so", async () => {
  const project = await createWorkspace({ "notes.txt": "", "rust/Cargo.toml": "" });
  const { exitCode, stderr } = await init(project, "--yes");
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^sti: no apps and no Dockerfiles found\n/);
  expect(stderr).toContain("./rust  Rust (Cargo.toml): no builder of sti can build it");
});

test("init, run and watch --run lead from a folder to an answer over HTTP", async () => {
  const project = await createWorkspace({
    ...imageFolder(`${REPOSITORY}/builder`, {
      prepare: "#!/bin/sh\nset -e\nmkdir -p /srv\ncp -R /tmp/src/. /srv/\n",
      run: "#!/bin/sh\nexec perl /srv/server.pl\n",
    }),
    [`${REPOSITORY}/proxy/Dockerfile`]: "ARG BASE\nFROM debian:$BASE\n",
    [`${REPOSITORY}/api/run.sh`]: "",
    [`${REPOSITORY}/api/server.pl`]: server("one"),
    [`${REPOSITORY}/api/public/page`]: "page",
    [`${REPOSITORY}/compose.yaml`]: `services:
  web: { build: ./api, ports: ["127.0.0.1::8000"], environment: { MODE: "\${MODE:-dev}" } }
  proxy: { build: { context: ./proxy, args: { BASE: bookworm-slim } } }
`,
  });
  const cwd = join(project.folder, REPOSITORY);
  expect(await runSti(["init", "--yes", "--quiet"], { cwd })).toEqual({
    exitCode: 0,
    stdout: "",
    stderr: "",
  });
  expect(await runSti(["run"], { cwd })).toMatchObject({ exitCode: 0, stderr: "" });
  expect(await inspect(image("proxy"))).toBeDefined();
  const watching = watchAndRun(cwd);
  const { ports } = await watching
    .until("container-up", "web")
    .then(() => watching.until("container-started", "web"));
  expect(await askPort(ports[0]?.hostPort ?? 0)).toBe("one page");
  watching.kill("SIGINT");
  await watching.ended;
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseImageReference } from "@sti/core";
import { Config } from "@sti/core/schema";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { inspectFolder } from "./inspect-folder.ts";
import type { BuilderName } from "./inspection.ts";
import { printJson, printTypeScript } from "./print-config.ts";
import type { BuilderChoice, ProposalOptions, S2iImages } from "./proposal.ts";
import { proposeConfig } from "./propose-config.ts";

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "sti-init-")), "My Shop");
});
afterEach(() => rmSync(dirname(folder), { recursive: true }));

const KINDS: readonly BuilderName[] = ["node", "static", "python", "go", "shell"];
const NODE = JSON.stringify({ scripts: { start: "node server.js" } });
const context = { env: { PATH: "/nonexistent" }, signal: new AbortController().signal };
const FROM = "FROM debian\n";

async function propose(
  files: Readonly<Record<string, string>>,
  choice?: BuilderChoice,
  { kinds = KINDS, ...more }: Partial<ProposalOptions> = {},
) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const proposal = proposeConfig(await inspectFolder(folder, context), {
    choice,
    kinds,
    hostTrust: [],
    ...more,
  });
  const checked = Config.safeParse(JSON.parse(printJson(proposal.config)));
  expect(checked.error?.issues).toBeUndefined();
  return proposal;
}

test("an app gets a builder of sti, which the config builds, a free port, and an ignore file", async () => {
  const proposal = await propose({ "package.json": NODE });
  expect(proposal.config).toEqual({
    images: { node: { context: "./builders/node", tag: "my-shop/node" } },
    services: {},
    apps: {
      "my-shop": {
        source: ".",
        buildImage: { target: "node" },
        tag: "my-shop/my-shop",
        dev: { ports: ["127.0.0.1::8080"], probe: { tcp: 8080 } },
      },
    },
  });
  expect(proposal.builders).toEqual(["node"]);
  expect(proposal.ignoreFiles[".stiignore"]).toContain("\nbuilders\nsti.config.*\n");
  expect(proposal.remarks).toEqual([]);
});

test("a site is built by Node.js and served without it, and a program of Go runs without Go", async () => {
  const { builders, config } = await propose({
    "web/package.json": JSON.stringify({ devDependencies: { vite: "7" }, scripts: { build: "vite build" } }),
    "web/package-lock.json": "{}",
    "api/go.mod": "module example.com/api\n\ngo 1.25\n",
    "api/main.go": "package main\n",
  });
  expect(config.apps).toMatchObject({
    web: { buildImage: { target: "node" }, runtimeImage: { target: "static" } },
    api: { buildImage: { target: "go" }, runtimeImage: { target: "go-runtime" } },
  });
  expect(config.images["go-runtime"]).toEqual({
    context: "./builders/go",
    stage: "runtime",
    tag: "my-shop/go-runtime",
  });
  expect(builders).toEqual(["go", "node", "static"]);
});

test("an ignore file that exists stays, and sti's own files are left out by the config", async () => {
  const { config, ignoreFiles } = await propose({ "package.json": NODE, ".dockerignore": "x\n" });
  expect(ignoreFiles).toEqual({});
  expect(config.apps["my-shop"]?.ignore).toContain("builders");
});

test("only packages of a workspace that start become apps, by the names that people use", async () => {
  const { config, ignoreFiles, remarks } = await propose({
    "package.json": JSON.stringify({ workspaces: ["apps/*", "packages/*"] }),
    "package-lock.json": "{}",
    "apps/api/package.json": JSON.stringify({ name: "@acme/api", scripts: { start: "x" } }),
    "apps/cron/package.json": JSON.stringify({ name: "@acme/cron", dependencies: { a: "1" } }),
    "apps/cron/Dockerfile": FROM,
    "packages/ui/package.json": JSON.stringify({ name: "@acme/ui", main: "index.js" }),
    "packages/ui/index.js": "",
  });
  expect(config.apps).toMatchObject({ api: { source: { workspace: "@acme/api" }, tag: "my-shop/api" } });
  expect(Object.keys(config.apps)).toEqual(["api"]);
  expect(config.images.cron).toEqual({ context: "./apps/cron", tag: "my-shop/cron" });
  expect(Object.keys(ignoreFiles)).toEqual([".stiignore"]);
  expect(remarks).toEqual([
    { place: "@acme/ui", reason: "without a start script: libraries, which come with the apps" },
  ]);
});

test("builders of the project come before those of sti", async () => {
  const { builders, config } = await propose({
    "builders/node/Dockerfile": FROM,
    "builders/node/bin/prepare": "",
    "services/api/package.json": NODE,
    "services/jobs/requirements.txt": "",
    "services/jobs/app.py": "",
  });
  expect(config.images).toEqual({
    node: { context: "./builders/node", tag: "my-shop/node" },
    python: { context: "./builders/python", tag: "my-shop/python" },
  });
  expect(config.apps).toMatchObject({
    api: { buildImage: { target: "node" } },
    jobs: { buildImage: { target: "python" } },
  });
  expect(builders).toEqual(["python"]);
});

describe("a folder with a Dockerfile", () => {
  const files = { "api/package.json": NODE, "api/Dockerfile": `${FROM}EXPOSE 3000\n`, "db/Dockerfile": FROM };

  test("is an app if a builder can build it, at the port of the Dockerfile; else it is an image", async () => {
    const { config, remarks } = await propose(files);
    expect(config.apps.api?.dev).toEqual({
      ports: ["127.0.0.1::3000"],
      env: { PORT: "3000" },
      probe: { tcp: 3000 },
    });
    expect(config.images.db).toEqual({ context: "./db", tag: "my-shop/db" });
    expect(remarks).toContainEqual(expect.objectContaining({ place: "api/Dockerfile" }));
  });

  test.each([
    ["on request", files, "dockerfile"],
    [
      "without a lock file",
      { ...files, "api/package.json": JSON.stringify({ scripts: { start: "x" }, dependencies: { a: "1" } }) },
      undefined,
    ],
  ] as const)("is an image %s", async (_name, written, choice) => {
    const { config } = await propose(written, choice);
    expect(config.apps).toEqual({});
    expect(Object.keys(config.images)).toEqual(["api", "db"]);
  });

  test("is an image if no builder of its kind comes with sti", async () => {
    const { config } = await propose(files, undefined, { kinds: ["go"] });
    expect(Object.keys(config.images)).toEqual(["api", "db"]);
  });
});

test("services become apps or services with their settings, and nothing else is named", async () => {
  const { config, remarks } = await propose({
    "api/package.json": NODE,
    "proxy/Dockerfile": FROM,
    "data/x": "",
    "compose.yaml": `services:
  web: { build: ./api, ports: ["8080:3000"], environment: { MODE: fast }, depends_on: [proxy, jobs], volumes: ["./data:/data", "./gone:/gone"] }
  jobs: { build: ./api, ports: ["8080:3000"], depends_on: [web] }
  proxy: { build: { context: ./proxy, args: { NPM_TOKEN: x } }, ports: ["80:80"], image: acme/proxy:dev }
  db: { image: "postgres:17", volumes: ["pg:/var/lib/postgresql/data"], depends_on: [proxy] }
  old: { build: ./old }
`,
  });
  expect(config.images.proxy).toEqual({
    context: "./proxy",
    args: { NPM_TOKEN: "x" },
    allowPlain: ["NPM_TOKEN"],
    tag: "acme/proxy:dev",
  });
  expect(config.apps).toEqual({
    web: {
      source: "./api",
      buildImage: { target: "node" },
      tag: "my-shop/web",
      dev: {
        ports: ["8080:3000"],
        env: { MODE: "fast", PORT: "3000" },
        volumes: ["./data:/data"],
        probe: { tcp: 3000 },
        dependsOn: ["proxy", "jobs"],
      },
    },
    jobs: {
      source: "./api",
      buildImage: { target: "node" },
      tag: "my-shop/jobs",
      dev: { ports: ["3000"], env: { PORT: "3000" }, probe: { tcp: 3000 } },
    },
  });
  expect(config.services).toEqual({
    db: { image: "postgres:17", volumes: ["pg:/var/lib/postgresql/data"], dependsOn: ["proxy"] },
    proxy: { image: "acme/proxy:dev", ports: ["80:80"] },
  });
  expect(remarks.map(({ place }) => place).sort()).toEqual([
    "compose.yaml, jobs",
    "compose.yaml, old",
    "compose.yaml, proxy",
    "compose.yaml, web",
  ]);
});

test("targets of a bake file stay builds by their Dockerfiles, unless a builder is chosen", async () => {
  const files = {
    "api/package.json": NODE,
    "api/Dockerfile": `${FROM} AS prod\n`,
    "docker-bake.json": JSON.stringify({
      target: { api: { context: "api", target: "prod", args: { A: "1" } } },
    }),
    "docker-bake.hcl": "",
  };
  const { config, remarks } = await propose(files);
  expect(config).toEqual({
    images: { api: { context: "./api", stage: "prod", args: { A: "1" }, tag: "my-shop/api" } },
    services: {},
    apps: {},
  });
  expect(remarks).toEqual([{ place: "docker-bake.hcl", reason: "not read: docker-bake.json comes first" }]);
  expect((await propose(files, { kind: "node" })).config.apps).toMatchObject({
    api: { buildImage: { target: "node" } },
  });
});

test("a chosen image builds all apps, and an s2i folder is one by it", async () => {
  const { config } = await propose(
    { "api/.s2i/bin/assemble": "", "api/pom.xml": "" },
    { image: "centos/java" },
  );
  expect(config).toMatchObject({ images: {}, apps: { api: { buildImage: "centos/java" } } });
});

const S2I = {
  "api/package.json": NODE,
  "api/.s2i/bin/run": "",
  "api/.s2i/bin/assemble": "",
  "api/.s2i/environment": "# settings\nMODE=fast\nPATHS=$HOME/x\nAPI_TOKEN=x\na b=c\n",
};

test("variables of .s2i are those of the app, except for secrets, unless its image reads them", async () => {
  const { config, remarks } = await propose(S2I);
  expect(config.apps.api).toMatchObject({
    buildImage: { target: "node" },
    env: { MODE: "fast", PATHS: "$HOME/x" },
  });
  expect(remarks).toEqual([
    { place: "api/.s2i/environment", reason: expect.stringContaining("API_TOKEN") },
    { place: "api/.s2i/environment", reason: '"a b" is not the name of a variable' },
    { place: "api/.s2i", reason: "bin/assemble, bin/run: used by s2i builder images only" },
  ]);
  const chosen = await propose(S2I, { image: "centos/nodejs" });
  expect(chosen.config.apps.api).not.toHaveProperty("env");
  expect(chosen.remarks.filter(({ place }) => place === "api/.s2i")).toEqual([]);
});

const TAGS = Array.from({ length: 10 }, (_, index) => `acme/s2i:${index}`);

test.each<[S2iImages, string]>([
  [{ tags: [] }, "and the engine has none; pull one, then: sti init --builder IMAGE"],
  [{ tags: ["acme/s2i:1"] }, "the engine has acme/s2i:1: sti init --builder acme/s2i:1"],
  [{ tags: TAGS }, "acme/s2i:7 and 2 more: sti init --builder acme/s2i:0"],
  [{ problem: "no engine" }, "(the engine was not asked for its images: no engine)"],
])("builder images for .s2i are listed: %j", async (s2iImages, text) => {
  const { remarks } = await propose(S2I, undefined, { s2iImages });
  expect(remarks.at(-1)).toEqual({ place: "api/.s2i", reason: expect.stringContaining(text) });
});

test.each<[string, S2iImages | undefined, string]>([
  ['{"builderImage":"acme/s2i"}', { tags: ["acme/s2i:latest"] }, "which the engine has; with it: sti init"],
  ['{"builderImage":"acme/s2i"}', { tags: [] }, "which the engine does not have; pull it, then: sti init"],
  ['{"builderImage":"acme/s2i"}', { problem: "" }, "image acme/s2i; with it: sti init --builder acme/s2i"],
  ['{"builderImage":"--x"}', undefined, "names no builder image in builderImage"],
  ["[", undefined, "names no builder image in builderImage"],
])("the builder image of .s2ifile is listed: %s, %j", async (text, s2iImages, reason) => {
  const files = { "package.json": NODE, ".s2ifile": text };
  const { remarks } = await propose(files, undefined, { s2iImages });
  expect(remarks).toEqual([{ place: ".s2ifile", reason: expect.stringContaining(reason) }]);
});

test("a chosen builder builds a folder with no sign of an app", async () => {
  const { config } = await propose({ "notes.txt": "" }, { kind: "shell" });
  expect(config.apps).toMatchObject({ "my-shop": { source: ".", buildImage: { target: "shell" } } });
  expect((await propose({ "notes.txt": "" })).takenOver).toEqual([]);
});

test("names and tags are valid and occur once, whatever folders are called", async () => {
  const names = ["a b", "Ä", "UPPER", "x.y", "-dash", "node", "__proto__", "constructor", "x".repeat(90)];
  const { config } = await propose({
    ...Object.fromEntries(
      names.flatMap((name) => [
        [`one/${name}/package.json`, NODE],
        [`two/${name}/Dockerfile`, FROM],
      ]),
    ),
  });
  const targets = [...Object.entries(config.apps), ...Object.entries(config.images)];
  expect(targets).toHaveLength(names.length * 2 + 1);
  expect(new Set(targets.map(([name]) => name)).size).toBe(targets.length);
  expect(new Set(targets.map(([, { tag }]) => tag)).size).toBe(targets.length);
  expect(targets.filter(([, { tag }]) => "problem" in parseImageReference(tag))).toEqual([]);
});

test("both forms of the file are the same config", async () => {
  const { config } = await propose({
    "api/package.json": NODE,
    "web/index.html": "",
    "web/Dockerfile": FROM,
  });
  const { $schema, ...json } = JSON.parse(printJson(config)) as Record<string, unknown>;
  expect($schema).toMatch(/sti\.config\.schema\.json$/);
  const file = join(folder, "evaluated.mjs");
  writeFileSync(
    file,
    printTypeScript(config).replace(/^import .*$/m, "const defineConfig = (config) => config;"),
  );
  expect(((await import(file)) as { default: unknown }).default).toEqual(json);
});

import { once } from "node:events";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { imageFolder, withEngine } from "@sti/testing/e2e";
import { A_METHOD } from "@sti/testing/engine-methods";
import { runSti } from "@sti/testing/run-cli";
import { createWorkspace, type Workspace } from "@sti/testing/workspace";
import { expect, test } from "vitest";

const { endpoint, image } = await withEngine("sti-e2e-loaded", { check: "none", removes: "test" });
const HOOK = new URL("../record-loads.js", import.meta.url).href;
const DIST = fileURLToPath(new URL("../../dist/", import.meta.url));
/** Modules that a session with nothing to do must not load. */
const HEAVY = [
  "zod",
  "listr2",
  "yaml",
  "ssh2",
  "@grpc/grpc-js",
  "protobufjs",
  "tar-fs",
  "string-width",
  "acorn",
  "yauzl",
  "js-yaml",
  "tinyglobby",
  "@dagrejs/dagre",
  "bullmq",
  "ioredis",
  "pg",
  "preact",
  "dockerfile-ast",
  "readable-stream",
];
const THREAD = "node:internal/worker";
const FILES = "node:internal/fs/promises";
const HEAVY_BUILTINS = [
  "node:tls",
  "node:https",
  "node:http2",
  "node:zlib",
  "node:internal/deps/undici/undici",
  FILES,
];

test("the version is printed without any library", async () => {
  const { builtins, packages } = await loadsOf(await createWorkspace({}), "--version");
  expect(packages).toEqual([]);
  expect(builtins).not.toContain("node:http");
});

test("help loads the command line's library and nothing else", async () => {
  expect((await loadsOf(await createWorkspace({}), "--help")).packages).toEqual(["commander"]);
});

test("a plan without an engine loads no client of one, and the schema and the parser of Dockerfiles only for what is new", async () => {
  const project = await createProject();
  const first = await loadsOf(project, "plan", "--offline");
  expect(heavyOf(first)).toEqual(["acorn", "dockerfile-ast", "zod", FILES]);
  const again = await loadsOf(project, "plan", "--offline");
  expect(heavyOf(again)).toEqual([]);
  expect(again.packages).not.toContain("dockerode");
});

test("a config that is code is run in a thread again only where it may have another value", async () => {
  const project = await createProject();
  const config = readFileSync(join(project.folder, "sti.config.ts"), "utf8");
  const threads = async (...args: string[]) => {
    const { builtins } = await loadsOf(project, "plan", "--offline", ...args);
    return builtins.includes(THREAD);
  };
  expect(await threads()).toBe(true);
  expect(await threads()).toBe(false);
  await project.write({ "base.ts": "export const mode = process.env.STI_TEST_MODE ?? 'none';\n" });
  await project.write({ "sti.config.ts": `import "./base.ts";\n${config}` });
  expect(await threads()).toBe(true);
  expect(await threads()).toBe(false);
  await project.write({ "base.ts": "export const mode = 'changed';\n" });
  expect(await threads()).toBe(true);
  expect(await threads()).toBe(false);
  await project.write({ "base.ts": "export const now = Date.now();\n" });
  expect(await threads()).toBe(true);
  expect(await threads()).toBe(true);
});

test("a session loads what runs tasks and reads build output only when it builds, and ssh2 and gRPC never", async () => {
  const project = await createProject();
  const built = await loadsOf(project, "run");
  expect(built.chunks).toContain("building.cjs");
  expect(heavyOf(built)).toEqual(["acorn", "dockerfile-ast", "listr2", "protobufjs", "zod", FILES]);
  const nothing = await loadsOf(project, "run");
  expect(heavyOf(nothing)).toEqual([]);
  expect(nothing.packages).toContain("dockerode");
  expect(nothing.chunks).not.toContain("building.cjs");
  await project.write({ "app/text": "other" });
  expect(heavyOf(await loadsOf(project, "run"))).toEqual(["listr2", "protobufjs", FILES]);
});

test("the place of a mistake in a config that is code is found with what is in the program alone", async () => {
  const project = await createWorkspace({
    "sti.config.ts": "export default {\n  apps: { web: { sorce: 1 } },\n};\n",
  });
  const { exitCode, stderr } = await runSti(["plan", "--offline"], { cwd: project.folder });
  expect({ exitCode, stderr }).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("sti.config.ts:2:18"),
  });
});

test.each(["evaluation-worker.js", "graph-worker.js"])(
  "the thread %s is beside the chunk that starts it",
  (name) => {
    const chunks = readdirSync(DIST).filter((chunk) => chunk.endsWith(".cjs"));
    expect(chunks.some((chunk) => readFileSync(join(DIST, chunk), "utf8").includes(`"${name}"`))).toBe(true);
    expect(readdirSync(DIST)).toContain(name);
  },
);

test("the thread for graphs answers", async () => {
  const workerData = [{ name: "web", dependsOn: [] }];
  const worker = new Worker(join(DIST, "graph-worker.js"), { workerData });
  const boxes = [["web", expect.any(Number), expect.any(Number)]];
  expect(await once(worker, "message")).toMatchObject([{ boxes }]);
  await worker.terminate();
});

test("whatever is in the program has its licence beside it", () => {
  const notices = readFileSync(join(DIST, "THIRD-PARTY-NOTICES"), "utf8");
  const chunks = readdirSync(DIST).filter((name) => /\.c?js$/.test(name));
  const bundled = new Set(chunks.flatMap((name) => packagesIn(join(DIST, name))));
  expect(bundled).toContain("commander");
  for (const name of bundled) expect(notices).toContain(`\n${name} `);
});

interface Loads {
  /** Names of the packages in the files that were loaded. */
  readonly packages: readonly string[];
  readonly builtins: readonly string[];
  /** Names of the program's chunks. */
  readonly chunks: readonly string[];
}

/** Files that a successful command loads, in the main thread or the config's. */
async function loadsOf(project: Workspace, ...args: string[]): Promise<Loads> {
  const record = join(project.folder, "loads");
  rmSync(record, { force: true });
  const { exitCode, stderr } = await runSti(args, {
    cwd: project.folder,
    env: {
      DOCKER_HOST: endpoint.host,
      NODE_OPTIONS: `--import=${HOOK}`,
      STI_TEST_LOADS: record,
      XDG_CACHE_HOME: join(project.folder, "cache"),
    },
  });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  const lines = readFileSync(record, "utf8").trim().split("\n");
  const files = lines.filter((line) => line.startsWith("file:")).map((url) => fileURLToPath(url));
  const own = files.filter((file) => file.startsWith(DIST));
  const others = files.filter((file) => !own.includes(file));
  return {
    packages: [...new Set([...own.flatMap(packagesIn), ...others.flatMap(packageOf)])].sort(),
    builtins: lines.filter((line) => line.startsWith("node:")),
    chunks: own.map((path) => basename(path)),
  };
}

/** The packages that a chunk has code of: the bundler puts each module's path above it. */
function packagesIn(chunk: string): readonly string[] {
  const heads = readFileSync(chunk, "utf8").match(/^\/\/ (?:\.\.\/)+node_modules\/.*$/gm) ?? [];
  return heads.flatMap(packageOf);
}

function packageOf(path: string): readonly string[] {
  const name = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
  return name === undefined ? [] : [name];
}

const heavyOf = (loads: Loads) => [
  ...loads.packages.filter((name) => HEAVY.includes(name)),
  ...loads.builtins.filter((name) => HEAVY_BUILTINS.includes(name)),
];

async function createProject(): Promise<Workspace> {
  const app = (name: string, method: string) => `
    ${name}: { source: "app", buildImage: "${image("builder")}", tag: "${image(name)}", method: "${method}" },`;
  return await createWorkspace({
    ...imageFolder("builder", {
      prepare: "#!/bin/sh\ncp /tmp/src/text /srv/\n",
      run: "#!/bin/sh\ncat /srv/text\n",
    }),
    "app/text": "text",
    "sti.config.ts": `export default {
      images: { builder: { context: "builder", tag: "${image("builder")}" } },
      apps: {${app("built", "dockerfile")}${app("run", A_METHOD)}
      },
    } satisfies object;\n`,
  });
}

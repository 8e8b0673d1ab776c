// Cost of one changed line in a Node app with large dependencies: by each method of sti on a dependency layer, beside
// `docker build` of the Dockerfile that does the same with a cached layer; for an app that is compiled, and for one whose
// prepare only copies, which leaves the fixed cost. Then the cost of changed dependencies. The builder is a project of its
// own: for all of them, it is an image that is there.
import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { callEngine } from "@sti/testing/engine-api";
import { removeLayers } from "@sti/testing/remove-images";
import { runSti } from "@sti/testing/run-cli";
import type { BenchContext } from "./bench-context.ts";
import { findDocker } from "./docker-command.ts";
import { type Contender, type Figures, measure, type Table } from "./measure.ts";
import { withFolder } from "./with-folder.ts";
import { withImages } from "./with-images.ts";

const ROUNDS = 3;
const REPOSITORY = "sti-bench";
const PEER = "docker build, cached layer";
/** 300 MB in 6,000 files, as a node_modules has them. */
const FILES = 6000;
const KILOBYTES = 50;
const APPS = 10;
/** Milliseconds that docker build took in public repositories for one changed line: 1.1 to 1.6 s. */
const USUAL = { least: 1250, middle: 1350, most: 1450 };
/** Milliseconds of it that do not come from the number of modules. */
const FIXED = 500;
/** Of the app that is compiled, at first: it is made as large as its build takes the usual time on this machine. */
const MODULES = 240;
const FITTINGS = 5;
/** The packages of the app that is compiled, in the builder. */
const PACKAGES = "packages";

/** The builder's context, below the folder of its own project. */
const BUILDER = "builder/image";

const INSTALL = `#!/bin/sh
set -e
mkdir -p /srv/deps
cp -r /opt/${PACKAGES} /srv/node_modules
i=0; while [ $i -lt ${FILES} ]; do i=$((i+1)); d=/srv/deps/$((i/100)); [ -d $d ] || mkdir $d; head -c ${KILOBYTES * 1024} /dev/urandom > $d/$i; done
cp /tmp/src/deps.lock /srv/
`;
const PREPARE = `#!/bin/sh
set -e
mkdir -p /srv/app
cp -r /tmp/src/. /srv/app/
cd /srv/app
[ ! -e tsconfig.json ] || node /srv/node_modules/typescript/bin/tsc
`;
const TSCONFIG = {
  compilerOptions: {
    module: "nodenext",
    target: "es2024",
    strict: true,
    outDir: "dist",
    rootDir: "src",
    types: ["node"],
  },
  include: ["src"],
};
const DOCKERFILE = `FROM sti-bench/builder
COPY deps.lock /tmp/src/
RUN /usr/bin/prepare-dependencies
COPY . /tmp/src/
RUN /usr/bin/prepare
CMD ["/usr/bin/run"]
`;

type App = "compiled" | "copied";

export async function bench({ host, rounds = ROUNDS, say, signal }: BenchContext): Promise<readonly Table[]> {
  const docker = findDocker();
  return await withImages(host, REPOSITORY, () =>
    withFolder(async (folder) => {
      const project = writeProject(folder);
      const contenders = (app: App, prepare: () => void, goal = "1.2 ×"): readonly Contender[] => [
        ...(docker === undefined
          ? []
          : [{ name: PEER, prepare, run: () => project.docker(docker, host, app) }]),
        ...(["dockerfile", "container"] as const).map((method) => ({
          name: `sti, ${method} method`,
          prepare,
          goal,
          run: () => project.sti(host, method, app),
        })),
      ];
      try {
        await project.makeBuilder(host);
        if (docker !== undefined) await fit(project, () => project.docker(docker, host, "compiled"), say);
        const edited: Table[] = [];
        for (const [app, what, goal] of [
          ["compiled", `one line changed, ${project.modules()} modules compiled`, undefined],
          ["copied", "one line changed, a prepare that only copies", ""],
        ] as const) {
          say(what);
          const rows = await measure(
            contenders(app, () => project.edit(app), goal),
            { rounds, signal },
          );
          const pushed = rows.map(async (row) => ({ ...row, counts: await lastLayer(host, app, row.name) }));
          edited.push({ title: what, compare: "wall", peers: [PEER], rows: await Promise.all(pushed) });
        }
        say("dependencies changed");
        const change = contenders("copied", () => project.changeDependencies());
        const installed = await measure(change, { rounds: Math.min(rounds, 3), signal });
        say(`${APPS} apps on one layer`);
        project.changeDependencies();
        const shared = await project.sti(host, "dockerfile", ...project.apps);
        const size = `${Math.round((FILES * KILOBYTES) / 1024)} MB of dependencies in ${FILES} files`;
        return [
          ...edited,
          { title: "dependencies changed", compare: "wall", peers: [PEER], rows: installed },
          {
            title: `${APPS} apps, new dependencies`,
            compare: "wall",
            peers: [],
            rows: [{ name: "sti, dockerfile method", ...shared }],
            notes: [`All with ${size}.`],
          },
        ];
      } finally {
        await removeLayers({ host });
      }
    }),
  );
}

function writeProject(folder: string) {
  const write = (path: string, text: string) => {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text, { mode: 0o755 });
  };
  const scripts = `COPY prepare-dependencies prepare run node /usr/bin/\nCOPY ${PACKAGES} /opt/${PACKAGES}`;
  write(
    `${BUILDER}/Dockerfile`,
    `FROM debian:bookworm-slim\n${scripts}\nLABEL sti.dependencies.inputs="deps.lock"\n`,
  );
  write(`${BUILDER}/prepare-dependencies`, INSTALL);
  write(`${BUILDER}/prepare`, PREPARE);
  write(`${BUILDER}/run`, "#!/bin/sh\n");
  copyFileSync(process.execPath, join(folder, BUILDER, "node"));
  for (const [name, from] of Object.entries(findPackages())) {
    cpSync(from, join(folder, BUILDER, PACKAGES, name), { recursive: true, dereference: true });
  }
  for (const app of ["copied", "compiled"]) write(`${app}/Dockerfile`, DOCKERFILE);
  write("compiled/tsconfig.json", JSON.stringify(TSCONFIG));
  write("compiled/package.json", JSON.stringify({ type: "module" }));
  let modules = 0;
  const grow = (count: number) => {
    rmSync(join(folder, "compiled/src"), { recursive: true, force: true });
    for (let index = 0; index < count; index += 1) {
      write(`compiled/src/module${index}.ts`, moduleText(index, count));
    }
    modules = count;
  };
  const apps = Array.from({ length: APPS }, (_, index) => `shared${index}`);
  const app = { ignore: ["Dockerfile"], buildImage: "sti-bench/builder" };
  const all = ["copied", "compiled", ...apps].map((name) => {
    const source = name === "compiled" ? name : "copied";
    return [name, { ...app, source, tag: `${REPOSITORY}/${name}` }] as const;
  });
  write("sti.config.json", JSON.stringify({ apps: Object.fromEntries(all) }));
  const images = { builder: { context: basename(BUILDER), tag: "sti-bench/builder" } };
  write(`${dirname(BUILDER)}/sti.config.json`, JSON.stringify({ images }));
  const edit = (app: App) =>
    app === "compiled"
      ? write("compiled/src/module0.ts", moduleText(0, modules, Math.random()))
      : write("copied/src/page", String(Math.random()));
  /** Of both apps: the same, so that they have one layer. */
  const changeDependencies = () => {
    const text = String(Math.random());
    for (const name of ["copied", "compiled"]) write(`${name}/deps.lock`, text);
  };
  grow(MODULES);
  edit("copied");
  changeDependencies();
  return {
    apps,
    edit,
    grow,
    modules: () => modules,
    changeDependencies,
    makeBuilder: async (host: string) => void (await run(join(folder, dirname(BUILDER)), host)),
    sti: async (host: string, method: string, ...names: readonly string[]) =>
      await run(folder, host, "-m", method, ...names),
    async docker(docker: string, host: string, app: App): Promise<Figures> {
      const started = performance.now();
      const { status, stderr } = spawnSync(
        docker,
        ["build", "-q", "-t", `${REPOSITORY}/docker`, join(folder, app)],
        {
          env: { ...process.env, DOCKER_HOST: host, DOCKER_BUILDKIT: "1" },
          encoding: "utf8",
        },
      );
      if (status !== 0) throw new Error(stderr);
      return { wall: performance.now() - started };
    },
  };
}

async function run(cwd: string, host: string, ...args: readonly string[]): Promise<Figures> {
  const started = performance.now();
  const { exitCode, stderr, stdout } = await runSti(["run", ...args], { cwd, env: { DOCKER_HOST: host } });
  if (exitCode !== 0) throw new Error(stdout + stderr);
  return { wall: performance.now() - started };
}

/** Makes the compiled app so large that docker build takes the usual time. */
async function fit(
  project: ReturnType<typeof writeProject>,
  build: () => Promise<Figures>,
  say: BenchContext["say"],
): Promise<void> {
  say("finding the size of the compiled app");
  await build();
  for (let fitting = 0; fitting < FITTINGS; fitting += 1) {
    project.edit("compiled");
    const { wall = 0 } = await build();
    if (wall >= USUAL.least && wall <= USUAL.most) return;
    const factor = (USUAL.middle - FIXED) / Math.max(wall - FIXED, 50);
    project.grow(Math.max(1, Math.round(project.modules() * Math.min(Math.max(factor, 0.25), 4))));
    await build();
  }
}

/** Text of one of the modules that are compiled: each imports the next. `value` is what an edit changes. */
function moduleText(index: number, count: number, value = index): string {
  const next = index + 1 === count ? "" : `import { total as rest } from "./module${index + 1}.js";\n`;
  return `import { createHash } from "node:crypto";
${next}
export interface Entry${index} { readonly id: string; readonly size: number }

export function total(entries: readonly Entry${index}[]): number {
  const own = entries.reduce((sum, { size }) => sum + size, ${value});
  return own${next === "" ? "" : " + rest([])"};
}

export const name${index} = (text: string): string => createHash("sha256").update(text).digest("hex");
`;
}

/** Where the packages that the compiled app needs are in this repository. */
function findPackages(): Readonly<Record<string, string>> {
  const folderOf = (name: string, from: string) =>
    dirname(createRequire(from).resolve(`${name}/package.json`));
  const typescript = realpathSync(folderOf("typescript", import.meta.filename));
  const platform = `@typescript/typescript-${process.platform}-${process.arch}`;
  const types = realpathSync(folderOf("@types/node", import.meta.filename));
  return {
    typescript,
    [platform]: folderOf(platform, join(typescript, "package.json")),
    "@types/node": types,
    "undici-types": folderOf("undici-types", join(types, "package.json")),
  };
}

/** Kilobytes of the layers that a registry with the dependencies lacks: those after the largest one. */
async function lastLayer(host: string, app: App, name: string): Promise<Readonly<Record<string, number>>> {
  const tag = name === PEER ? "docker" : app;
  const { body } = await callEngine({ host }, "GET", `/images/${REPOSITORY}/${tag}/history`);
  const sizes = (body as readonly { readonly Size: number }[]).map(({ Size }) => Size);
  const bytes = sizes.slice(0, sizes.indexOf(Math.max(...sizes))).reduce((sum, size) => sum + size, 0);
  return { "kB pushed": Math.ceil(bytes / 1024) };
}

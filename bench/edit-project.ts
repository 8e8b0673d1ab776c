// The apps of the benchmark `edit`, and their builds by sti and by docker. Their dependencies are as large as a node_modules.
import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { runSti } from "@sti/testing/run-cli";
import type { Figures } from "./measure.ts";

export const REPOSITORY = "sti-bench";
/** 300 MB in 6,000 files, as a node_modules has them. */
export const FILES = 6000;
export const KILOBYTES = 50;
export const APPS = 10;
/** Modules of the compiled app. */
export const MODULES = 240;
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

export type App = "compiled" | "copied";

export type EditProject = ReturnType<typeof writeProject>;

export function writeProject(folder: string) {
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
  for (let index = 0; index < MODULES; index += 1) {
    write(`compiled/src/module${index}.ts`, moduleText(index));
  }
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
      ? write("compiled/src/module0.ts", moduleText(0, Math.random()))
      : write("copied/src/page", String(Math.random()));
  /** Of both apps: the same, so that they have one layer. */
  const changeDependencies = () => {
    const text = String(Math.random());
    for (const name of ["copied", "compiled"]) write(`${name}/deps.lock`, text);
  };
  edit("copied");
  changeDependencies();
  return {
    apps,
    edit,
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

/** Text of one of the modules that are compiled: each imports the next. `value` is what an edit changes. */
function moduleText(index: number, value = index): string {
  const next = index + 1 === MODULES ? "" : `import { total as rest } from "./module${index + 1}.js";\n`;
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

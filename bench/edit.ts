// Cost of one changed line in an app with large dependencies: by each method of sti on a dependency layer, beside
// `docker build` of the Dockerfile that does the same with a cached layer. Then the cost of changed dependencies.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { callEngine } from "@sti/testing/engine-api";
import { removeLayers } from "@sti/testing/remove-images";
import { runSti } from "@sti/testing/run-cli";
import type { BenchContext } from "./benchmarks.ts";
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

const INSTALL = `#!/bin/sh
set -e
mkdir -p /srv/deps
i=0; while [ $i -lt ${FILES} ]; do i=$((i+1)); d=/srv/deps/$((i/100)); [ -d $d ] || mkdir $d; head -c ${KILOBYTES * 1024} /dev/urandom > $d/$i; done
cp /tmp/src/deps.lock /srv/
`;
const DOCKERFILE = `FROM sti-bench/builder
COPY deps.lock /tmp/src/
RUN /usr/bin/prepare-dependencies
COPY . /tmp/src/
RUN /usr/bin/prepare
CMD ["/usr/bin/run"]
`;

export async function bench({ host, rounds = ROUNDS, say, signal }: BenchContext): Promise<readonly Table[]> {
  const docker = findDocker();
  return await withImages(host, REPOSITORY, () =>
    withFolder(async (folder) => {
      const project = writeProject(folder);
      const contenders = (prepare: () => void): readonly Contender[] => [
        ...(docker === undefined ? [] : [{ name: PEER, prepare, run: () => project.docker(docker, host) }]),
        {
          name: "sti, Dockerfile method",
          prepare,
          goal: "1.2",
          run: () => project.sti(host, "dockerfile", "app"),
        },
        {
          name: "sti, container method",
          prepare,
          goal: "1.2",
          run: () => project.sti(host, "container", "app"),
        },
      ];
      try {
        await project.sti(host, "dockerfile", "builder");
        say("one line of the source changed");
        const edited = await measure(contenders(project.edit), { rounds, signal });
        const pushed = await Promise.all(
          edited.map(async (row) => ({ ...row, counts: await lastLayer(host, row.name) })),
        );
        say("dependencies changed");
        const installed = await measure(contenders(project.changeDependencies), { rounds: 1, signal });
        say(`${APPS} apps on one layer`);
        project.changeDependencies();
        const shared = await project.sti(host, "dockerfile", ...project.apps);
        const title = (what: string) =>
          `${what}: ${Math.round((FILES * KILOBYTES) / 1024)} MB of dependencies in ${FILES} files`;
        return [
          { title: title("one line changed"), compare: "wall", peers: [PEER], rows: pushed },
          { title: title("dependencies changed"), compare: "wall", peers: [PEER], rows: installed },
          {
            title: title(`${APPS} apps, new dependencies`),
            compare: "wall",
            peers: [],
            rows: [{ name: "sti, Dockerfile method", ...shared }],
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
  const scripts = "COPY prepare-dependencies prepare run /usr/bin/";
  write(
    "builder/Dockerfile",
    `FROM debian:bookworm-slim\n${scripts}\nLABEL sti.dependencies.inputs="deps.lock"\n`,
  );
  write("builder/prepare-dependencies", INSTALL);
  write("builder/prepare", "#!/bin/sh\nset -e\nmkdir -p /srv/app\ncp -r /tmp/src/. /srv/app/\n");
  write("builder/run", "#!/bin/sh\n");
  write("app/Dockerfile", DOCKERFILE);
  const apps = Array.from({ length: APPS }, (_, index) => `shared${index}`);
  const app = { source: "app", ignore: ["Dockerfile"], buildImage: "sti-bench/builder" };
  const all = ["app", ...apps].map((name) => [name, { ...app, tag: `${REPOSITORY}/${name}` }] as const);
  const images = { builder: { context: "builder", tag: "sti-bench/builder" } };
  write("sti.config.json", JSON.stringify({ images, apps: Object.fromEntries(all) }));
  const edit = () => write("app/src/page", String(Math.random()));
  const changeDependencies = () => write("app/deps.lock", String(Math.random()));
  edit();
  changeDependencies();
  return {
    apps,
    edit,
    changeDependencies,
    async sti(host: string, method: string, ...names: readonly string[]): Promise<Figures> {
      const started = performance.now();
      const { exitCode, stderr, stdout } = await runSti(["run", "-m", method, ...names], {
        cwd: folder,
        env: { DOCKER_HOST: host },
      });
      if (exitCode !== 0) throw new Error(stdout + stderr);
      return { wall: performance.now() - started };
    },
    async docker(docker: string, host: string): Promise<Figures> {
      const started = performance.now();
      const { status, stderr } = spawnSync(
        docker,
        ["build", "-q", "-t", `${REPOSITORY}/docker`, join(folder, "app")],
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

/** Kilobytes of the layers that a registry with the dependencies lacks: those after the largest one. */
async function lastLayer(host: string, name: string): Promise<Readonly<Record<string, number>>> {
  const tag = name === PEER ? "docker" : "app";
  const { body } = await callEngine({ host }, "GET", `/images/${REPOSITORY}/${tag}/history`);
  const sizes = (body as readonly { readonly Size: number }[]).map(({ Size }) => Size);
  const bytes = sizes.slice(0, sizes.indexOf(Math.max(...sizes))).reduce((sum, size) => sum + size, 0);
  return { "kB pushed": Math.ceil(bytes / 1024) };
}

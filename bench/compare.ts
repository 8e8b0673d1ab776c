// Comparing two images of 500 MB with 50,000 files each, beside what `docker save` and tar do to the same.
import { spawn, spawnSync } from "node:child_process";
import { randomFillSync } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createDockerEngine } from "@sti/engine-docker";
import type { BenchContext } from "./bench-context.ts";
import { type Contender, measure, type Table } from "./measure.ts";
import { stiCommand } from "./sti-command.ts";
import { timeCommand } from "./time-command.ts";
import { withFolder } from "./with-folder.ts";
import { withImages } from "./with-images.ts";

const REPOSITORY = "sti-bench-compare";
const IMAGES = [`${REPOSITORY}/left`, `${REPOSITORY}/right`] as const;
const FILES = 50_000;
const FILES_EACH_FOLDER = 100;
/** Bytes: nearly all files are small, and half of what there is is in the large ones. */
const SMALL = 5_000;
const LARGE = 5_000_000;
const LARGE_FILES = 50;
const LISTED = "docker save | tar t";
const UNPACKED = "docker save, unpacked, diff -r";

export async function bench(context: BenchContext): Promise<readonly Table[]> {
  return await withImages(context.host, REPOSITORY, () =>
    withFolder((folder) => benchCompare(folder, context)),
  );
}

async function benchCompare(folder: string, context: BenchContext): Promise<readonly Table[]> {
  const { host, rounds = 3, say, signal } = context;
  say("making two images of 500 MB");
  const rootfs = join(folder, "rootfs");
  writeFiles(rootfs);
  for (const image of IMAGES) {
    // One file differs, and counts for nothing: the command is to end well.
    mkdirSync(join(rootfs, "var/log"), { recursive: true });
    writeFileSync(join(rootfs, "var/log/build.log"), `${image}\n`);
    await buildImage(host, folder, image);
  }
  rmSync(rootfs, { recursive: true });
  const unpacked = join(folder, "unpacked");
  const shell = (name: string, script: string, prepare?: Contender["prepare"]): Contender => ({
    name,
    ...(prepare === undefined ? {} : { prepare }),
    run: async () => {
      const command = ["bash", "-c", `set -o pipefail; ${script}`];
      return (await timeCommand({ command, cwd: folder, env: { DOCKER_HOST: host }, signal })).figures;
    },
  });
  const hasDocker = spawnSync("docker", ["--version"]).status === 0;
  say("measuring");
  const rows = await measure(
    [
      {
        name: "sti compare",
        run: async () => {
          const command = stiCommand("compare", ...IMAGES);
          return (await timeCommand({ command, cwd: folder, env: { DOCKER_HOST: host }, signal })).figures;
        },
      },
      ...(hasDocker
        ? [
            shell(LISTED, IMAGES.map((image) => `docker save ${image} | tar -tf - > /dev/null`).join("; ")),
            shell(
              UNPACKED,
              `${IMAGES.map(unpack).join("; ")}; diff -rq --no-dereference unpacked/left/inner unpacked/right/inner > differences || true`,
              () => rmSync(unpacked, { recursive: true, force: true }),
            ),
          ]
        : []),
    ],
    { rounds, signal },
  );
  const notes = [
    "Of docker save and tar, which hash nothing, the memory is that of the docker command.",
    ...(hasDocker ? [] : ["Without docker save: there is no docker command here."]),
  ];
  const title = "two images of 500 MB with 50,000 files, one file differs";
  return [{ title, compare: "wall", peers: hasDocker ? [LISTED, UNPACKED] : [], rows, notes }];
}

/** Only one layer each, whose place in the archive depends on the engine's version. */
function unpack(image: string): string {
  const folder = `unpacked/${image.slice(REPOSITORY.length + 1)}`;
  return [
    `mkdir -p ${folder}/outer ${folder}/inner`,
    `docker save ${image} | tar -xf - -C ${folder}/outer`,
    `find ${folder}/outer -type f -size +1M -exec tar -xf {} -C ${folder}/inner ';'`,
  ].join(" && ");
}

async function buildImage(host: string, folder: string, image: string): Promise<void> {
  writeFileSync(join(folder, "Dockerfile"), "FROM scratch\nCOPY rootfs /\n");
  const engine = await createDockerEngine({ endpoint: { host, from: "bench" } });
  const tar = spawn("tar", ["-C", folder, "-cf", "-", "rootfs", "Dockerfile"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const id = await engine.buildImage({
    context: tar.stdout,
    dockerfile: "Dockerfile",
    buildArgs: {},
    labels: {},
    noCache: true,
    onOutput: () => {},
  });
  await engine.tagImage(id, image);
}

function writeFiles(rootfs: string): void {
  const content = Buffer.alloc(LARGE);
  randomFillSync(content);
  for (let file = 0; file < FILES; file += 1) {
    const folder = join(rootfs, `folder-${Math.floor(file / FILES_EACH_FOLDER)}`);
    if (file % FILES_EACH_FOLDER === 0) mkdirSync(folder, { recursive: true });
    const size = file % (FILES / LARGE_FILES) === 0 ? LARGE : SMALL;
    content.writeUInt32LE(file);
    writeFileSync(join(folder, `file-${file}`), content.subarray(0, size));
  }
}

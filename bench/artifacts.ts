// Cost of carrying artifacts to the next build: by each method of sti, and beside it the same files copied out of a
// container and into another through the client, as `docker cp` does. Medians of three, in one run.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { callEngine } from "@sti/testing/engine-api";
import { runSti } from "@sti/testing/run-cli";
import type { BenchContext } from "./bench-context.ts";
import { median, type Row, type Table } from "./measure.ts";
import { withFolder } from "./with-folder.ts";
import { withImages } from "./with-images.ts";

const ROUNDS = 3;
const REPOSITORY = "sti-bench";
const COPIED = "copied out and in through the client";
const SHAPES = [
  { name: "200 MB in 20 files", files: 20, kilobytes: 10_240 },
  { name: "50 MB in 5,000 files", files: 5_000, kilobytes: 10 },
] as const;

export async function bench({ host, rounds = ROUNDS, say, signal }: BenchContext): Promise<readonly Table[]> {
  return await withImages(host, REPOSITORY, () =>
    withFolder(async (folder) => {
      const tables: Table[] = [];
      for (const shape of SHAPES) {
        say(shape.name);
        const rows: Row[] = [];
        for (const method of ["dockerfile", "container"] as const) {
          const rebuilds = { host, folder, method, rounds, signal };
          const empty = await timeRebuilds({ ...rebuilds, shape: { files: 0, kilobytes: 0 } });
          const full = await timeRebuilds({ ...rebuilds, shape });
          rows.push(
            { name: `sti -m ${method}, a whole incremental rebuild`, wall: full },
            { name: `sti -m ${method}, what the artifacts add to it`, wall: Math.max(0, full - empty) },
          );
        }
        rows.unshift({ name: COPIED, wall: await timeCopies(host, { rounds, signal }) });
        tables.push({ title: shape.name, compare: "wall", peers: [COPIED], rows });
      }
      return tables;
    }),
  );
}

interface Turns {
  readonly rounds: number;
  readonly signal: AbortSignal;
}

interface Rebuilds extends Turns {
  readonly host: string;
  readonly folder: string;
  readonly method: string;
  readonly shape: { readonly files: number; readonly kilobytes: number };
}

/** Median milliseconds of a rebuild after a changed source, with artifacts of this shape in the previous image. */
async function timeRebuilds(rebuilds: Rebuilds): Promise<number> {
  const { folder, host, method, shape } = rebuilds;
  const write = (path: string, text: string) => {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text, { mode: 0o755 });
  };
  const fill = `i=0; while [ $i -lt ${shape.files} ]; do i=$((i+1)); head -c ${shape.kilobytes * 1024} /dev/urandom > /kept/$i; done`;
  write(
    "builder/Dockerfile",
    `FROM debian:bookworm-slim\nRUN mkdir /kept; ${fill}\nCOPY prepare save-artifacts run /usr/bin/\n`,
  );
  write("builder/prepare", "#!/bin/sh\nls /tmp/artifacts | wc -l\ncp /tmp/src/text /srv/\n");
  write("builder/save-artifacts", "#!/bin/sh\ncp -a /kept/. /tmp/artifacts/\n");
  write("builder/run", "#!/bin/sh\n");
  const config = {
    images: { builder: { context: "builder", tag: "sti-bench/builder" } },
    apps: { app: { source: "app", buildImage: "sti-bench/builder", tag: "sti-bench/app", method } },
  };
  write("sti.config.json", JSON.stringify(config));
  const build = async () => {
    write("app/text", String(Math.random()));
    const started = performance.now();
    const { exitCode, stderr } = await runSti(["run"], { cwd: folder, env: { DOCKER_HOST: host } });
    if (exitCode !== 0) throw new Error(stderr);
    return performance.now() - started;
  };
  await build();
  return await medianOf(rebuilds, build);
}

/** Median milliseconds of taking /kept of the last builder out as a tar and putting it into another container. */
async function timeCopies(host: string, turns: Turns): Promise<number> {
  const create = async () => {
    const spec = { Image: "sti-bench/builder", Cmd: ["true"] };
    return ((await callEngine({ host }, "POST", "/containers/create", spec)).body as { Id: string }).Id;
  };
  return await medianOf(turns, async () => {
    const [from, to] = [await create(), await create()];
    const started = performance.now();
    await copy(host.replace("unix://", ""), from, to);
    const milliseconds = performance.now() - started;
    for (const id of [from, to]) await callEngine({ host }, "DELETE", `/containers/${id}?force=1`);
    return milliseconds;
  });
}

function copy(socketPath: string, from: string, to: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  request({ socketPath, path: `/containers/${from}/archive?path=/kept` }, (archive) => {
    const put = request(
      { socketPath, method: "PUT", path: `/containers/${to}/archive?path=/srv` },
      (answer) => {
        answer.resume().on("end", resolve);
      },
    );
    archive.pipe(put.on("error", reject));
  })
    .on("error", reject)
    .end();
  return promise;
}

async function medianOf({ rounds, signal }: Turns, run: () => Promise<number>): Promise<number> {
  const figures: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    signal.throwIfAborted();
    spawnSync("sync");
    figures.push(await run());
  }
  return median(figures) ?? 0;
}

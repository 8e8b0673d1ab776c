// What carrying artifacts to the next build costs: by each method of sti, and beside it the same files copied out of
// a container and into another through the client, as `docker cp` does. Medians of three, in one run.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { callEngine } from "@sti/testing/engine-api";
import { runSti } from "@sti/testing/run-cli";

const ROUNDS = 3;
const SHAPES = [
  { name: "200 MB in 20 files", files: 20, kilobytes: 10_240 },
  { name: "50 MB in 5,000 files", files: 5_000, kilobytes: 10 },
] as const;

/** `host`: of the engine. */
export async function bench(host: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "sti-bench-"));
  try {
    for (const shape of SHAPES) {
      const empty = { build: 0, run: 0 };
      const full = { build: 0, run: 0 };
      for (const method of ["build", "run"] as const) {
        empty[method] = await timeRebuilds(host, folder, method, { files: 0, kilobytes: 0 });
        full[method] = await timeRebuilds(host, folder, method, shape);
      }
      const copied = await timeCopies(host);
      const print = (label: string, seconds: number) =>
        process.stdout.write(
          `  ${label.padEnd(46)} ${seconds.toFixed(2)} s  ${(seconds / copied).toFixed(2)} ×\n`,
        );
      process.stdout.write(`${shape.name}\n`);
      print("copied out and in through the client", copied);
      for (const method of ["build", "run"] as const) {
        print(`sti -m ${method}, a whole incremental rebuild`, full[method]);
        print(`sti -m ${method}, what the artifacts add to it`, Math.max(0, full[method] - empty[method]));
      }
    }
  } finally {
    for (const name of ["app", "builder"])
      await callEngine({ host }, "DELETE", `/images/sti-bench/${name}?force=1`);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Median seconds of a rebuild after a changed source, with artifacts of this shape in the previous image. */
async function timeRebuilds(
  host: string,
  folder: string,
  method: string,
  shape: { readonly files: number; readonly kilobytes: number },
): Promise<number> {
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
    return (performance.now() - started) / 1000;
  };
  await build();
  return await median(build);
}

/** Median seconds of taking /kept of the last builder out as a tar and putting it into another container. */
async function timeCopies(host: string): Promise<number> {
  const create = async () => {
    const spec = { Image: "sti-bench/builder", Cmd: ["true"] };
    return ((await callEngine({ host }, "POST", "/containers/create", spec)).body as { Id: string }).Id;
  };
  return await median(async () => {
    const [from, to] = [await create(), await create()];
    const started = performance.now();
    await copy(host.replace("unix://", ""), from, to);
    const seconds = (performance.now() - started) / 1000;
    for (const id of [from, to]) await callEngine({ host }, "DELETE", `/containers/${id}?force=1`);
    return seconds;
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

async function median(measure: () => Promise<number>): Promise<number> {
  const figures: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    spawnSync("sync");
    figures.push(await measure());
  }
  return figures.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] as number;
}

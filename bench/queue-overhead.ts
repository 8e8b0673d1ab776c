// What a queue adds to a task: trivial apps on a worker, through Redis and PostgreSQL, beside a local run of the same apps in
// the same engine. All of them add their results to a store. One target at a time, so that none waits for another.
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { callEngine } from "@sti/testing/engine-api";
import { startRegistry } from "@sti/testing/registry";
import { shareImage } from "@sti/testing/share-image";
import type { BenchContext } from "./bench-context.ts";
import { generateWorkspace } from "./generate-workspace.ts";
import { type Contender, measure, type Table } from "./measure.ts";
import { type NamedServer, startServers } from "./queue-servers.ts";
import { stiCommand } from "./sti-command.ts";
import { timeCommand } from "./time-command.ts";
import { withFolder } from "./with-folder.ts";
import { withImages } from "./with-images.ts";

const APPS = 20;
const REPOSITORY = "sti-bench-queue";
const LOCAL = "sti run";

type Ended = Readonly<Record<string, unknown>> & { readonly type: string };

export async function bench(context: BenchContext): Promise<readonly Table[]> {
  const { host, rounds = 5, say, signal } = context;
  const registry = await startRegistry();
  const closing: (() => Promise<unknown>)[] = [() => registry.close()];
  try {
    return await withFolder((folder) =>
      withImages(host, REPOSITORY, async () => {
        const base = `${registry.address}/base:1`;
        await shareImage({ host, from: "bench" }, "debian:bookworm-slim", base);
        closing.unshift(() => callEngine({ host }, "DELETE", `/images/${base}`));
        const env = { DOCKER_HOST: host, CI: undefined };
        const contenders: Contender[] = [];
        const add = (name: string, server: NamedServer | undefined) => {
          const project = join(folder, String(contenders.length));
          contenders.push(
            contenderOf({ base, env, name, project, registry: registry.address, server, signal }),
          );
        };
        add(LOCAL, undefined);
        const migrate = async (url: string) => {
          await timeCommand({ command: stiCommand("queue", "init", "--on", url), cwd: folder, env, signal });
        };
        await startServers(migrate, {
          closing,
          use: async (server) => {
            const home = join(folder, server.name);
            closing.unshift(await startWorker(server.url, { ...env, XDG_CACHE_HOME: home }));
            add(`sti run --on, ${server.name}`, server);
          },
        });
        say("measuring");
        const rows = await measure(contenders, { rounds, signal });
        const local = rows.find(({ name }) => name === LOCAL)?.wall ?? 0;
        const compared = rows.map((row) =>
          row.name === LOCAL ? row : { ...row, counts: { "more ms": Math.round(row.wall - local) } },
        );
        const title = `a target, median of ${APPS} trivial apps`;
        return [{ title, compare: "wall", peers: [], rows: compared }];
      }),
    );
  } finally {
    for (const close of closing) await close();
  }
}

function contenderOf({
  base,
  env,
  name,
  project,
  registry,
  server,
  signal,
}: {
  readonly base: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly name: string;
  readonly project: string;
  readonly registry: string;
  readonly server: NamedServer | undefined;
  readonly signal: AbortSignal;
}): Contender {
  const store = `${registry}/store-${project.split("/").at(-1)}`;
  generateWorkspace({ folder: project, apps: APPS, repository: REPOSITORY, store, method: "container" });
  writeFileSync(join(project, "builder/Dockerfile"), `FROM ${base}\nCOPY prepare run /usr/bin/\n`);
  const on = server === undefined ? [] : ["--on", server.url];
  const command = stiCommand("run", "--concurrency", "1", "--reporter", "ndjson", ...on);
  return {
    name,
    ...(server === undefined ? {} : { goal: "100 ms more" }),
    prepare: () => {
      for (let index = 0; index < APPS; index += 1)
        writeFileSync(join(project, `apps/app-${index}/file-0.txt`), `${process.hrtime.bigint()}\n`);
    },
    run: async () => {
      const more = { ...env, XDG_CACHE_HOME: `${project}-cache` };
      const { figures, stdout } = await timeCommand({ command, cwd: project, env: more, signal });
      const durations = stdout
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Ended)
        .filter(({ outcome, type }) => type === "target-finished" && outcome === "built")
        .map(({ duration }) => Number(duration))
        .sort((one, other) => one - other);
      if (durations.length < APPS) throw new Error(`${durations.length} targets were built`);
      const at = (share: number) => durations[Math.floor(durations.length * share)] ?? 0;
      return { cpu: figures.cpu, wall: at(0.5), p95: at(0.95) };
    },
  };
}

/** Resolves to its end, once it takes tasks. */
async function startWorker(
  url: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<() => Promise<void>> {
  const [program = "", ...args] = stiCommand("worker", "--on", url, "--allow-unsigned");
  const worker = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const { promise: ready, reject, resolve } = Promise.withResolvers<void>();
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  worker.stdout.setEncoding("utf8").on("data", (text: string) => {
    if (text.includes("takes tasks for")) resolve();
  });
  worker.on("close", () => {
    reject(new Error("the worker has ended"));
    end();
  });
  await ready;
  return async () => {
    worker.kill("SIGTERM");
    await ended;
  };
}

// Overhead of sti on the engine's work: one tiny app, of which one byte changed, beside the same engine calls made by
// hand (the floor) and `docker build` of the equivalent Dockerfile.
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createDockerEngine } from "@sti/engine-docker";
import { callEngine } from "@sti/testing/engine-api";
import type { BenchContext } from "./bench-context.ts";
import { dockerBuild, findDocker } from "./docker-command.ts";
import { generateWorkspace } from "./generate-workspace.ts";
import { type Contender, type Figures, measure, type Table } from "./measure.ts";
import { type RecordedCall, recordCalls } from "./record-calls.ts";
import type { Replay } from "./replay-calls.ts";
import { stiCommand } from "./sti-command.ts";
import { timeCommand } from "./time-command.ts";
import { withFolder } from "./with-folder.ts";
import { withImages } from "./with-images.ts";

const REPOSITORY = "sti-bench-overhead";
const FLOOR = "by hand";
const FLOOR_PROCESS = "by hand, a process";
const PROGRAM = new URL("replay-calls.ts", import.meta.url).pathname;

export async function bench(context: BenchContext): Promise<readonly Table[]> {
  const engine = await createDockerEngine({
    endpoint: { host: context.host, from: "the benchmark" },
    env: {},
  });
  const { commitsExactly, product } = await engine.describe();
  context.say(`on ${product}`);
  // Podman has no BuildKit.
  const docker = product === "Podman" ? undefined : findDocker();
  const tables: Table[] = [];
  for (const method of commitsExactly ? (["container", "dockerfile"] as const) : (["dockerfile"] as const)) {
    tables.push(await withFolder((folder) => benchMethod({ method, docker }, folder, context)));
  }
  return tables;
}

async function benchMethod(
  { docker, method }: { readonly docker: string | undefined; readonly method: "dockerfile" | "container" },
  folder: string,
  context: BenchContext,
): Promise<Table> {
  const { host, rounds = 15, say, signal } = context;
  generateWorkspace({ folder, apps: 1, method, repository: REPOSITORY });
  const source = join(folder, "apps/app-0/file-0.txt");
  let marker = "";
  const change = () => {
    marker = randomBytes(16).toString("hex");
    writeFileSync(source, `${marker}\n`);
  };
  const timed = { cwd: folder, env: { DOCKER_HOST: host }, signal };
  const sti = async (env: object = {}): Promise<Figures> =>
    (await timeCommand({ ...timed, command: stiCommand("run"), env: { ...timed.env, ...env } })).figures;
  return await withImages(host, REPOSITORY, async () => {
    say(`recording what a build by the ${method} method asks of the engine`);
    change();
    await sti();
    change();
    const floor = await recordFloor(host, folder, marker, (proxy) => sti({ DOCKER_HOST: proxy }));
    const replay = async () => {
      const command = [process.execPath, ...(await floor.prepare(marker))];
      // Like sti, with Node.js's compile cache: after the first turn, nothing is compiled and no types are taken out.
      const env = { NODE_COMPILE_CACHE: join(folder, "compiled") };
      return await timeCommand({ ...timed, command, env });
    };
    const dockerTag = `${REPOSITORY}/docker`;
    const dockerRow: Contender = {
      name: "docker build",
      prepare: async () => {
        await callEngine({ host }, "DELETE", `/images/${dockerTag}?force=1`);
        change();
      },
      run: async () => {
        const command = dockerBuild({
          docker: docker as string,
          folder,
          context: "apps/app-0",
          builder: `${REPOSITORY}/builder`,
          tag: dockerTag,
        });
        return (await timeCommand({ ...timed, command, env: { ...timed.env, DOCKER_BUILDKIT: "1" } }))
          .figures;
      },
    };
    say("measuring");
    const rows = await measure(
      [
        {
          name: FLOOR,
          prepare: change,
          run: async () => ({ wall: Number((await replay()).stdout), calls: floor.calls.length }),
        },
        {
          name: FLOOR_PROCESS,
          prepare: change,
          run: async () => ({ ...(await replay()).figures, calls: floor.calls.length }),
        },
        ...(docker === undefined ? [] : [dockerRow]),
        { name: `sti run -m ${method}`, goal: `1.10 × ${FLOOR}`, prepare: change, run: () => sti() },
      ],
      { rounds, signal },
    );
    return {
      title: `one app of ten small files, one changed, ${method} method`,
      compare: "wall",
      peers: [FLOOR, FLOOR_PROCESS, "docker build"],
      rows,
      notes: docker === undefined ? ["Without docker build: no docker command here can use BuildKit."] : [],
    };
  });
}

interface Floor {
  readonly calls: readonly RecordedCall[];
  /** Arguments for Node.js with which it makes the calls again, with `marker` in the source. */
  readonly prepare: (marker: string) => Promise<readonly string[]>;
}

/** `build` gets the address of the recording engine. `recorded` is the marker in the source that it sends. */
async function recordFloor(
  host: string,
  folder: string,
  recorded: string,
  build: (proxy: string) => Promise<unknown>,
): Promise<Floor> {
  const socket = host.replace("unix://", "");
  /** As hex digits: in paths, the colon of an id may be written in other ways. */
  const findResult = async () => {
    const { body } = await callEngine({ host }, "GET", `/images/${REPOSITORY}/app-0/json`);
    return (body as { readonly Id: string }).Id.replace("sha256:", "");
  };
  const previous = await findResult();
  const calls = await recordCalls({ socket: join(folder, "engine.sock"), target: socket }, build);
  return {
    calls,
    async prepare(marker) {
      // The image that the recorded build replaced and removed is now that of the previous run.
      const replacements = [
        [recorded, marker],
        [previous, await findResult()],
      ] as const;
      const file = join(folder, "replay.json");
      writeFileSync(file, JSON.stringify({ socket, calls, replacements } satisfies Replay));
      return [PROGRAM, file];
    },
  };
}

// An app of 10,000 files: planning it, and building it after one of them changed, beside `docker build`.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { callEngine } from "@sti/testing/engine-api";
import type { BenchContext } from "./bench-context.ts";
import { dockerBuild, findDocker } from "./docker-command.ts";
import { generateWorkspace } from "./generate-workspace.ts";
import { writeManyFiles } from "./many-files.ts";
import { type Contender, measure, type Table } from "./measure.ts";
import { stiCommand } from "./sti-command.ts";
import { timeCommand } from "./time-command.ts";
import { withFolder } from "./with-folder.ts";
import { withImages } from "./with-images.ts";

const REPOSITORY = "sti-bench-context";
const DOCKER = "docker build, one file changed";

export async function bench(context: BenchContext): Promise<readonly Table[]> {
  return await withImages(context.host, REPOSITORY, () =>
    withFolder((folder) => benchContext(folder, context)),
  );
}

async function benchContext(folder: string, context: BenchContext): Promise<readonly Table[]> {
  const { host, rounds = 5, say, signal } = context;
  // Without a memory of its own each time: it must not be that of the project that is built.
  const [planned, built] = [join(folder, "planned"), join(folder, "built")];
  for (const project of [planned, built]) {
    generateWorkspace({ folder: project, apps: 1, files: 0, repository: REPOSITORY });
    writeManyFiles(join(project, "apps/app-0"));
  }
  const contender = (
    name: string,
    cwd: string,
    command: readonly string[],
    prepare?: Contender["prepare"],
  ) => ({
    name,
    ...(prepare === undefined ? {} : { prepare }),
    run: async () => {
      const env = { DOCKER_HOST: host, DOCKER_BUILDKIT: "1", XDG_CACHE_HOME: `${cwd}-cache` };
      return (await timeCommand({ command, cwd, env, signal })).figures;
    },
  });
  let changes = 0;
  const change = () => {
    changes += 1;
    writeFileSync(join(built, "apps/app-0/folder-7/file-7.txt"), `${changes}\n`.repeat(100));
  };
  say("building the app for the first time");
  await contender("", built, stiCommand("run")).run();
  const docker = findDocker();
  const dockerTag = `${REPOSITORY}/docker`;
  const builder = `${REPOSITORY}/builder`;
  const dockerCommand = (program: string) =>
    dockerBuild({ docker: program, folder: built, context: "apps/app-0", builder, tag: dockerTag });
  say("measuring");
  const rows = await measure(
    [
      contender("sti plan, cold", planned, stiCommand("plan"), () =>
        rmSync(`${planned}-cache/sti/projects`, { recursive: true, force: true }),
      ),
      contender("sti plan, warm", planned, stiCommand("plan")),
      contender(
        "sti run -m container, one file changed",
        built,
        stiCommand("run", "-m", "container"),
        change,
      ),
      contender(
        "sti run -m dockerfile, one file changed",
        built,
        stiCommand("run", "-m", "dockerfile"),
        change,
      ),
      ...(docker === undefined
        ? []
        : [
            contender(DOCKER, built, dockerCommand(docker), async () => {
              await callEngine({ host }, "DELETE", `/images/${dockerTag}?force=1`);
              change();
            }),
          ]),
    ],
    { rounds, signal },
  );
  const note =
    docker === undefined
      ? "Without docker build: no docker command here can use BuildKit."
      : "docker build sends what changed since its last build of the folder, sti all of it.";
  return [
    { title: "one app of 10,000 files of 1 kB", compare: "wall", peers: [DOCKER], rows, notes: [note] },
  ];
}

// Cost of one changed line in a Node app with large dependencies: by each method of sti on a dependency layer, beside
// `docker build` of the Dockerfile that does the same with a cached layer; for an app that is compiled, and for one whose
// prepare only copies, which leaves the fixed cost. Then the cost of changed dependencies. The builder is a project of its
// own: for all of them, it is an image that is there.
import { callEngine } from "@sti/testing/engine-api";
import { removeLayers } from "@sti/testing/remove-images";
import type { BenchContext } from "./bench-context.ts";
import { findDocker } from "./docker-command.ts";
import { APPS, type App, FILES, KILOBYTES, MODULES, REPOSITORY, writeProject } from "./edit-project.ts";
import { type Contender, measure, type Table } from "./measure.ts";
import { withFolder } from "./with-folder.ts";
import { withImages } from "./with-images.ts";

const ROUNDS = 7;
const PEER = "docker build, cached layer";
/** Changed dependencies take tens of seconds. */
const MOST_INSTALLS = 5;
export async function bench({
  host,
  part,
  rounds = ROUNDS,
  say,
  signal,
}: BenchContext): Promise<readonly Table[]> {
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
      const runs = (name: string) => part === undefined || part === name;
      const tables: Table[] = [];
      try {
        await project.makeBuilder(host);
        for (const [app, what, goal] of [
          ["compiled", `one line changed, ${MODULES} modules compiled`, undefined],
          ["copied", "one line changed, a prepare that only copies", ""],
        ] as const) {
          if (!runs(app)) continue;
          say(what);
          const rows = await measure(
            contenders(app, () => project.edit(app), goal),
            { rounds, signal },
          );
          const pushed = rows.map(async (row) => ({ ...row, counts: await lastLayer(host, app, row.name) }));
          tables.push({ title: what, compare: "wall", peers: [PEER], rows: await Promise.all(pushed) });
        }
        if (runs("dependencies")) {
          say("dependencies changed");
          const change = contenders("copied", () => project.changeDependencies());
          const rows = await measure(change, { rounds: Math.min(rounds, MOST_INSTALLS), signal });
          tables.push({ title: "dependencies changed", compare: "wall", peers: [PEER], rows });
        }
        if (runs("shared")) {
          say(`${APPS} apps on one layer`);
          project.changeDependencies();
          const row = {
            name: "sti, dockerfile method",
            ...(await project.sti(host, "dockerfile", ...project.apps)),
          };
          const size = `${Math.round((FILES * KILOBYTES) / 1024)} MB of dependencies in ${FILES} files`;
          const title = `${APPS} apps, new dependencies`;
          tables.push({ title, compare: "wall", peers: [], rows: [row], notes: [`All with ${size}.`] });
        }
        return tables;
      } finally {
        await removeLayers({ host });
      }
    }),
  );
}

/** Kilobytes of the layers that a registry with the dependencies lacks: those after the largest one. */
async function lastLayer(host: string, app: App, name: string): Promise<Readonly<Record<string, number>>> {
  const tag = name === PEER ? "docker" : app;
  const { body } = await callEngine({ host }, "GET", `/images/${REPOSITORY}/${tag}/history`);
  const sizes = (body as readonly { readonly Size: number }[]).map(({ Size }) => Size);
  const bytes = sizes.slice(0, sizes.indexOf(Math.max(...sizes))).reduce((sum, size) => sum + size, 0);
  return { "kB pushed": Math.ceil(bytes / 1024) };
}

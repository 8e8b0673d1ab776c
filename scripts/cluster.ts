// `./pnpmw cluster [compare]`: a queue, a registry, two engines and two workers on this machine, to try `sti run --on`, or to
// compare what they build with the results of one engine.
import { parseArgs } from "node:util";
import { compareCluster } from "./compare-cluster.ts";
import { ensureBuilt } from "./ensure-built.ts";
import { ensureProgram } from "./ensure-program.ts";
import { ensureQueueServers } from "./ensure-queue-servers.ts";
import { reportStep } from "./report-progress.ts";
import { runScript, ScriptError } from "./run-script.ts";
import { type Cluster, startCluster } from "./start-cluster.ts";

const usage = `Usage: ./pnpmw cluster [--queue redis|postgres] [--slots N]
         starts a queue, a registry, two engines and a worker for each, and prints how to use them; Ctrl-C ends and removes them
       ./pnpmw cluster compare [--queue redis|postgres] [--slots N] [--apps N | --project FOLDER]
         builds a workspace of N apps (default: 100), or a copy of a project, on both workers and in a third engine, and compares
         all results; ends with 1 if two are not equivalent`;

await runScript(async (signal) => {
  const { apps, compares, project, queue, slots } = readArguments();
  if (compares === undefined) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  await ensureProgram("docker-registry", { signal });
  await ensureQueueServers({ signal });
  await reportStep("building the packages", async () => ensureBuilt());
  const cluster = await startCluster({ queue, slots, signal });
  try {
    if (compares) return (await compareCluster(cluster, { apps, project, signal })) ? 0 : 1;
    process.stdout.write(describe(cluster));
    await Promise.race([untilAborted(signal), ...cluster.workers.map(({ ended }) => ended)]);
    return 0;
  } finally {
    await cluster.close();
  }
});

/** `compares`: undefined if only the usage is asked for. */
function readArguments() {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: {
        queue: { type: "string", default: "redis" },
        slots: { type: "string", default: "2" },
        apps: { type: "string" },
        project: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
    const { apps = "100", help, project, queue, slots } = values;
    const [command, ...others] = positionals;
    const compares = command === "compare";
    const isKnown = others.length === 0 && (command === undefined || compares);
    const isAlone = compares || (values.apps === undefined && project === undefined);
    if (!isKnown || !isAlone || !/^[1-9]\d*$/.test(apps) || (queue !== "redis" && queue !== "postgres"))
      throw new ScriptError(usage, 2);
    return { apps: Number(apps), compares: help ? undefined : compares, project, queue, slots } as const;
  } catch (error) {
    if (error instanceof ScriptError) throw error;
    throw new ScriptError(`${(error as Error).message}\n${usage}`, 2);
  }
}

function describe({ queue, registry, workers }: Cluster): string {
  return `
Two workers take tasks from ${queue}
In a project whose external images are in a registry:
  cache: { image: "${registry}/sti/store" }
  sti run --on ${queue}
  sti queue status --on ${queue}
Logs of the workers: ${workers.map(({ log }) => log).join(", ")}
Ctrl-C ends all of it.
`;
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => resolve(), { once: true });
  await promise;
}

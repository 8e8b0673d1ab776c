// `./pnpmw acceptance`: builds on two workers, each with an engine of its own, in all cases that have to work, and a table of them.
import { parseArgs } from "node:util";
import { bench } from "../bench/queue-tasks.ts";
import { acceptanceTable, type OverheadRow, rowsOf } from "./acceptance-table.ts";
import { ensureBaseImage } from "./base-image.ts";
import { stopPrivateEngine } from "./dev-engine.ts";
import type { EngineKind } from "./engine-kinds.ts";
import { namespaceFile } from "./engine-network.ts";
import { ensureBuilt } from "./ensure-built.ts";
import { ensureProgram } from "./ensure-program.ts";
import { ensureQueueServers } from "./ensure-queue-servers.ts";
import { engineKind, kindPlaces, startKind, stopKind } from "./kind-engine.ts";
import { besideEngine } from "./private-engine.ts";
import { withLock } from "./process-lock.ts";
import { reportStep } from "./report-progress.ts";
import { runScript, ScriptError } from "./run-script.ts";
import { describeFailures, runTests } from "./run-tests.ts";

const usage = `Usage: ./pnpmw acceptance [--second KIND] [-t NAME] [--keep]
Builds on two workers through Redis and PostgreSQL: order, results, logs, faults of workers, engines and servers, trust.
Prints a table: result, seconds and leftovers of each case. As root on Debian or Ubuntu.
  --second KIND  engine of the second worker; the first one has this machine's Docker (default: docker28-containerd)
  -t NAME        cases whose names contain this; "Redis" and "PostgreSQL" are parts of names
  --keep         leaves the engines running for the next time`;

/** Beside the tests of workers: those of the queue that need no engines that can be killed, and what a session without it loads. */
const FILES = ["queue", "loaded-code"].map((name) => `packages/cli/test/e2e/${name}.test.ts`);
const WORKERS = "packages/cli/test/workers/";
/** Milliseconds that the queue may add to a task. */
const OVERHEAD_LIMIT = 100;

await runScript(async (signal) => {
  const { keep, kind, name } = readArguments();
  if (process.platform !== "linux" || process.getuid?.() !== 0)
    throw new ScriptError("It starts and kills engines of its own: it needs Linux and root.", 3);
  for (const program of ["docker-registry", "chromium"]) await ensureProgram(program, { signal });
  await ensureQueueServers({ signal });
  await reportStep("building the packages", async () => ensureBuilt());
  return await withLock("sti-acceptance", signal, async () => {
    const kinds = [engineKind("docker20"), kind];
    const envs = kinds.map((_, index) => besideEngine(`worker${index + 1}`));
    try {
      const engines = [];
      for (const [index, one] of kinds.entries()) {
        const env = envs[index];
        if (env === undefined) throw new Error("each engine has a place");
        const { host } = await startKind(one, { env: { ...process.env, ...env }, signal });
        await ensureBaseImage({ host, signal });
        const network = one.start === undefined ? {} : { network: namespaceFile(kindPlaces(one, env)) };
        engines.push({ host, env, ...network });
      }
      const tests = { DOCKER_HOST: engines[0]?.host ?? "", STI_TEST_WORKERS: JSON.stringify(engines) };
      const filter = name === undefined ? [] : ["-t", name];
      const args = ["--project=e2e", "--project=workers", ...FILES, WORKERS, ...filter];
      const run = await runTests({ enter: [], env: tests }, args, signal);
      const overhead = name === undefined ? await measureOverhead(signal) : [];
      const rows = rowsOf(run, overhead);
      const about = kinds.map(({ about }) => about).join("; ");
      const failures = describeFailures(run);
      process.stdout.write(`\nEngines: ${about}\n\n${[acceptanceTable(rows), ...failures].join("\n\n")}\n`);
      return rows.length > 0 && run.failed === 0 && rows.every(({ isGood }) => isGood) ? 0 : 1;
    } finally {
      if (!keep)
        for (const [index, one] of kinds.entries()) {
          const env = { ...process.env, ...envs[index] };
          await (one.start === undefined
            ? stopPrivateEngine({ env, purge: true })
            : stopKind(one, { env, purge: true }));
        }
    }
  });
});

/** Medians of each server. */
async function measureOverhead(signal: AbortSignal): Promise<readonly OverheadRow[]> {
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const [table] = await bench({ host: "", rounds: undefined, signal, say });
  return (table?.rows ?? []).map(({ name, wall }) => ({
    server: name,
    milliseconds: wall,
    limit: OVERHEAD_LIMIT,
  }));
}

function readArguments(): {
  readonly kind: EngineKind;
  readonly name: string | undefined;
  readonly keep: boolean;
} {
  try {
    const { values } = parseArgs({
      options: {
        second: { type: "string", default: "docker28-containerd" },
        name: { type: "string", short: "t" },
        keep: { type: "boolean", default: false },
      },
    });
    return { kind: engineKind(values.second), name: values.name, keep: values.keep };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // parseArgs: an option it does not know
    throw new ScriptError(`${error.message}\n${usage}`, 2);
  }
}

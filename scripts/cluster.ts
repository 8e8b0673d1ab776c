// `./pnpmw cluster COMMAND`: a queue, a registry, two engines and two workers on this machine, to try `sti run --on`.
import { spawn } from "node:child_process";
import { mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startPostgres, startRedis } from "@sti/testing/queue-server";
import { startRegistry } from "@sti/testing/registry";
import { ensureBaseImage } from "./base-image.ts";
import { startPrivateEngine, stopPrivateEngine } from "./dev-engine.ts";
import { ensureBuilt, root } from "./ensure-built.ts";
import { ensureProgram } from "./ensure-program.ts";
import { ensureQueueServers } from "./ensure-queue-servers.ts";
import { besideEngine, privateEngine } from "./private-engine.ts";
import { reportStep } from "./report-progress.ts";
import { ended } from "./run-command.ts";
import { runScript, ScriptError } from "./run-script.ts";

const usage = `Usage: ./pnpmw cluster [--queue redis|postgres] [--slots N]
  starts a queue, a registry, two engines and a worker for each, and prints how to use them; Ctrl-C ends and removes them`;

const STI = join(root, "packages/cli/bin/sti.js");

await runScript(async (signal) => {
  const { values } = parseArgs({
    options: {
      queue: { type: "string", default: "redis" },
      slots: { type: "string", default: "2" },
      help: { type: "boolean" },
    },
  });
  if (values.help === true) {
    print(usage);
    return 0;
  }
  if (values.queue !== "redis" && values.queue !== "postgres") throw new ScriptError(usage, 2);
  await ensureProgram("docker-registry", { signal });
  await ensureQueueServers({ signal });
  await reportStep("building the packages", async () => ensureBuilt());
  const engines = ["1", "2"].map((number) => ({ ...process.env, ...besideEngine(`cluster${number}`) }));
  const closing: (() => Promise<unknown>)[] = [];
  try {
    const registry = await startRegistry();
    closing.unshift(() => registry.close());
    const server =
      values.queue === "redis"
        ? await startRedis()
        : await startPostgres((url) => sti(["queue", "init", "--on", url]));
    closing.unshift(() => server.close());
    for (const env of engines) {
      const engine = await startPrivateEngine({ env, signal });
      closing.unshift(() => stopPrivateEngine({ env, purge: true }));
      await ensureBaseImage({ ...engine, signal });
    }
    const workers = engines.map((env, index) =>
      startWorker(`worker-${index + 1}`, env, { url: server.url, slots: values.slots }),
    );
    closing.unshift(...workers.map((worker) => worker.stop));
    print(`
Two workers take tasks from ${server.url}
In a project whose external images are in a registry:
  cache: { image: "${registry.address}/sti/store" }
  sti run --on ${server.url}
  sti queue status --on ${server.url}
Logs of the workers: ${workers.map(({ log }) => log).join(", ")}
Ctrl-C ends all of it.`);
    await Promise.race([untilAborted(signal), ...workers.map(({ ended: end }) => end)]);
    return 0;
  } finally {
    for (const close of closing) await close();
  }
});

function startWorker(
  name: string,
  engine: NodeJS.ProcessEnv,
  { slots, url }: { readonly url: string; readonly slots: string },
) {
  const { directory, socket } = privateEngine(engine);
  const home = join(directory, "worker");
  mkdirSync(home, { recursive: true });
  const log = join(home, "log");
  const out = openSync(log, "w");
  const child = spawn(
    process.execPath,
    [STI, "worker", "--on", url, "--name", name, "--slots", slots, "--allow-unsigned"],
    {
      stdio: ["ignore", out, out],
      env: { ...process.env, DOCKER_HOST: `unix://${socket}`, XDG_CACHE_HOME: home },
      detached: true,
    },
  );
  const end = ended(child, new AbortController().signal);
  return {
    log,
    ended: end,
    stop: async () => {
      child.kill("SIGTERM");
      await end;
    },
  };
}

async function sti(args: readonly string[]): Promise<void> {
  const code = await ended(
    spawn(process.execPath, [STI, ...args], { stdio: ["ignore", "ignore", "inherit"] }),
  );
  if (code !== 0) throw new ScriptError(`sti ${args[0]} failed`, 1);
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => resolve(), { once: true });
  await promise;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

// `./pnpmw test [--engine KIND] [vitest arguments]`: without vitest's arguments the unit, engine and end-to-end tests. Sets up
// the engine and the base image where they are missing, and ends with one line that counts.
import { ensureBaseImage } from "./base-image.ts";
import { ensureEngine, privateEngineHost, startPrivateEngine, stopPrivateEngine } from "./dev-engine.ts";
import { ensureBuildx } from "./ensure-buildx.ts";
import { ensureBuilt } from "./ensure-built.ts";
import { ensureProgram } from "./ensure-program.ts";
import { ensureQueueServers } from "./ensure-queue-servers.ts";
import { engineKind, startKind } from "./kind-engine.ts";
import { privateEngine, secondEngine } from "./private-engine.ts";
import { withLock } from "./process-lock.ts";
import { reportStep } from "./report-progress.ts";
import { runScript, ScriptError } from "./run-script.ts";
import { describeFailures, runTests } from "./run-tests.ts";

/** Without arguments. Those in the field take minutes, and few changes need them. */
const USUAL = ["--project=!field"];

await runScript(async (signal) => {
  const { kind, args } = readArguments();
  const result = areUnitTests(args)
    ? await runTests({ enter: [], env: {} }, args, signal)
    : await runOnEngine(kind, args, signal);
  const lines = [...describeFailures(result), `${result.passed} passed, ${result.failed} failed`];
  process.stdout.write(`${lines.join("\n")}\n`);
  return result.failed === 0 ? 0 : 1;
});

async function runOnEngine(kind: string | undefined, args: readonly string[], signal: AbortSignal) {
  const { host, enter, env, ...tls } = await (kind === undefined
    ? usualEngine(signal)
    : startKind(engineKind(kind), { signal }));
  await ensureBaseImage({ host, ...tls, signal });
  await ensureProgram("docker-registry", { signal });
  await ensureProgram("chromium", { signal });
  await ensureQueueServers({ signal });
  const buildx = await ensureBuildx({ signal });
  await reportStep("building the packages", async () => ensureBuilt());
  const tools = buildx === undefined ? {} : { STI_TEST_BUILDX: buildx };
  const run = async (more: Readonly<Record<string, string>>) =>
    await runTests({ enter, env: { ...env, ...more, ...tools } }, args, signal);
  return await (host === privateEngineHost() ? withSecondEngine(host, run, signal) : run({}));
}

/** The engine that there is, as commands find it. */
async function usualEngine(signal: AbortSignal) {
  const engine = await ensureEngine({ signal });
  return { ...engine, enter: [], env: { DOCKER_HOST: engine.host } };
}

/**
 * If the engine is the scripts' own, tests get another one while they run: two files at a time. Runs of several
 * checkouts follow each other: tests compare the content of both engines, and each run ends the second one.
 */
async function withSecondEngine<Value>(
  first: string,
  work: (env: Readonly<Record<string, string>>) => Promise<Value>,
  signal: AbortSignal,
): Promise<Value> {
  const env = secondEngine();
  const run = async () => {
    try {
      const { host } = await startPrivateEngine({ env, signal });
      await ensureBaseImage({ host, signal });
      return await work({ STI_TEST_ENGINES: `${first} ${host}` });
    } finally {
      await stopPrivateEngine({ env, purge: true });
    }
  };
  const onWait = () => process.stderr.write("waiting for the tests that run on this engine …\n");
  return await withLock(`${privateEngine().ruleMark}-tests`, signal, run, onWait);
}

/** They need no engine, and wait for nobody. */
function areUnitTests(args: readonly string[]): boolean {
  const projects = args.flatMap((word, index) =>
    word === "--project"
      ? [args[index + 1]]
      : word.startsWith("--project=")
        ? [word.slice("--project=".length)]
        : [],
  );
  return projects.length > 0 && projects.every((project) => project === "unit");
}

function readArguments(): { readonly kind: string | undefined; readonly args: readonly string[] } {
  const args = process.argv.slice(2);
  const at = args.findIndex((word) => word === "--engine" || word.startsWith("--engine="));
  const word = args[at];
  if (word === undefined) return { kind: undefined, args: args.length === 0 ? USUAL : args };
  const kind = word === "--engine" ? args[at + 1] : word.slice("--engine=".length);
  if (!kind) throw new ScriptError("--engine needs the name of a kind; `./pnpmw engine list` shows them", 2);
  const rest = args.toSpliced(at, word === "--engine" ? 2 : 1);
  return { kind, args: rest.length === 0 ? USUAL : rest };
}

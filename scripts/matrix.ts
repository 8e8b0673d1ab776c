// `./pnpmw matrix [--quick|--contract] [KIND…]`: the engine and end-to-end tests on kinds of engine, two at a time, and a table of it.
import { parseArgs } from "node:util";
import { ensureBaseImage } from "./base-image.ts";
import { type EngineKind, engineKinds } from "./engine-kinds.ts";
import { ensureBuilt } from "./ensure-built.ts";
import { ensureProgram } from "./ensure-program.ts";
import { engineKind, findKind, startKind, stopKind } from "./kind-engine.ts";
import { readVersion } from "./list-kinds.ts";
import { type MatrixRow, matrixTable } from "./matrix-table.ts";
import { withLock } from "./process-lock.ts";
import { reportStep } from "./report-progress.ts";
import { runScript, ScriptError } from "./run-script.ts";
import { runTests, type TestRun } from "./run-tests.ts";

const usage = `Usage: ./pnpmw matrix [--quick|--contract] [KIND…]
Runs the engine and end-to-end tests on each kind of engine (all of \`./pnpmw engine list\`), two at a time, and prints
a table.
  --quick     contract, registry and the main end-to-end files only
  --contract  contract and registry only`;

const contractFiles = ["docker-engine", "registry"].map(
  (name) => `packages/engine-docker/src/${name}.engine.test.ts`,
);

/** Tests of features that an engine can break: builds by both methods, secrets, limits, registries, watches with containers. */
const mainFiles = [
  ...contractFiles,
  ...[
    ...["build", "environment", "incremental", "limits", "live-page", "registry", "run", "secrets"],
    "watch-keys",
  ].map((name) => `packages/cli/test/e2e/${name}.test.ts`),
];

/** Number of kinds that are tested at a time. Each runs one test file after the other, and waits for its engine for long. */
const AT_ONCE = 2;

await runScript(async (signal) => {
  const { files, kinds } = readArguments();
  for (const name of ["docker-registry", "chromium"]) await ensureProgram(name, { signal });
  await reportStep("building the packages", async () => ensureBuilt());
  const rows = await runKinds(kinds, files, signal);
  process.stdout.write(`\n${matrixTable(rows)}\n\n`);
  const results = rows.map(({ result }) => result);
  const total = (count: (run: TestRun) => number, other: number) =>
    results.reduce((sum, result) => sum + (typeof result === "string" ? other : count(result)), 0);
  const failed = total((run) => run.failed, 1);
  process.stdout.write(`${total((run) => run.passed, 0)} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
});

/** A row for each kind, in their order. */
async function runKinds(
  kinds: readonly EngineKind[],
  files: readonly string[],
  signal: AbortSignal,
): Promise<readonly MatrixRow[]> {
  const rows: MatrixRow[] = [];
  const waiting = kinds.entries();
  const lane = async () => {
    for (const [index, kind] of waiting) rows[index] = await runKind(kind, files, signal);
  };
  const lanes = await Promise.allSettled(Array.from({ length: AT_ONCE }, lane));
  for (const ended of lanes) if (ended.status === "rejected") throw ended.reason;
  return rows;
}

async function runKind(kind: EngineKind, files: readonly string[], signal: AbortSignal): Promise<MatrixRow> {
  const started = performance.now();
  const found = await findKind(kind, { signal });
  const row = { kind: kind.name, version: "" };
  const seconds = () => (performance.now() - started) / 1000;
  try {
    // In turn: the steps of each are reported on lines of their own.
    const engine = await withLock("sti-matrix-start", signal, async () => {
      const ready = found ?? (await startKind(kind, { signal }));
      await ensureBaseImage({ host: ready.host, signal });
      return ready;
    });
    const version = await readVersion(engine.host, signal);
    process.stderr.write(`\n${kind.name} (${kind.about}, ${version})\n`);
    const projects = ["--project=engine", "--project=e2e", "--project=field"];
    const result = await runTests({ ...engine, label: kind.name }, [...projects, ...files], signal);
    return { ...row, version, seconds: seconds(), result };
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return { ...row, seconds: seconds(), result: error.message.split("\n")[0] ?? "" };
  } finally {
    // An engine that ran before is somebody's, and docker20 is the one that everything else uses. The others weigh gigabytes.
    if (found === undefined && kind.start !== undefined) await stopKind(kind, { purge: true });
  }
}

/** `files`: all when empty. */
function readArguments(): { readonly files: readonly string[]; readonly kinds: readonly EngineKind[] } {
  try {
    const options = { quick: { type: "boolean" }, contract: { type: "boolean" } } as const;
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const kinds = positionals.map(engineKind);
    const files = values.contract === true ? contractFiles : values.quick === true ? mainFiles : [];
    return { files, kinds: kinds.length === 0 ? engineKinds : kinds };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // parseArgs: an option it does not know
    throw new ScriptError(`${error.message}\n${usage}`, 2);
  }
}

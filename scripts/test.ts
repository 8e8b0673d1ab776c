// `./pnpmw test [--engine KIND] [vitest arguments]`: all tests: unit, engine and end to end. Sets up the engine and the base
// image where they are missing, and ends with one line that counts.
import { ensureBaseImage } from "./base-image.ts";
import { ensureEngine } from "./dev-engine.ts";
import { ensureBuilt } from "./ensure-built.ts";
import { ensureRegistry } from "./ensure-registry.ts";
import { engineKind, startKind } from "./kind-engine.ts";
import { reportStep } from "./report-progress.ts";
import { runScript, ScriptError } from "./run-script.ts";
import { runTests } from "./run-tests.ts";

await runScript(async (signal) => {
  const { kind, args } = readArguments();
  const { host, enter, env, ...tls } = await (kind === undefined
    ? usualEngine(signal)
    : startKind(engineKind(kind), { signal }));
  await ensureBaseImage({ host, ...tls, signal });
  await ensureRegistry({ signal });
  await reportStep("building the packages", async () => ensureBuilt());
  const { passed, failed } = await runTests({ enter, env }, args, signal);
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
});

/** The engine that there is, as commands find it. */
async function usualEngine(signal: AbortSignal) {
  const engine = await ensureEngine({ signal });
  return { ...engine, enter: [], env: { DOCKER_HOST: engine.host } };
}

function readArguments(): { readonly kind: string | undefined; readonly args: readonly string[] } {
  const args = process.argv.slice(2);
  const at = args.findIndex((word) => word === "--engine" || word.startsWith("--engine="));
  const word = args[at];
  if (word === undefined) return { kind: undefined, args };
  const kind = word === "--engine" ? args[at + 1] : word.slice("--engine=".length);
  if (!kind) throw new ScriptError("--engine needs the name of a kind; `./pnpmw engine list` shows them", 2);
  return { kind, args: args.toSpliced(at, word === "--engine" ? 2 : 1) };
}

// `./pnpmw bench NAME…`: runs benchmarks of bench/. Figures are printed and never asserted.
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { type Benchmark, benchmarks } from "../bench/benchmarks.ts";
import { printTable } from "../bench/print-table.ts";
import { ensureBaseImage } from "./base-image.ts";
import { ensureEngine } from "./dev-engine.ts";
import { ensureBuilt } from "./ensure-built.ts";
import { engineKind, startKind } from "./kind-engine.ts";
import { runScript, ScriptError } from "./run-script.ts";

await runScript(async (signal) => {
  const { chosen, engine, json, part, rounds } = readArguments();
  if (chosen.length === 0) {
    process.stdout.write(listBenchmarks());
    return 0;
  }
  ensureBuilt();
  const results = [];
  for (const benchmark of chosen) {
    const host = benchmark.needsEngine ? await provideEngine(engine, signal) : "";
    const say = (line: string) => process.stderr.write(`${benchmark.name}: ${line}\n`);
    const bench = await benchmark.load();
    const tables = await bench({ host, part, rounds, signal, say });
    if (!json) process.stdout.write(tables.map((table) => `${printTable(table)}\n`).join(""));
    results.push({ name: benchmark.name, tables });
  }
  if (json) process.stdout.write(`${JSON.stringify({ machine: describeMachine(), results }, null, 2)}\n`);
  return 0;
});

function readArguments() {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: {
        engine: { type: "string" },
        json: { type: "boolean", default: false },
        part: { type: "string" },
        rounds: { type: "string" },
      },
    });
    const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
    if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0)) {
      throw new ScriptError(`--rounds takes a whole number from 1 on, not "${values.rounds}"`, 2);
    }
    const names = positionals.includes("all") ? benchmarks.map(({ name }) => name) : positionals;
    const chosen = names.map(findBenchmark);
    const { engine, json, part } = values;
    for (const { name, parts = [] } of part === undefined ? [] : chosen) {
      if (parts.includes(part ?? "")) continue;
      const known = parts.length === 0 ? "it has none" : `it has ${parts.join(", ")}`;
      throw new ScriptError(`The benchmark ${name} has no part "${part}": ${known}`, 2);
    }
    return { chosen, engine, json, part, rounds };
  } catch (error) {
    if (error instanceof ScriptError) throw error;
    throw new ScriptError(`${(error as Error).message}\n${listBenchmarks()}`, 2);
  }
}

function findBenchmark(name: string): Benchmark {
  const found = benchmarks.find((benchmark) => benchmark.name === name);
  if (found === undefined) throw new ScriptError(`There is no benchmark "${name}".\n${listBenchmarks()}`, 2);
  return found;
}

function listBenchmarks(): string {
  const width = Math.max(...benchmarks.map(({ name }) => name.length));
  const lines = benchmarks.map(({ about, name }) => `  ${name.padEnd(width)}  ${about}`);
  return [
    "Usage: ./pnpmw bench NAME… | all [--engine KIND] [--json] [--part NAME] [--rounds N]",
    ...lines,
    "",
  ].join("\n");
}

/** `kind`: of `./pnpmw engine list`; the usual engine where it is left out. */
async function provideEngine(kind: string | undefined, signal: AbortSignal): Promise<string> {
  const engine = await (kind === undefined
    ? ensureEngine({ signal })
    : startKind(engineKind(kind), { signal }));
  await ensureBaseImage({ ...engine, signal });
  return engine.host;
}

function describeMachine() {
  const all = cpus();
  return { node: process.versions.node, platform: process.platform, cpu: all[0]?.model, cpus: all.length };
}

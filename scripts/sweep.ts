// `./pnpmw sweep`: injects faults into sessions and checks what becomes of them. Ends with 1 where it found something.
import { parseArgs } from "node:util";
import { callFaults } from "../sweep/fault.ts";
import { removeDeadLanes } from "../sweep/lane.ts";
import { printResults, summarise, toRow, toRows } from "../sweep/print-results.ts";
import { listSweep, runSweep, type SweepOptions } from "../sweep/run-sweep.ts";
import { ensureBuilt } from "./ensure-built.ts";
import { ensureProgram } from "./ensure-program.ts";
import { runScript, ScriptError } from "./run-script.ts";

const usage = `Usage: ./pnpmw sweep [--only ID]… [--seed N] [--budget SECONDS] [--jobs N] [--json] [--list]
  --only ID         runs cases of this id only; * stands for any text: 'clean-container/refuse/*' (repeatable)
  --seed N          decides the moments of signals and, with --budget, the sample (default: 1)
  --budget SECONDS  runs a sample that takes about as long
  --jobs N          engines side by side (default: 2; 1 with --budget)
  --json            prints the results as JSON
  --list            prints the ids of all cases
Faults of calls:
${callFaults.map(({ about, name }) => `  ${name.padEnd(8)} ${about}`).join("\n")}
`;

await runScript(async (signal) => {
  const { json, list, ...options } = readArguments();
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    throw new ScriptError("The sweep starts engines of its own: it needs Linux and root.", 3);
  }
  await removeDeadLanes();
  await ensureProgram("docker-registry", { signal });
  ensureBuilt();
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const sweep: SweepOptions = { ...options, signal, say };
  if (list) {
    process.stdout.write(`${(await listSweep(sweep)).join("\n")}\n`);
    return 0;
  }
  const results = await runSweep(sweep);
  const interrupted = summarise(results.flatMap((result) => result.interrupted ?? []));
  process.stdout.write(
    json
      ? `${JSON.stringify({ rows: toRows(results), total: toRow("all", "", results), interrupted, results }, null, 2)}\n`
      : printResults(results),
  );
  if (results.length === 0 && !signal.aborted) throw new ScriptError(`No case was run.\n${usage}`, 2);
  return results.some(({ findings }) => findings.length > 0) ? 1 : 0;
});

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: "string", multiple: true, default: [] },
        seed: { type: "string", default: "1" },
        budget: { type: "string" },
        jobs: { type: "string" },
        json: { type: "boolean", default: false },
        list: { type: "boolean", default: false },
      },
    });
    const budget = readNumber("--budget", values.budget);
    return { ...values, budget, jobs: readNumber("--jobs", values.jobs) ?? (budget === undefined ? 2 : 1) };
  } catch (error) {
    if (error instanceof ScriptError) throw error;
    throw new ScriptError(`${(error as Error).message}\n${usage}`, 2);
  }
}

function readNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new ScriptError(`${option} takes a whole number from 1 on, not "${text}"`, 2);
}

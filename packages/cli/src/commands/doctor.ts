// `sti doctor`: checks everything that sti needs, and suggests a fix for each problem.
import { homedir } from "node:os";
import { loadConfig } from "@sti/config/load";
import {
  describeFailure,
  type EngineDescription,
  type Failure,
  resolveTargets,
  type Target,
} from "@sti/core";
import { checkRegistries } from "../engine/check-registries.ts";
import { checkSigningKey } from "../engine/check-signing-key.ts";
import { connectEngine } from "../engine/connect-engine.ts";
import {
  type CheckResult,
  type CheckState,
  checkAbilities,
  checkCredentials,
  checkDisk,
  checkEngineVersion,
  checkGit,
  checkResources,
  checkWatches,
} from "../engine/doctor-checks.ts";
import type { StoreSettings } from "../engine/open-store.ts";
import type { CommandContext } from "../process/command-context.ts";
import { exitCodeFor, exitCodes } from "../process/exit-code.ts";
import type { ProjectFlags } from "../process/flags.ts";
import type { ProjectConfig } from "../project/assemble-graph.ts";
import { formatJson } from "../render/format-json.ts";
import { type Line, printLine } from "../render/line.ts";
import { formatFile } from "../render/print-failure.ts";
import { useColour } from "../render/use-colour.ts";
import { wrapLine } from "../render/wrap-line.ts";

export interface DoctorOptions extends ProjectFlags {
  /** Address of a queue, if it is to be checked. */
  readonly on?: string;
  readonly onCa?: string;
  readonly json?: boolean;
}

/** Findings in the published JSON form. */
export interface DoctorReport {
  /** Raised when a field changes its meaning or goes away. */
  readonly schemaVersion: 1;
  readonly checks: readonly CheckResult[];
}

/** Resolves to the exit code: 0 when there is nothing but warnings. */
export async function runDoctor(options: DoctorOptions, context: CommandContext): Promise<number> {
  const { cwd, env, stdout } = context;
  const node: CheckResult = { check: "Node.js", state: "ok", found: process.versions.node };
  const [config, engine, git, credentials, watches, disk] = await Promise.all([
    checkConfig(options, context),
    checkEngine(options, context),
    checkGit(env),
    checkCredentials(env, homedir()),
    checkWatches(),
    checkDisk("this project", cwd),
  ]);
  const registries = await checkRegistries(config, env);
  const { project } = config;
  const signing = project === undefined ? [] : await checkSigningKey({ ...config, ...project }, context);
  const queue =
    options.on === undefined ? NO_CHECKS : await checkOn(options.on, { ...options, project }, context);
  const isEngineNeeded = options.on === undefined;
  const checks = [
    node,
    config.result,
    ...engine.results.map((result) => (isEngineNeeded ? result : forWorkersOnly(result))),
    ...queue.results,
    git,
    credentials,
    ...registries,
    ...signing,
    disk,
    ...(watches === undefined ? [] : [watches]),
  ];
  if (options.json === true) {
    stdout.write(formatJson({ schemaVersion: 1, checks } satisfies DoctorReport, 2));
  } else {
    const shown = options.quiet === true ? checks.filter(({ state }) => state !== "ok") : checks;
    stdout.write(printChecks(shown, context));
  }
  const failures = [...config.failures, ...(isEngineNeeded ? engine.failures : []), ...queue.failures];
  if (failures.length > 0) return exitCodeFor({ failures });
  return checks.some(({ state }) => state === "problem") ? exitCodes.environment : exitCodes.done;
}

const NO_CHECKS: Checked = { results: [], failures: [] };

interface Checked {
  readonly results: readonly CheckResult[];
  readonly failures: readonly Failure[];
}

async function checkOn(
  on: string,
  {
    onCa,
    project,
  }: Pick<DoctorOptions, "onCa"> & { readonly project: Pick<ProjectConfig, "config"> | undefined },
  context: CommandContext,
): Promise<Checked> {
  const { checkQueueAt } = await import("../remote/check-queue-at.ts");
  const checked = await checkQueueAt({ on, onCa }, project?.config, context);
  if (checked.ok) return { results: checked.value, failures: [] };
  return { results: [toResult("queue", checked.failures, context.cwd)], failures: checked.failures };
}

/** A session on workers has no use for an engine of this machine. */
function forWorkersOnly(result: CheckResult): CheckResult {
  if (result.state !== "problem") return result;
  return { ...result, state: "warning", found: `${result.found} (not needed by sti run --on)` };
}

async function checkConfig(
  { config }: DoctorOptions,
  { cwd, stderr }: CommandContext,
): Promise<{
  readonly result: CheckResult;
  readonly failures: readonly Failure[];
  readonly targets: readonly Target[];
  readonly store: StoreSettings | undefined;
  /** Undefined without a valid config. */
  readonly project?: Pick<ProjectConfig, "config" | "directory">;
}> {
  const loaded = await loadConfig({
    cwd,
    command: "doctor",
    onOutput: (text) => void stderr.write(text),
    ...(config === undefined ? {} : { file: config }),
  });
  const targets = loaded.ok ? resolveTargets(loaded.value.config) : loaded;
  if (loaded.ok && targets.ok) {
    const { apps = {}, cache: store, images = {} } = loaded.value.config;
    const counts = `apps: ${Object.keys(apps).length}, images: ${Object.keys(images).length}`;
    const found = `${formatFile(loaded.value.file, cwd)}: ${counts}`;
    const result = { check: "config", state: "ok", found } as const;
    return { result, failures: [], targets: targets.value, store, project: loaded.value };
  }
  const failures = targets.ok ? [] : targets.failures;
  const [failure] = failures;
  if (failure?.code === "config-not-found" && config === undefined) {
    const fix = "write a sti.config.ts; sti build works without one";
    return {
      result: { check: "config", state: "warning", found: "none here or above", fix },
      failures: [],
      targets: [],
      store: undefined,
    };
  }
  return { result: toResult("config", failures, cwd), failures, targets: [], store: undefined };
}

async function checkEngine({ engine: explicit }: DoctorOptions, context: CommandContext): Promise<Checked> {
  const connected = await connectEngine({ engine: explicit, context, sweep: false });
  if (!connected.ok) {
    return { results: [toResult("engine", connected.failures, context.cwd)], failures: connected.failures };
  }
  const description = connected.value.facts.engine as EngineDescription;
  const results = [
    checkEngineVersion(description),
    ...checkAbilities(description),
    checkResources(description),
  ];
  return { results, failures: [] };
}

function toResult(check: string, failures: readonly Failure[], cwd: string): CheckResult {
  const [first] = failures;
  if (first === undefined) throw new Error(`${check} failed without a failure`);
  const { hint, summary } = describeFailure(first, (file) => formatFile(file, cwd));
  const more = failures.length > 1 ? ` (and ${failures.length - 1} more)` : "";
  return { check, state: "problem", found: `${summary}${more}`, fix: hint };
}

const MARKS: Readonly<
  Record<CheckState, { readonly text: string; readonly style: "green" | "yellow" | "red" }>
> = {
  ok: { text: "✔", style: "green" },
  warning: { text: "!", style: "yellow" },
  problem: { text: "✖", style: "red" },
};

function printChecks(checks: readonly CheckResult[], { stdout }: CommandContext): string {
  const columns = stdout.columns ?? Number.POSITIVE_INFINITY;
  const colour = useColour(stdout);
  const lines = checks.flatMap(({ check, fix, found, state }): readonly Line[] => [
    [MARKS[state], " ", { text: check, style: "bold" }, `  ${found}`],
    ...(fix === undefined ? [] : [["  ", { text: `fix: ${fix}`, style: "cyan" as const }]]),
  ]);
  return lines
    .flatMap((line) => wrapLine(line, { columns, indent: 2 }))
    .map((line) => `${printLine(line, { columns: Number.POSITIVE_INFINITY, colour })}\n`)
    .join("");
}

// `sti clean`: removes leftovers of dead sessions, and caches on request.
import { type Engine, EngineError, type Facts, type Failure, failureOfError } from "@sti/core";
import { connectEngine } from "../engine/connect-engine.ts";
import { findCaches } from "../engine/find-caches.ts";
import { type CleanReport, itemOfCache, printCleanReport, toCleanDocument } from "../print/clean-report.ts";
import { reportFailures } from "../print/report-failures.ts";
import type { CommandContext } from "../process/command-context.ts";
import { exitCodes } from "../process/exit-code.ts";
import { formatJson } from "../render/format-json.ts";
import { cleanImages, cleanVariants } from "./clean-images.ts";
import { cleanAbandoned, cleanLeftovers } from "./clean-leftovers.ts";
import { type Cleaning, cleanNetworks, keepData, removeUnusedVolume } from "./cleaning.ts";

export interface CleanOptions {
  readonly engine?: string;
  /** Remove caches as well. */
  readonly caches?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  /** Print failures only. */
  readonly quiet?: boolean;
}

/** Resolves to the exit code. */
export async function runClean(options: CleanOptions, context: CommandContext): Promise<number> {
  const { signal } = context;
  const connected = await connectEngine({ engine: options.engine, context, sweep: false });
  if (!connected.ok) return reportFailures(connected.failures, context);
  const { engine, facts } = connected.value;
  const report: Pick<Cleaning, "dryRun" | "removed" | "kept"> = {
    dryRun: options.dryRun === true,
    removed: [],
    kept: [],
  };
  const failures: Failure[] = [];
  let complete = false;
  try {
    const cleaning: Cleaning = { engine, signal, ...report, usage: await engine.diskUsage({ signal }) };
    await cleanLeftovers(cleaning);
    await cleanNetworks(cleaning);
    await cleanAbandoned(cleaning, facts.engine?.now);
    await keepData(cleaning);
    await cleanVariants(cleaning, facts);
    await cleanImages(cleaning, facts.engine?.now);
    if (options.caches === true) await cleanCaches(cleaning);
    complete = true;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const place = { target: { name: "sti clean", path: [] }, scriptOf: () => undefined, incremental: false };
    failures.push(failureOfError(error, place));
  } finally {
    // Also after an interruption: removed objects are gone.
    if (complete || report.removed.length > 0) print(report, facts, options, context);
  }
  return failures.length > 0 ? reportFailures(failures, context) : exitCodes.done;
}

function print(
  report: CleanReport,
  { engine }: Facts,
  { caches, json, quiet }: CleanOptions,
  { stdout }: CommandContext,
): void {
  if (json === true) stdout.write(formatJson(toCleanDocument(report), 2));
  else if (quiet !== true) {
    stdout.write(printCleanReport(report, Date.now()));
    if (caches === true && engine?.listsCaches === false) stdout.write(`${UNLISTED_CACHES}\n`);
  }
}

const UNLISTED_CACHES =
  "this engine does not list caches of builds: podman image prune --build-cache (Podman 5) removes all of them";

async function cleanCaches({ engine, usage, dryRun, removed, kept, signal }: Cleaning): Promise<void> {
  for (const cache of findCaches(usage)) {
    const item = itemOfCache(cache);
    const user = cache.store === "volume" ? "a container has it mounted" : "a build is using it";
    if (cache.inUse) kept.push({ ...item, reason: user });
    else if (dryRun) removed.push(item);
    else if (await removeCache(engine, cache, signal)) removed.push(item);
    else kept.push({ ...item, reason: user });
  }
}

/** False if somebody has started to use it since it was inspected. */
async function removeCache(
  engine: Engine,
  cache: { readonly store: "volume" | "build-cache"; readonly engineId: string },
  signal: AbortSignal,
): Promise<boolean> {
  if (cache.store === "build-cache") {
    return (await engine.removeBuildCache(cache.engineId, { signal })) === "removed";
  }
  return await removeUnusedVolume(engine, cache.engineId, signal);
}

// `sti watch`: brings targets up to date, and again whenever something changes, until it is stopped.
import type { OnBusy } from "@sti/core";
import { watchSources } from "@sti/source";
import { startConnecting } from "../engine/connect-engine.ts";
import { type OpenStore, openStore } from "../engine/open-store.ts";
import { refusePage, type StartedPage, startPage } from "../live/start-page.ts";
import { reportFailures, reportNothingSelected } from "../print/report-failures.ts";
import type { CommandContext } from "../process/command-context.ts";
import { exitCodeFor, exitCodes } from "../process/exit-code.ts";
import type { LockFlags, ProjectFlags, SelectionFlags, TargetFlags } from "../process/flags.ts";
import { checkPlatform } from "../project/environment.ts";
import { refuseUnlocked } from "../project/project-lock.ts";
import { projectOptions } from "../project/project-options.ts";
import { chooseReporters, type Reporter, type ReporterName } from "../render/reporters.ts";
import { createDiskInbox } from "../watch/disk-inbox.ts";
import { createProjectReloader, toWatchProject } from "../watch/reload-project.ts";
import { watchProject } from "../watch/watch-project.ts";
import { createWatchReader } from "../watch/watch-reader.ts";
import { loadWatched, targetsOf } from "../watch/watched-project.ts";

export interface WatchCommandOptions
  extends ProjectFlags,
    LockFlags,
    Pick<SelectionFlags, "deps">,
    Pick<TargetFlags, "method"> {
  /** A number, or a percentage of the engine's processors. */
  readonly concurrency?: number | string;
  /** Milliseconds that files must rest. */
  readonly debounce?: number;
  readonly onBusy?: OnBusy;
  /** Milliseconds between two looks at the files; undefined if the file system reports changes. */
  readonly poll?: number;
  /** For the shell, after each change. */
  readonly exec?: string;
  /** Run a container of each selected app. */
  readonly run?: boolean;
  /** Port of a live page, 0 for any free one; undefined: there is none. */
  readonly ui?: number;
  /** False: takes no results from the shared store. */
  readonly cacheRead?: boolean;
  readonly reporter?: readonly ReporterName[];
  /** FILE or NAME=FILE, of a reporter. */
  readonly outputFile?: readonly string[];
}

/** Resolves to the exit code. */
export async function runWatch(
  targets: readonly string[],
  options: WatchCommandOptions,
  context: CommandContext,
): Promise<number> {
  const chosen = chooseReporters({
    quiet: options.quiet === true,
    // Its screen prints all output above the live lines.
    verbose: false,
    reporter: options.reporter ?? [],
    outputFile: options.outputFile ?? [],
    stdout: context.stdout,
    // CI folds output that ends; a watch has no end.
    env: { ...context.env, GITHUB_ACTIONS: undefined, GITLAB_CI: undefined },
  });
  if ("problem" in chosen) {
    context.stderr.write(`sti: ${chosen.problem}\n`);
    return exitCodes.usage;
  }
  const refused = options.ui === undefined ? undefined : refusePage(context);
  if (refused !== undefined) return refused;
  const page = options.ui === undefined ? undefined : await startPage(options.ui, context);
  if (page === "unavailable") return exitCodes.usage;
  try {
    return await watchTargets(targets, { ...options, page, reporters: chosen.reporters }, context);
  } finally {
    await page?.close();
  }
}

async function watchTargets(
  targets: readonly string[],
  options: WatchCommandOptions & {
    readonly reporters: readonly Reporter[];
    readonly page: StartedPage | undefined;
  },
  context: CommandContext,
): Promise<number> {
  const connection = startConnecting({ engine: options.engine, context });
  const reading = {
    ...projectOptions("watch", options, context),
    targets,
    needs: options.deps,
    method: options.method,
    frozen: options.frozen,
    run: options.run,
  };
  const readAt = Date.now();
  const { files, loaded } = await loadWatched(reading);
  if (!loaded.ok || loaded.value.graph.selected.length === 0) {
    await connection.abandon();
    return loaded.ok ? reportNothingSelected(options, context) : reportFailures(loaded.failures, context);
  }
  const first = loaded.value;
  const { graph } = first;
  const inbox = createDiskInbox({ configFiles: files, readAt });
  const startingDisk = watchSources({
    directory: graph.directory,
    targets: targetsOf(graph),
    configFiles: files,
    poll: options.poll,
    onChange: inbox.change,
    onProblem: inbox.warn,
  });
  // Sources are read and the engine is asked while the disk watch starts: changes meanwhile are reported.
  const reader = createWatchReader({ ...graph, env: context.env, signal: context.signal, warn: inbox.warn });
  const [disk, snapshots, connected] = await Promise.allSettled([
    startingDisk,
    reader.readAll(targetsOf(graph)),
    connection.connected,
  ]);
  let store: OpenStore | undefined;
  try {
    if (snapshots.status === "rejected") throw snapshots.reason;
    if (connected.status === "rejected") throw connected.reason;
    if (disk.status === "rejected") throw disk.reason;
    if (!snapshots.value.ok) return reportFailures(graph.place(snapshots.value.failures), context);
    if (!connected.value.ok) return reportFailures(connected.value.failures, context);
    const refused = [
      ...checkPlatform(context.env, connected.value.value.facts),
      ...refuseUnlocked(graph.graph, first.locked, connected.value.value.facts),
    ];
    if (refused.length > 0) return reportFailures(graph.place(refused), context);
    const reloader = createProjectReloader({
      first,
      disk: disk.value,
      reader,
      run: options.run === true,
      // Were it deleted, another one above would be found.
      load: () => loadWatched({ ...reading, config: graph.files[0], onOutput: inbox.printed }),
    });
    const opened = await openStore(
      graph,
      { cacheRead: options.cacheRead !== false, cacheWrite: false, load: "all" },
      { context, engine: connected.value.value.facts.engine },
    );
    if (!opened.ok) return reportFailures(graph.place(opened.failures), context);
    store = opened.value;
    const { end, problems } = await watchProject({
      ...connected.value.value,
      store: store?.use,
      graph,
      project: toWatchProject(first, snapshots.value.value, { reader, run: options.run === true }),
      reloader,
      reader,
      endpoint: options.engine,
      reporters: options.reporters,
      verbose: options.verbose === true,
      concurrency: options.concurrency,
      onBusy: options.onBusy ?? "restart",
      debounce: options.debounce,
      exec: options.exec,
      run: options.run === true,
      page: options.page,
      context,
      listen: inbox.open,
    });
    const code = exitCodeFor({ failures: end.failures });
    return problems.length === 0 ? code : Math.max(code, reportFailures(problems, context));
  } finally {
    if (disk.status === "fulfilled") await disk.value.close();
    await store?.close();
    await reader.save();
  }
}

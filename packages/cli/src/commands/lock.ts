// `sti lock`: writes into sti.lock which images from elsewhere the config uses.
import { lockFile, readLock, writeLock } from "@sti/config/load";
import {
  type Failure,
  type Lock,
  type LockChange,
  listExternalImages,
  normaliseReference,
  previewLock,
  suggest,
  type TargetGraph,
  updateLock,
} from "@sti/core";
import { connectEngine } from "../engine/connect-engine.ts";
import { isOutOfDate, type LockReport, printLockReport, toLockDocument } from "../print/lock-report.ts";
import { reportFailures } from "../print/report-failures.ts";
import type { CommandContext } from "../process/command-context.ts";
import { exitCodes } from "../process/exit-code.ts";
import type { ProjectFlags } from "../process/flags.ts";
import { loadGraph } from "../project/load-project.ts";
import { projectOptions } from "../project/project-options.ts";
import { formatJson } from "../render/format-json.ts";
import { formatFile } from "../render/print-failure.ts";
import { sanitizeLine } from "../render/sanitize.ts";

export interface LockOptions extends Omit<ProjectFlags, "verbose"> {
  /** Images whose entries are made anew; true: all. */
  readonly update?: true | readonly string[];
  readonly check?: boolean;
  readonly json?: boolean;
}

/** Resolves to the exit code: 1 when --check finds something. */
export async function runLock(options: LockOptions, context: CommandContext): Promise<number> {
  const { cwd, signal, stderr, stdout } = context;
  const loaded = await loadGraph({
    ...projectOptions("lock", options, context),
    targets: [],
    method: undefined,
  });
  if (!loaded.ok) return reportFailures(loaded.failures, context);
  const { directory, graph, place } = loaded.value;
  const file = lockFile(directory);
  const read = await readLock(file);
  if (!read.ok) return reportFailures(read.failures, context);
  const lock = read.value;
  const unknown = findUnknown(options.update, graph);
  if (unknown.length > 0) return reportFailures(unknown, context);
  const connected = await connectEngine({ engine: options.engine, context });
  if (!connected.ok) return reportFailures(connected.failures, context);
  const { engine, facts } = connected.value;

  const print = (report: LockReport) => {
    if (options.json === true) stdout.write(formatJson(toLockDocument(report), 2));
    else if (options.quiet !== true) stdout.write(printLockReport(report));
  };
  if (options.check === true) {
    const changes = previewLock(graph, { facts, lock });
    const report = { file: formatFile(file, cwd), check: true, changes, isMissing: lock === undefined };
    print(report);
    return isOutOfDate(report) ? exitCodes.targetFailed : exitCodes.done;
  }
  const updated = updatedReferences(options.update);
  const made = await updateLock({
    engine,
    graph,
    facts,
    lock,
    isUpdated: (reference) => updated === "all" || updated.has(reference),
    onPull: (image) => {
      if (options.quiet !== true) stderr.write(`pulling ${sanitizeLine(image)}\n`);
    },
    signal,
  });
  if (!made.ok) return reportFailures(place(made.failures), context);
  const changes = made.value;
  const isSame = changes.every(({ kind }) => kind === "unchanged" || kind === "drifted");
  if (lock === undefined || !isSame) {
    const unwritten = await writeLock(file, lockOf(changes));
    if (unwritten !== undefined) return reportFailures([unwritten], context);
  }
  print({ file: formatFile(file, cwd), check: false, changes, isMissing: false });
  return exitCodes.done;
}

/** Names that the config does not use as an external image. */
function findUnknown(update: LockOptions["update"], graph: TargetGraph): readonly Failure[] {
  if (update === undefined || update === true) return [];
  const images = listExternalImages(graph);
  const known = images.map(({ short }) => short).sort();
  return update
    .filter((name) => !images.some(({ reference }) => reference === normaliseReference(name)))
    .map((image) => ({ code: "lock-image-unknown", image, suggestion: suggest(image, known), known }));
}

function updatedReferences(update: LockOptions["update"]): "all" | ReadonlySet<string | undefined> {
  return update === true ? "all" : new Set((update ?? []).map(normaliseReference));
}

function lockOf(changes: readonly LockChange[]): Lock {
  return new Map(
    changes.flatMap(({ after, image, reference }) =>
      after === undefined ? [] : [[reference, { ...after, short: image }] as const],
    ),
  );
}

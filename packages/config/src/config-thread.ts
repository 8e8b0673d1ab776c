// The thread that a code config is evaluated in. Its start takes longer than all that is done before it is needed, so it
// can be started ahead. Its input and output are in evaluate-config.ts.
import { realpathSync, type Stats, statSync } from "node:fs";
import { getCompileCacheDir } from "node:module";
import { dirname, join } from "node:path";
import type { Worker } from "node:worker_threads";
import { evaluationFile } from "./evaluation-memory.ts";
import { SCHEMA_ID } from "./schema-id.ts";

/** Extensions of configs that are code. */
export const CODE_EXTENSIONS = [".ts", ".mts", ".cts", ".js", ".mjs", ".cjs"] as const;

/** Data for the start of the thread. */
export interface ThreadData {
  /** Folder of the compile cache, which a thread must turn on for itself: it holds TypeScript without its types. */
  readonly compileCache: string | undefined;
}

let prepared: Worker | undefined;

/**
 * Starts the thread where a folder has a config that is code; its user finds it running, or starts it. `memory`: the
 * folder of remembered values. Where one is newer than the config, the thread is most likely not needed.
 */
export function prepareConfigThread(folder: string, memory: string): void {
  for (const extension of CODE_EXTENSIONS) {
    const file = join(folder, `sti.config${extension}`);
    const config = stateOf(file);
    if (config === undefined) continue;
    const kept = SCHEMA_ID && stateOf(join(memory, evaluationFile(realpathSync(file), SCHEMA_ID)));
    if (kept && kept.mtimeMs > Math.max(config.mtimeMs, config.ctimeMs)) return;
    prepared = startThread();
    // An unused thread does not keep the process alive.
    prepared.unref();
    return;
  }
}

/** Undefined where it cannot be found out, which is for others to report. */
function stateOf(file: string): Stats | undefined {
  try {
    return statSync(file);
  } catch {
    return undefined;
  }
}

/** A thread that waits for its config. */
export function takeConfigThread(): Worker {
  const thread = prepared ?? startThread();
  prepared = undefined;
  thread.ref();
  return thread;
}

function startThread(): Worker {
  // The sources run as they stand, and built; the thread's file ends like this one.
  const entry = import.meta.url.endsWith(".ts") ? "evaluation-worker.ts" : "evaluation-worker.js";
  // A folder for each version of Node lies in the one that was given.
  const cache = getCompileCacheDir();
  const data: ThreadData = { compileCache: cache && dirname(cache) };
  // Loaded here, for most commands start none.
  const { Worker: Thread } = process.getBuiltinModule("node:worker_threads");
  return new Thread(new URL(entry, import.meta.url), {
    workerData: data,
    name: "sti config",
    stdout: true,
    stderr: true,
  });
}

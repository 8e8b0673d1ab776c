// One root that is watched with chokidar, natively or by polling. It reports paths only; their meaning is not known
// here.
import type { FSWatcher } from "chokidar";
import type { InputPattern } from "./input-pattern.ts";
import { isWatched } from "./watch-plan.ts";

export interface RootWatch {
  close(): Promise<void>;
}

export interface RootWatchOptions {
  readonly inputs: readonly InputPattern[];
  /** Milliseconds between looks; undefined if the file system reports changes. */
  readonly poll: number | undefined;
  /** Absolute: something came, changed or went there. */
  readonly onPath: (path: string) => void;
  /** An event of the file system, for a watched path or not: for counting. */
  readonly onRaw: () => void;
  readonly onError: (error: NodeJS.ErrnoException) => void;
}

/** Resolves when all later changes are reported. */
export async function watchRoot(root: string, options: RootWatchOptions): Promise<RootWatch> {
  const { inputs, poll } = options;
  const { watch } = await import("chokidar");
  const watcher: FSWatcher = watch(root, {
    ignoreInitial: true,
    followSymlinks: false,
    // To hold deletions back is the quiet period's business; they would come late.
    atomic: false,
    // Unreadable files are reported when the source is read.
    ignorePermissionErrors: true,
    ignored: (path, state) =>
      !isWatched(inputs, path, state === undefined ? "unknown" : state.isDirectory() ? "folder" : "other"),
    ...(poll === undefined
      ? {}
      : { backend: "polling" as const, pollingInterval: poll, pollingBinaryInterval: poll }),
  });
  watcher.on("all", (_, path) => options.onPath(path));
  watcher.on("raw", options.onRaw);
  watcher.on("error", (error) => options.onError(error as NodeJS.ErrnoException));
  await new Promise<void>((resolve) => {
    watcher.once("ready", resolve);
  });
  return { close: () => watcher.close() };
}

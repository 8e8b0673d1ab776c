// Describes problems with watching, for people.

/** Codes of errors because this machine has no more of the resources for watching. */
const WANT = new Map([
  ["ENOSPC", ["watches", "fs.inotify.max_user_watches", 524_288]],
  ["EMFILE", ["instances", "fs.inotify.max_user_instances", 1024]],
  ["ENFILE", ["files", "fs.file-max", 1_000_000]],
] as const);

export function isWantOfWatches({ code }: NodeJS.ErrnoException): boolean {
  return WANT.has(code as "ENOSPC");
}

export interface WatchProblem {
  /** Problems of the same kind are reported once. */
  readonly kind: string;
  readonly message: string;
}

/** `root`: the folder to watch, absolute. */
export function describeWatchError(error: NodeJS.ErrnoException, root: string): WatchProblem {
  const want = WANT.get(error.code as "ENOSPC");
  if (want === undefined) {
    const message = `${root} cannot be watched reliably: ${error.message}`;
    return { kind: message, message };
  }
  const [what, setting, value] = want;
  return {
    kind: what,
    message: `out of inotify ${what} (${error.code}): polling ${root} every second; raise the limit: sudo sysctl ${setting}=${value}`,
  };
}

// Opens the files of logs, and is the only one to do so. They lie beside the config, where a checkout may have put links
// for them to follow: nothing there is followed, written through or read back.
import {
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { draftOf, removeAbandonedDrafts } from "@sti/files";
import { isTrackedByGit, STATE_FOLDER } from "@sti/source";
import type { PrivateFolder } from "@sti/source/private";

export interface LogPlace {
  /** The config's folder, absolute; undefined where there is none to write to. */
  readonly beside: string | undefined;
  /** Gets the logs where those beside the config cannot be written. */
  readonly instead: PrivateFolder;
}

export interface OpenedLog {
  /** Absolute. */
  readonly file: string;
  readonly descriptor: number;
}

export interface LogFolder {
  /** A new file in the place of an earlier session's; undefined where none can be written. */
  open(name: string): OpenedLog | undefined;
}

/** Something that is not sti's is in the way. */
class InTheWayError extends Error {}

/** `warn`: gets a message when logs go elsewhere, and when they cannot be written at all. */
export function createLogFolder(place: LogPlace, warn: (message: string) => void): LogFolder {
  let { beside } = place;
  let isClosed = false;
  let isChecked = false;
  const openBeside = (directory: string, name: string) => {
    const state = join(directory, STATE_FOLDER);
    const isFirst = !isChecked || stateOf(state) === undefined;
    if (isFirst) prepareState(state);
    isChecked = true;
    checkFolder(state);
    const logs = makeFolder(join(state, "logs"));
    if (isFirst) removeAbandonedDrafts(logs);
    return openLog(logs, name);
  };
  /** `reason`: why it is not beside the config, where that is news. */
  const openInstead = (name: string, reason?: string) => {
    if (isClosed) return undefined;
    try {
      const opened = openLog(place.instead.make(), name);
      if (reason !== undefined) warn(`logs go to ${place.instead.path}: ${reason}`);
      return opened;
    } catch (error) {
      isClosed = true;
      const reasons = [reason, messageOf(error)].filter((one) => one !== undefined);
      warn(`no logs written: ${reasons.join("; ")}`);
      return undefined;
    }
  };
  return {
    open: (name) => {
      if (beside === undefined) return openInstead(name);
      try {
        return openBeside(beside, name);
      } catch (error) {
        beside = undefined;
        return openInstead(name, messageOf(error));
      }
    },
  };
}

/** `state`: is made with a file by which git ignores it, or is one that git has nothing of. */
function prepareState(state: string): void {
  if (stateOf(state) !== undefined) {
    checkFolder(state);
    if (isTrackedByGit(state))
      throw new InTheWayError(
        `git tracks files in ${state}; remove them with git rm -r --cached ${STATE_FOLDER}`,
      );
  }
  makeFolder(state);
  const ignore = join(state, ".gitignore");
  orThere(() => writeFileSync(ignore, "*\n", { flag: "wx" }));
  checkFile(ignore, stateOf(ignore));
}

const NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** Never writes through: the file of an earlier session may have other names. */
function openLog(folder: string, name: string): OpenedLog {
  if (/[/\0]/.test(name)) throw new InTheWayError(`${JSON.stringify(name)} cannot be the name of a file`);
  const file = join(folder, name);
  const found = stateOf(file);
  if (found !== undefined) checkFile(file, found);
  const draft = draftOf(file);
  const descriptor = openSync(draft, NEW, 0o666);
  try {
    renameSync(draft, file);
  } catch (error) {
    closeSync(descriptor);
    rmSync(draft, { force: true });
    throw error;
  }
  return { file, descriptor };
}

function makeFolder(path: string): string {
  orThere(() => mkdirSync(path));
  checkFolder(path);
  return path;
}

/** Another session may make the same at this moment. */
function orThere(make: () => void): void {
  try {
    make();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

function stateOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

function checkFolder(path: string): void {
  check(path, stateOf(path), (state) => (state.isDirectory() ? undefined : "is not a folder"));
}

function checkFile(path: string, found: Stats | undefined): void {
  check(path, found, (state) => (state.isFile() ? undefined : "is not a file"));
}

function check(path: string, state: Stats | undefined, judge: (state: Stats) => string | undefined): void {
  const problem = state === undefined ? "went away" : (findProblem(state) ?? judge(state));
  if (problem !== undefined) throw new InTheWayError(`${path} ${problem}; remove it`);
}

function findProblem(state: Stats): string | undefined {
  if (state.isSymbolicLink()) return "is a symbolic link";
  const user = process.geteuid?.();
  return user === undefined || state.uid === user ? undefined : `belongs to another user (uid ${state.uid})`;
}

/** Errors of the file system name the place; anything else is a defect. */
function messageOf(error: unknown): string {
  if (!(error instanceof InTheWayError) && (error as NodeJS.ErrnoException).code === undefined) throw error;
  return (error as Error).message;
}

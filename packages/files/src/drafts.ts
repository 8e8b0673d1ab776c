// A file that must be whole is written under another name first, its draft, and renamed. A draft's name carries the
// process that writes it, so that those of killed processes are found and removed by the next one.
import { createHash, randomBytes } from "node:crypto";
import { lstatSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { readSmallFileSync } from "./read-small-file.ts";

/** Path of a draft to be renamed to `path`; no two calls return the same. */
export function draftOf(path: string): string {
  place ??= describePlace();
  return `${path}.${place}-${process.pid}-${randomBytes(6).toString("hex")}.new`;
}

/**
 * Removes drafts in a folder whose process has ended, or that have not changed for a day. `file`: only drafts of this
 * name, for folders that hold files of others as well. A folder that cannot be read is left alone.
 */
export function removeAbandonedDrafts(folder: string, file?: string): void {
  for (const name of listFolder(folder)) {
    const match = DRAFT.exec(name);
    if (match === null || (file !== undefined && match[1] !== file)) continue;
    const path = join(folder, name);
    const isAbandoned = isOfDeadProcess(match) || isOld(path);
    // Another process may rename or remove it meanwhile.
    if (isAbandoned) removeDraft(path);
  }
}

/** `mode`: of the new file, less the umask. Rejects with the file system's error; the file is then as it was. */
export async function replaceFile(path: string, text: string, mode = 0o666): Promise<void> {
  removeAbandonedDrafts(dirname(path), basename(path));
  const draft = draftOf(path);
  try {
    await writeFile(draft, text, { flag: "wx", mode });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

const DRAFT = /^(.+)\.([0-9a-f]{12})-(\d+)-[0-9a-f]{12}\.new$/s;
/** Milliseconds; drafts of other machines and of containers with the same folder. */
const OLDEST = 24 * 3600 * 1000;

let place: string | undefined;

/** Processes with the same value see each other's ids. */
function describePlace(): string {
  const facts = [hostname(), readFact("/proc/sys/kernel/random/boot_id"), readLink("/proc/self/ns/pid")];
  return createHash("sha256").update(facts.join("\n")).digest("hex").slice(0, 12);
}

function isOfDeadProcess([, , writtenAt, pid]: RegExpExecArray): boolean {
  place ??= describePlace();
  if (writtenAt !== place) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

function isOld(path: string): boolean {
  const state = lstatSync(path, { throwIfNoEntry: false });
  return state !== undefined && Date.now() - state.mtimeMs > OLDEST;
}

/** On a file system that is read-only it stays: files beside it can be read all the same, and the next use tries again. */
function removeDraft(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  }
}

function listFolder(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Systems without /proc have neither; the host's name is all there is then. */
function readFact(file: string): string {
  try {
    return readSmallFileSync(file, { limit: 1024 }).toString();
  } catch {
    return "";
  }
}

function readLink(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return "";
  }
}

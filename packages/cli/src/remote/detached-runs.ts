// Sessions that go on without a terminal: for each, a record, its events and the messages of its process, in the user's cache.
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import type { SessionOwner } from "@sti/core";
import { createPrivateFiles } from "@sti/source/private";
import { judgeOwner, type OwnerState } from "../process/session-owner.ts";
import { cacheFolder } from "../project/cache-folder.ts";

export interface DetachedRun {
  readonly v: 1;
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly started: number;
  /** The command line, without values that may be secrets. */
  readonly command: string;
  /** Folder in which it was started. */
  readonly cwd: string;
  readonly owner: SessionOwner;
}

export interface RunFiles {
  /** A line of JSON for each event, and one with the exit code at the end. */
  readonly events: string;
  /** Standard output and error of the process. */
  readonly messages: string;
}

export interface DetachedRuns {
  /** Newest first. */
  list(): readonly DetachedRun[];
  filesOf(id: string): RunFiles;
  /** Makes both files, and opens that of the messages. Throws NotPrivateError, or errors of the file system. */
  create(id: string): { readonly messages: number; close(): void };
  add(run: DetachedRun): Promise<void>;
  remove(id: string): Promise<void>;
  /** Removes files of runs that have ended and were not written to for a week. */
  prune(): Promise<void>;
}

/** Milliseconds. */
const KEPT = 7 * 24 * 60 * 60 * 1000;
/** Bytes of a record. */
const LARGEST = 64 * 1024;
const ID = /^[0-9a-f]{8}$/;
const ENDS = [".ndjson", ".log", ".json"];

export function detachedRuns(env: Readonly<Record<string, string | undefined>>): DetachedRuns {
  const folder = cacheFolder(env).folder("runs");
  const files = createPrivateFiles(folder, LARGEST);
  const read = (id: string) => parseRun(files.read(`${id}.json`), id);
  const placeOf = (name: string) => join(folder.path, name);
  const remove = async (id: string) => await files.remove(ENDS.map((end) => `${id}${end}`));
  return {
    list: () =>
      files
        .list()
        .flatMap((name) => (name.endsWith(".json") ? [read(name.slice(0, -".json".length))] : []))
        .filter((run) => run !== undefined)
        .sort((one, other) => other.started - one.started),
    filesOf: (id) => ({ events: placeOf(`${id}.ndjson`), messages: placeOf(`${id}.log`) }),
    create: (id) => {
      folder.make();
      closeSync(openSync(placeOf(`${id}.ndjson`), "wx", 0o600));
      const messages = openSync(placeOf(`${id}.log`), "wx", 0o600);
      return { messages, close: () => closeSync(messages) };
    },
    add: async (run) => await files.write(`${run.id}.json`, JSON.stringify(run)),
    remove,
    prune: async () => {
      const events = files.list().filter((name) => name.endsWith(".ndjson"));
      const old = files.olderThan(events, KEPT).map((name) => name.slice(0, -".ndjson".length));
      for (const id of old) {
        if (stateOf(read(id)) !== "running") await remove(id);
      }
    },
  };
}

/** "unknown": its process cannot be seen from here. */
export function stateOf(run: DetachedRun | undefined): OwnerState {
  return run === undefined ? "ended" : judgeOwner(run.owner);
}

/** What another version has written counts as nothing. */
function parseRun(text: string | undefined, id: string): DetachedRun | undefined {
  if (text === undefined || !ID.test(id)) return undefined;
  let run: Partial<DetachedRun>;
  try {
    run = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (run === null || run.v !== 1 || run.id !== id || typeof run.started !== "number") return undefined;
  const { command, cwd, owner } = run;
  if (typeof command !== "string" || typeof cwd !== "string" || !isOwner(owner)) return undefined;
  return { v: 1, id, started: run.started, command, cwd, owner };
}

function isOwner(owner: Partial<SessionOwner> | undefined | null): owner is SessionOwner {
  if (owner === undefined || owner === null) return false;
  const texts = [owner.host, owner.boot, owner.started, owner.nonce];
  return Number.isSafeInteger(owner.pid) && texts.every((text) => typeof text === "string");
}

// The ledger on disk: one file for each session in the user's cache, to which it appends, a line of JSON for each entry.
// A session that has nothing left to do has no file; one that only looks makes none.
import { readdirSync, statSync } from "node:fs";
import { appendFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { type LedgerEntry, type LedgerFiles, type LedgerSession, type PushedAs, parseOwner } from "@sti/core";
import { removeAbandonedDrafts, replaceFile } from "@sti/files";
import type { PrivateFolder } from "../disk/private-folder.ts";
import { readPlainFile } from "../disk/read-plain-file.ts";

/** `folder`: of one engine. It is made with the first entry. */
export function createLedgerFiles(folder: PrivateFolder): LedgerFiles {
  const fileOf = (session: string) => {
    if (parseOwner(session) === undefined) throw new Error(`no session is called ${session}`);
    return join(folder.path, `${session}${ENDING}`);
  };
  return {
    async list() {
      // Entries that other users could have written are ignored.
      if (!folder.isPrivate()) return [];
      removeAbandonedDrafts(folder.path);
      const names = readdirSync(folder.path).filter((name) => name.endsWith(ENDING));
      return names.map((name) => describe(folder.path, name)).filter((session) => session !== undefined);
    },
    async read(session) {
      const text = readPlainFile(fileOf(session), LARGEST)?.toString() ?? "";
      return text.split("\n").flatMap(parseEntry);
    },
    async append(session, entry) {
      folder.make();
      await appendFile(fileOf(session), `${JSON.stringify(entry)}\n`, { mode: 0o600 });
    },
    async write(session, entries) {
      const file = fileOf(session);
      if (entries.length === 0) return await rm(file, { force: true });
      folder.make();
      await replaceFile(file, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""), 0o600);
    },
    async readForeign() {
      if (!folder.isPrivate()) return new Set();
      const text = readPlainFile(join(folder.path, FOREIGN), LARGEST)?.toString() ?? "";
      return new Set(text.split("\n").filter((line) => line !== ""));
    },
    async writeForeign(ids) {
      folder.make();
      await replaceFile(join(folder.path, FOREIGN), [...ids].map((id) => `${id}\n`).join(""), 0o600);
    },
  };
}

const ENDING = ".jsonl";
const FOREIGN = "foreign-images";
/** Bytes: two short lines for each target that is built. */
const LARGEST = 16 * 1024 ** 2;

/** Undefined also where another session has removed it meanwhile. */
function describe(folder: string, name: string): LedgerSession | undefined {
  const id = name.slice(0, -ENDING.length);
  if (parseOwner(id) === undefined) return undefined;
  const state = statSync(join(folder, name), { throwIfNoEntry: false });
  return state && { id, age: (Date.now() - state.mtimeMs) / 1000 };
}

/** The last line of a session that was killed may be cut: the announced work has not begun. */
function parseEntry(line: string): readonly LedgerEntry[] {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return [];
  }
  if (typeof value !== "object" || value === null) return [];
  const { id, key, kind, name, pushed, target } = value as Readonly<Record<string, unknown>>;
  if (kind === "named" && typeof name === "string") return [{ kind, name, ...parsePushed(pushed) }];
  if (typeof target !== "string") return [];
  if ((kind === "build" || kind === "made") && typeof key === "string") return [{ kind, key, target }];
  if (kind === "replaced" && typeof id === "string") return [{ kind, id, target }];
  return [];
}

function parsePushed(value: unknown): { readonly pushed?: PushedAs } {
  if (typeof value !== "object" || value === null) return {};
  const { id, spared } = value as Readonly<Record<string, unknown>>;
  if (typeof id !== "string" || !Array.isArray(spared)) return {};
  return { pushed: { id, spared: spared.filter((name) => typeof name === "string") } };
}

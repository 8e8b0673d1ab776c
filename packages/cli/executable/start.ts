// Start of the executable: the program's files are in it as one asset, and are unpacked when it is started for the first
// time, since Node's loader, threads and compile cache need files. The build replaces the constants.
import { mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { getAsset } from "node:sea";
import { privateFolder } from "@sti/source/private";
import { cacheFolder } from "../src/project/cache-folder.ts";

/** Digest of the files. */
declare const STI_PROGRAM_ID: string;

/** Milliseconds after which no process is likely to run from a folder. */
const OLD = 30 * 24 * 60 * 60 * 1000;

const folder = unpackedFolder() ?? unpackOnce();
createRequire(join(folder, "bin/"))("./sti.cjs");

/** The folder in the user's cache; undefined if it cannot be used: files in it are run. */
function unpackedFolder(): string | undefined {
  const programs = cacheFolder(process.env).folder("program");
  const unpacked = programs.folder(STI_PROGRAM_ID);
  try {
    if (unpacked.isPrivate()) return unpacked.path;
    const fresh = mkdtempSync(join(programs.make(), "new-"));
    unpack(fresh);
    removeOld(programs.path);
    try {
      renameSync(fresh, unpacked.path);
    } catch (error) {
      // Another process was faster.
      rmSync(fresh, { recursive: true, force: true });
      if (!unpacked.isPrivate()) throw error;
    }
    return unpacked.path;
  } catch {
    // A user without a home, or one that cannot be written to.
    return undefined;
  }
}

/** Programs of earlier versions, and what interrupted processes left. */
function removeOld(programs: string): void {
  for (const name of readdirSync(programs)) {
    const path = join(programs, name);
    if (Date.now() - statSync(path).mtimeMs > OLD) rmSync(path, { recursive: true, force: true });
  }
}

/** A folder for this process alone. */
function unpackOnce(): string {
  const once = mkdtempSync(join(tmpdir(), "sti-program-"));
  process.on("exit", () => rmSync(once, { recursive: true, force: true }));
  unpack(once);
  return once;
}

function unpack(target: string): void {
  const files: Readonly<Record<string, string>> = JSON.parse(getAsset("files", "utf8"));
  const folders = new Set(Object.keys(files).map((name) => dirname(join(target, name))));
  for (const folder of folders) privateFolder(folder).make();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(target, name), text, { mode: 0o600 });
}

// Root file systems that are made once and kept compressed in the user's cache.
import {
  closeSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import zlib from "node:zlib";
import { canInstallPackages, installPackages } from "./install-packages.ts";
import { withLock } from "./process-lock.ts";
import { reportStep } from "./report-progress.ts";
import { describeLog, ended, readCommand, startGroup } from "./run-command.ts";
import { ScriptError } from "./run-script.ts";

export interface RootRecipe {
  /** Folder below the user's cache; only roots of one sort are in it. */
  readonly folder: string;
  /** Name of the file, without its ending. */
  readonly name: string;
  /** For the progress line: "Making … with …". */
  readonly title: string;
  /** Requirement of the script: a program, and the packages that contain it. */
  readonly tool: { readonly program: string; readonly packages: readonly string[] };
  /** A script of this folder that writes a tar to its standard output, with its arguments. */
  readonly script: readonly [string, ...string[]];
  /** Older files of the same root. */
  readonly replaces?: RegExp;
}

export const architecture = process.arch === "x64" ? "amd64" : process.arch;

/**
 * Path of the compressed tar (zstd or gzip, by its extension). Makes it, as root on Debian or Ubuntu, when it is not
 * there.
 */
export async function cachedRoot(
  recipe: RootRecipe,
  signal?: AbortSignal,
  env = process.env,
): Promise<string> {
  const directory = join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "sti", recipe.folder);
  const stem = join(directory, recipe.name);
  const present = [`${stem}.tar.zst`, `${stem}.tar.gz`].filter((file) => zstd || file.endsWith(".gz"));
  const found = present.find((file) => existsSync(file));
  if (found !== undefined) return found;
  const { program, packages } = recipe.tool;
  if (!canInstallPackages()) {
    throw new ScriptError(`${recipe.title} needs root on Debian or Ubuntu.`, 4);
  }
  mkdirSync(directory, { recursive: true });
  return await withLock(`sti-root-${stem}`.slice(0, 100), signal, async () => {
    const made = present.find((file) => existsSync(file));
    if (made !== undefined) return made; // by another process, while this one waited
    const logFile = `${stem}.log`;
    // While the lock is held no other process writes here: files with a process's number are from one that was killed.
    for (const name of readdirSync(directory)) {
      const unfinished = name.startsWith(`${recipe.name}.`) && /\.log$|\.\d+$/.test(name);
      if (unfinished || recipe.replaces?.test(name)) rmSync(join(directory, name));
    }
    if ((await readCommand([program, "--version"])) === undefined) {
      await withLock("sti-install-packages", signal, () =>
        reportStep(`Installing ${program}`, () => installPackages(packages, { logFile, signal })),
      );
    }
    const file = `${stem}.tar.${zstd ? "zst" : "gz"}`;
    await reportStep(`${recipe.title} (once)`, () => makeRoot(file, logFile, recipe, signal));
    rmSync(logFile, { force: true });
    return file;
  });
}

/** The tar within a file that `cachedRoot` gave; it fails when the file cannot be read or is damaged. */
export function openRoot(file: string): Readable {
  const tar = file.endsWith(".zst") ? zlib.createZstdDecompress() : zlib.createGunzip();
  createReadStream(file)
    .on("error", (error) => tar.destroy(error))
    .pipe(tar);
  return tar;
}

const zstd = typeof zlib.createZstdCompress === "function";

/**
 * The tree lives on a tmpfs that only the script's own mount namespace sees: with the last process of the group it is
 * gone, together with what is mounted into it, however the end comes.
 */
async function makeRoot(
  file: string,
  logFile: string,
  { script: [name, ...args], tool }: RootRecipe,
  signal: AbortSignal | undefined,
): Promise<void> {
  const unfinished = `${file}.${process.pid}`;
  const log = openSync(logFile, "a");
  try {
    // By its text, not by its file: the shell reads a file as it goes, and somebody may change it meanwhile.
    const text = readFileSync(join(import.meta.dirname, name), "utf8");
    const script = ["unshare", "--mount", "sh", "-c", text, name, ...args];
    const child = startGroup(script, ["ignore", "pipe", log], { signal });
    if (child.stdout === null) throw new TypeError("no output to read");
    const compress = zstd ? zlib.createZstdCompress() : zlib.createGzip({ level: 1 });
    const written = pipeline(child.stdout, compress, createWriteStream(unfinished));
    const [code] = await Promise.all([ended(child, signal), written]);
    if (code !== 0) throw new ScriptError(describeLog(`${tool.program} failed (${code})`, logFile), 4);
    renameSync(unfinished, file);
  } finally {
    closeSync(log);
    rmSync(unfinished, { force: true });
  }
}

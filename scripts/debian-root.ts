// Makes the root file system of debian:bookworm-slim without a registry: debootstrap, then what Debian's own slim image
// leaves out. Kept compressed in the user's cache, made once.
import {
  closeSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
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

/** Path of the compressed tar (zstd or gzip, told by its ending). Makes it, as root on Debian or Ubuntu, when it is not there. */
export async function debianRoot(signal?: AbortSignal, env = process.env): Promise<string> {
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  const directory = join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "sti/base-images");
  const stem = join(directory, `debian-bookworm-slim-${architecture}`);
  const present = [`${stem}.tar.zst`, `${stem}.tar.gz`].filter((file) => zstd || file.endsWith(".gz"));
  const found = present.find((file) => existsSync(file));
  if (found !== undefined) return found;
  if (!canInstallPackages()) {
    throw new ScriptError("Making it with debootstrap instead needs root on Debian or Ubuntu.", 4);
  }
  mkdirSync(directory, { recursive: true });
  return await withLock(`sti-base-image-${stem}`.slice(0, 100), signal, async () => {
    const made = present.find((file) => existsSync(file));
    if (made !== undefined) return made; // by another process, while this one waited
    const logFile = `${stem}.log`;
    // While the lock is held nobody writes here: files with a process's number are from one that was killed.
    for (const name of readdirSync(directory)) {
      if (/\.log$|\.\d+$/.test(name)) rmSync(join(directory, name));
    }
    if ((await readCommand(["debootstrap", "--version"])) === undefined) {
      const packages = ["debootstrap", "debian-archive-keyring"];
      await withLock("sti-install-packages", signal, () =>
        reportStep("Installing debootstrap", () => installPackages(packages, { logFile, signal })),
      );
    }
    const file = `${stem}.tar.${zstd ? "zst" : "gz"}`;
    await reportStep("Making debian:bookworm-slim with debootstrap (once)", () =>
      makeRoot(file, logFile, architecture, signal),
    );
    rmSync(logFile, { force: true });
    return file;
  });
}

/** The tar within a file that `debianRoot` gave; it fails when the file cannot be read or is damaged. */
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
 * gone, together with what debootstrap mounts into it, however the end comes.
 */
async function makeRoot(
  file: string,
  logFile: string,
  architecture: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const unfinished = `${file}.${process.pid}`;
  const log = openSync(logFile, "a");
  try {
    const script = [
      "unshare",
      "--mount",
      "sh",
      join(import.meta.dirname, "make-debian-root.sh"),
      architecture,
    ];
    const child = startGroup(script, ["ignore", "pipe", log], { signal });
    if (child.stdout === null) throw new TypeError("no output to read");
    const compress = zstd ? zlib.createZstdCompress() : zlib.createGzip({ level: 1 });
    const written = pipeline(child.stdout, compress, createWriteStream(unfinished));
    const [code] = await Promise.all([ended(child, signal), written]);
    if (code !== 0) throw new ScriptError(describeLog(`debootstrap failed (${code})`, logFile), 4);
    renameSync(unfinished, file);
  } finally {
    closeSync(log);
    rmSync(unfinished, { force: true });
  }
}

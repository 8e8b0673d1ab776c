// Checks of `sti doctor` on this machine and in the engine: one function per check, each with a suggested fix.
import { constants } from "node:fs";
import { access, statfs } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { EngineDescription } from "@sti/core";
import { FileProblem, readSmallFile } from "@sti/files";
import { formatBytes } from "../render/format-amount.ts";

export type CheckState = "ok" | "warning" | "problem";

export interface CheckResult {
  /** Subject of the check: "engine", "disk" … */
  readonly check: string;
  readonly state: CheckState;
  /** Finding, in one line. */
  readonly found: string;
  /** Suggested fix; undefined if nothing is wrong. */
  readonly fix?: string | undefined;
}

/** The oldest API that all of sti works with: BuildKit without an experimental engine. */
const OLDEST_API = 1.41;
const PRUNE_CACHES = "remove all of them with podman image prune --build-cache (Podman 5)";
/** Of docker's config, bytes. */
const LARGEST = 4 * 1024 ** 2;
const LEAST_FREE = 5e9;
/** Of files watched at a time, by user; chokidar takes one a folder. */
const LEAST_WATCHES = 65_536;
const LEAST_INSTANCES = 128;

export function checkEngineVersion(engine: EngineDescription): CheckResult {
  const { apiVersion, imageStore, os, product = "an engine", rootless = false, version } = engine;
  const store = imageStore === undefined ? "" : `, image store ${imageStore}`;
  const found = `${product} ${version}, API ${apiVersion}, ${os}${store}${rootless ? ", rootless" : ""}`;
  if (os !== "linux") {
    return { check: "engine version", state: "problem", found, fix: "switch the engine to Linux containers" };
  }
  if (Number.parseFloat(apiVersion) >= OLDEST_API) return { check: "engine version", state: "ok", found };
  return {
    check: "engine version",
    state: "problem",
    found,
    fix: `install Docker Engine 20.10 or newer, whose API is ${OLDEST_API} or newer`,
  };
}

/** A warning for each ability that an engine lacks. */
export function checkAbilities(engine: EngineDescription): readonly CheckResult[] {
  const state = "warning";
  const results: CheckResult[] = [];
  if (engine.commitsExactly === false) {
    const found = "not available: commits of this engine contain mounted files";
    const fix =
      "use the Dockerfile method, which is the default; incremental and extended builds work with it";
    results.push({ check: "container method", state, found, fix });
  }
  if (engine.buildsWithSecrets === false) {
    const found = "not supported by the builder of this engine";
    results.push({ check: "build secrets", state, found, fix: "build apps that have secrets with Docker" });
  }
  if (engine.takesNetwork === "none") {
    const found = "not supported by the builder of this engine";
    results.push({ check: "network of apps", state, found, fix: "build apps that have one with Podman 4.4" });
  }
  if (engine.listsCaches === false) {
    const found = "not listed by this engine, and not removed by sti clean --caches";
    results.push({ check: "build caches", state, found, fix: PRUNE_CACHES });
  }
  if (engine.discardedLimits !== undefined) {
    const found = `not available: ${engine.discardedLimits.join(" and ")} (no control groups)`;
    const fix = "give the engine control groups of version 2 with systemd, or build without these limits";
    results.push({ check: "limits of apps", state, found, fix });
  }
  return results;
}

export function checkResources({ cpus, memory }: EngineDescription): CheckResult {
  const found = `${cpus} processors, ${formatBytes(memory)} of memory`;
  if (memory >= 1e9) return { check: "engine resources", state: "ok", found };
  const fix = "give the engine, or its virtual machine, more memory: builds may run out of it";
  return { check: "engine resources", state: "warning", found, fix };
}

/** `folder`: on the disk that is meant. */
export async function checkDisk(name: string, folder: string): Promise<CheckResult> {
  const check = `disk of ${name}`;
  try {
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    const found = `${formatBytes(free)} free at ${folder}`;
    if (free >= LEAST_FREE) return { check, state: "ok", found };
    return { check, state: "warning", found, fix: "free space: sti clean --caches, docker system prune" };
  } catch (error) {
    return { check, state: "warning", found: `${folder} cannot be inspected: ${(error as Error).message}` };
  }
}

export async function checkGit(env: NodeJS.ProcessEnv): Promise<CheckResult> {
  const found = await findProgram("git", env);
  return found === undefined
    ? {
        check: "git",
        state: "warning",
        found: "not on PATH",
        fix: "install git, for sources in repositories, --affected and image labels",
      }
    : { check: "git", state: "ok", found };
}

/** Whether every credential helper that docker's config names can be started. */
export async function checkCredentials(env: NodeJS.ProcessEnv, home: string): Promise<CheckResult> {
  const check = "registry credentials";
  const file = join(env.DOCKER_CONFIG || join(home, ".docker"), "config.json");
  let text: string;
  try {
    text = (await readSmallFile(file, { limit: LARGEST })).toString();
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    if (error.kind === "missing") return { check, state: "ok", found: `none: no file ${file}` };
    const fix = "make it a readable regular file";
    return { check, state: "problem", found: error.message, fix };
  }
  let config: { auths?: object; credHelpers?: Record<string, string>; credsStore?: string } | null;
  try {
    config = JSON.parse(text);
  } catch {
    return { check, state: "problem", found: `${file} is not JSON`, fix: "fix the file, or log in again" };
  }
  const helpers = new Set([config?.credsStore, ...Object.values(config?.credHelpers ?? {})]);
  const missing: string[] = [];
  for (const helper of helpers) {
    if (typeof helper !== "string" || helper === "") continue;
    const program = `docker-credential-${helper}`;
    if ((await findProgram(program, env)) === undefined) missing.push(program);
  }
  if (missing.length > 0) {
    return {
      check,
      state: "problem",
      found: `${file} names ${missing.join(", ")}, which is not on PATH`,
      fix: "install it, or remove it from the file and run docker login",
    };
  }
  const names = [...Object.keys(config?.auths ?? {}), ...Object.keys(config?.credHelpers ?? {})];
  return { check, state: "ok", found: names.length === 0 ? "none" : [...new Set(names)].join(", ") };
}

/** Limits on watching the file system; undefined if there are none. */
export async function checkWatches(folder = "/proc/sys/fs/inotify"): Promise<CheckResult | undefined> {
  const read = async (name: string) =>
    Number((await readSmallFile(join(folder, name), { limit: 1024 })).toString());
  try {
    const [watches, instances] = [await read("max_user_watches"), await read("max_user_instances")];
    const found = `${watches} files, ${instances} programs`;
    if (watches >= LEAST_WATCHES && instances >= LEAST_INSTANCES) {
      return { check: "file watching", state: "ok", found };
    }
    const wanted = [
      `fs.inotify.max_user_watches=${Math.max(watches, 524_288)}`,
      `fs.inotify.max_user_instances=${Math.max(instances, 512)}`,
    ];
    return {
      check: "file watching",
      state: "warning",
      found,
      fix: `raise the limits for large repositories: sudo sysctl ${wanted.join(" ")}`,
    };
  } catch {
    return undefined;
  }
}

async function findProgram(name: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const folder of (env.PATH ?? "").split(delimiter)) {
    if (folder === "") continue;
    const file = join(folder, name);
    if (
      await access(file, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return file;
  }
  return undefined;
}

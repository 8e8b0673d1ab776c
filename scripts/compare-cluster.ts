// Builds a project on the workers of a cluster and in an engine without a store, and compares all results by `sti compare`.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { callEngine } from "@sti/testing/engine-api";
import { shareImage } from "@sti/testing/share-image";
import { generateWorkspace } from "../bench/generate-workspace.ts";
import { reportStep } from "./report-progress.ts";
import { ended, startGroup } from "./run-command.ts";
import { ScriptError } from "./run-script.ts";
import { type Cluster, STI } from "./start-cluster.ts";

const BASE = "debian:bookworm-slim";
/** Comparisons at once: each reads two whole images. */
const AT_ONCE = 2;

export interface CompareOptions {
  /** Of the workspace. */
  readonly apps: number;
  /** A project that is built instead, in a copy; its base image has to be debian:bookworm-slim. */
  readonly project: string | undefined;
  readonly signal: AbortSignal;
}

interface Ended {
  readonly target: string;
  readonly outcome: string;
  readonly worker?: string;
}

interface Compared {
  readonly target: string;
  readonly verdict: string;
  /** What `sti compare` has printed of a result that is not equivalent. */
  readonly words: string;
}

/** Resolves to whether all results are equivalent, and nothing is left in an engine. */
export async function compareCluster(
  cluster: Cluster,
  { apps, project, signal }: CompareOptions,
): Promise<boolean> {
  const host = await cluster.startEngine("local");
  const folder = mkdtempSync(join(tmpdir(), "sti-cluster-"));
  try {
    const base = `${cluster.registry}/base:1`;
    await shareImage({ host, from: "cluster" }, BASE, base);
    const work = join(folder, "project");
    if (project === undefined) generateWorkspace({ folder: work, apps, repository: "sti-cluster" });
    else cpSync(project, work, { recursive: true, filter: (path) => basename(path) !== "node_modules" });
    replaceBase(work, base);
    const sti = async (words: readonly string[], env: Readonly<Record<string, string>>) => {
      const set = ["--set", `cache.image=${cluster.registry}/sti/store`];
      return await run([...STI, ...words, ...set], { cwd: work, env: { ...process.env, ...env }, signal });
    };
    const build = async (home: string, engine: string, ...words: readonly string[]) => {
      const env = { XDG_CACHE_HOME: join(folder, home), DOCKER_HOST: engine };
      return readEnds(await sti(["run", "--reporter", "ndjson", ...words], env));
    };
    const remote = await reportStep("Building on two workers", () =>
      build("remote", "unix:///nowhere.sock", "--on", cluster.queue),
    );
    const tags = await reportStep("Building in one engine, without the store", () =>
      build("local", host, "--no-cache-read", "--no-cache-write"),
    );
    const env = { XDG_CACHE_HOME: join(folder, "local"), DOCKER_HOST: host };
    // Two builds of an image entry are rarely the same to the byte, so keys of the apps on it differ: results go by their own keys.
    const keys = readKeys(await sti(["cache", "ls", "--json"], env));
    const compared: Compared[] = [];
    const waiting = remote.ends.map(({ target }) => target);
    const compareNext = async () => {
      for (let target = waiting.shift(); target !== undefined; target = waiting.shift()) {
        const { code, output } = await sti(
          ["compare", tags.tagOf(target), `store://${keys.get(target)}`],
          env,
        );
        const [, verdict = "not compared"] = /^\S (\w+)$/m.exec(output) ?? [];
        compared.push({ target, verdict, words: code === 0 ? "" : output });
      }
    };
    await reportStep("Comparing", () => Promise.all(Array.from({ length: AT_ONCE }, compareNext)));
    const left = await Promise.all([host, ...cluster.workers.map((worker) => worker.host)].map(listLeft));
    process.stdout.write(describe(remote.ends, compared, left.flat()));
    return compared.every(({ words }) => words === "") && left.flat().length === 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function replaceBase(folder: string, base: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (basename(name) !== "Dockerfile") continue;
    const file = join(folder, name);
    writeFileSync(file, readFileSync(file, "utf8").replaceAll(`FROM ${BASE}`, `FROM ${base}`));
  }
}

async function run(
  command: readonly string[],
  {
    cwd,
    env,
    signal,
  }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly signal: AbortSignal },
): Promise<{ readonly code: number | string; readonly output: string }> {
  const child = startGroup(command, ["ignore", "pipe", "pipe"], { cwd, env, signal });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  return { code: await ended(child, signal), output };
}

/** Of a run that has succeeded. */
function readEnds({ code, output }: { readonly code: number | string; readonly output: string }) {
  if (code !== 0) throw new ScriptError(`sti run failed (${code})\n${output}`, 1);
  const events = output
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as { readonly type: string });
  const [started] = events.filter(({ type }) => type === "session-started") as unknown as readonly {
    readonly targets: readonly { readonly name: string; readonly tag: string }[];
  }[];
  const tags = new Map(started?.targets.map(({ name, tag }) => [name, tag]));
  return {
    ends: events.filter(({ type }) => type === "target-finished") as unknown as readonly Ended[],
    tagOf: (target: string) => tags.get(target) ?? target,
  };
}

/** Of the only result of each target. */
function readKeys({ code, output }: { readonly code: number | string; readonly output: string }) {
  if (code !== 0) throw new ScriptError(`sti cache ls failed (${code})\n${output}`, 1);
  const { kept } = JSON.parse(output) as {
    readonly kept: readonly {
      readonly target: string;
      readonly kind: string;
      readonly keys: readonly string[];
    }[];
  };
  const results = kept.filter(({ kind }) => kind === "app" || kind === "image");
  return new Map(results.map(({ keys: [key], target }) => [target, key]));
}

/** Containers of an engine, and volumes of sti. */
async function listLeft(host: string): Promise<readonly string[]> {
  const containers = await callEngine({ host }, "GET", "/containers/json?all=1");
  const volumes = await callEngine({ host }, "GET", "/volumes");
  const names = (containers.body as readonly { readonly Names: readonly string[] }[]).flatMap(
    ({ Names }) => Names,
  );
  const { Volumes } = volumes.body as { readonly Volumes: readonly { readonly Name: string }[] | null };
  return [...names, ...(Volumes ?? []).map(({ Name }) => Name)];
}

function describe(ends: readonly Ended[], compared: readonly Compared[], left: readonly string[]): string {
  const count = <Item>(items: readonly Item[], nameOf: (item: Item) => string) =>
    [...Map.groupBy(items, nameOf)]
      .map(([name, { length }]) => `${length} ${name}`)
      .sort()
      .join(", ");
  const different = compared.filter(({ words }) => words !== "");
  return `
${ends.length} targets by ${count(ends, ({ worker = "no worker" }) => worker)}
compared with one engine: ${count(compared, ({ verdict }) => verdict)}
left in the engines: ${left.length === 0 ? "nothing" : left.join(", ")}
${different.map(({ target, words }) => `\n${target}\n${words}`).join("")}`;
}

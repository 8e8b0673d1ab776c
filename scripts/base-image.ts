// `./pnpmw base-image [SUITE]`: sees to it that the engine has debian:bookworm-slim, or that of another suite: there already,
// pulled, or made here and imported.
import { realpathSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Endpoint } from "@sti/engine-docker/endpoint";
import { openRoot } from "./cached-root.ts";
import { type DebianSuite, debianRoot, debianSuites } from "./debian-root.ts";
import { ensureEngine } from "./dev-engine.ts";
import { readError, readText, requestEngine } from "./engine-request.ts";
import { reportStep } from "./report-progress.ts";
import { runScript, ScriptError } from "./run-script.ts";

/** Base of the examples and engine tests. */
const defaultSuite = "bookworm";

/** Silence after which a registry counts as unreachable, in milliseconds. */
const silenceLimit = 20_000;

export interface BaseImageOptions extends Pick<Endpoint, "host" | "tls"> {
  readonly signal?: AbortSignal | undefined;
  /** Default: bookworm. */
  readonly suite?: DebianSuite | undefined;
}

/** Pulls or makes the base image where the engine does not have it; returns at once where it does. */
export async function ensureBaseImage(options: BaseImageOptions): Promise<void> {
  const baseImage = imageOf(options);
  if (await isPresent(options)) return;
  const problem = await reportStep(`Pulling ${baseImage}`, () => pull(options));
  if (problem === undefined) return;
  process.stderr.write(`No registry gave ${baseImage} (${problem}).\n`);
  const file = await debianRoot(options.suite ?? defaultSuite, options.signal);
  await reportStep(`Importing ${file}`, () => importRoot(options, file));
}

function imageOf({ suite = defaultSuite }: Pick<BaseImageOptions, "suite">): string {
  return `debian:${suite}-slim`;
}

async function isPresent({ signal, suite, ...endpoint }: BaseImageOptions): Promise<boolean> {
  const baseImage = imageOf({ suite });
  const response = await requestEngine({
    endpoint,
    method: "GET",
    path: `/images/${baseImage}/json`,
    signal,
  });
  if (response.statusCode === 200 || response.statusCode === 404) {
    response.resume();
    return response.statusCode === 200;
  }
  throw new ScriptError(
    `The engine did not say whether it has ${baseImage}: ${await readError(response)}`,
    4,
  );
}

/** Undefined when the image was pulled, else why not. */
async function pull({ signal, suite, ...endpoint }: BaseImageOptions): Promise<string | undefined> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), silenceLimit);
  const either = signal === undefined ? silence.signal : AbortSignal.any([signal, silence.signal]);
  const [fromImage, tag] = imageOf({ suite }).split(":");
  const path = `/images/create?fromImage=${fromImage}&tag=${tag}`;
  try {
    const response = await requestEngine({ endpoint, method: "POST", path, signal: either });
    if (response.statusCode !== 200) return await readError(response);
    for await (const line of createInterface({ input: response, crlfDelay: Number.POSITIVE_INFINITY })) {
      timer.refresh();
      const problem = (JSON.parse(line) as { error?: string }).error;
      if (problem !== undefined) return problem;
    }
    return (await isPresent({ ...endpoint, signal, suite })) ? undefined : "the pull ended early";
  } catch (error) {
    signal?.throwIfAborted();
    if (silence.signal.aborted) return `nothing heard for ${silenceLimit / 1000} s`;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function importRoot({ signal, suite, ...endpoint }: BaseImageOptions, file: string): Promise<void> {
  const query = new URLSearchParams([
    ["fromSrc", "-"],
    ["repo", imageOf({ suite })],
    ["changes", 'CMD ["bash"]'],
    ["changes", "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
  ]);
  const body = openRoot(file);
  const response = await requestEngine({
    endpoint,
    method: "POST",
    path: `/images/create?${query}`,
    body,
    signal,
  });
  const said = response.statusCode === 200 ? await readText(response) : await readError(response);
  if (
    response.statusCode !== 200 ||
    said.includes('"error"') ||
    !(await isPresent({ ...endpoint, signal, suite }))
  ) {
    throw new ScriptError(`Importing ${file} failed: ${said.trim()}`, 4);
  }
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === import.meta.filename) {
  await runScript(async (signal) => {
    const endpoint = await ensureEngine({ signal });
    const [name = defaultSuite] = process.argv.slice(2);
    const suite = debianSuites.find((one) => one === name);
    if (suite === undefined) throw new ScriptError(`no suite ${name}: ${debianSuites.join(" or ")}`, 2);
    await ensureBaseImage({ ...endpoint, signal, suite });
    process.stdout.write(`${imageOf({ suite })} is in the engine at ${endpoint.host}\n`);
    return 0;
  });
}

// Workers of a queue and projects that they build. All workers share the engine of the file, each by a way of its own, unless
// each has an engine for itself.
import { createDockerEngine } from "@sti/engine-docker";
import type { Endpoint } from "@sti/engine-docker/endpoint";
import { proxyTo, type TestEngine } from "@sti/testing/e2e";
import { callEngine } from "@sti/testing/engine-api";
import { type CliRun, type Kill, runSti } from "@sti/testing/run-cli";
import { endpointOfWorker, givenEngines } from "@sti/testing/worker-engines";
import { createWorkspace, type Workspace } from "@sti/testing/workspace";
import { expect, onTestFailed, onTestFinished } from "vitest";

const PREPARE = `#!/bin/sh
set -eu
cd /tmp/src
if [ -f lines ]; then seq -f 'line %g' "$(cat lines)"; fi
if [ -f /run/secrets/token ]; then echo "the token is $(cat /run/secrets/token)"; fi
if [ -f fails ]; then echo "broken on purpose" >&2; exit 3; fi
if [ -f sleep ]; then sleep "$(cat sleep)"; fi
cp -r . /srv/
`;

export interface QueueFixtures {
  /** Files of apps by their paths; each app with one builder, `more` by its name. */
  createProject(
    files: Readonly<Record<string, string>>,
    more?: Readonly<Record<string, object>>,
    config?: object,
  ): Promise<Workspace>;
  startWorker(name: string, ...args: string[]): Promise<RunningWorker>;
  /** `host`: DOCKER_HOST of its engine. `home`: of an earlier worker, whose cache it has; left out: a new one. */
  startWorkerOn(
    place: { readonly host: string; readonly home?: string },
    name: string,
    ...args: string[]
  ): Promise<RunningWorker>;
  run(project: Workspace, ...args: string[]): Promise<Ended>;
  startRun(project: Workspace, ...args: string[]): RunningRun;
}

export interface RunningRun {
  /** Its events so far, one a line. */
  output(): string;
  kill: Kill;
  readonly ended: Promise<Ended>;
}

export interface RunningWorker {
  /** Its folder, with its cache. */
  readonly home: string;
  /** Its log so far. */
  log(): string;
  kill: Kill;
  readonly ended: Promise<number | null>;
}

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly events: readonly Event[];
  /** By target: outcome and worker. */
  readonly targets: ReadonlyMap<string, { readonly outcome: string; readonly worker?: string }>;
}

type Event = Readonly<Record<string, unknown>> & { readonly type: string };

export function queueFixtures(
  { endpoint, image }: TestEngine,
  server: () => { readonly url: string },
  place: () => { readonly base: string; readonly store: string },
): QueueFixtures {
  const startRun: QueueFixtures["startRun"] = (project, ...args) => {
    const more = args.includes("--on") ? [] : ["--on", server().url];
    let [output, end] = ["", (() => {}) as Kill];
    const running = runSti(["run", ...more, "--reporter", "ndjson", ...args], {
      cwd: project.folder,
      env: { XDG_CACHE_HOME: project.beside("cache"), DOCKER_HOST: "unix:///nowhere.sock" },
      onStart: (kill) => {
        end = kill;
      },
      onOutput: (text) => {
        output = text;
      },
    });
    return { output: () => output, kill: (signal) => end(signal), ended: running.then(readEnd) };
  };
  const startWorkerOn: QueueFixtures["startWorkerOn"] = async ({ host, home: given }, name, ...args) => {
    const home = given ?? (await createWorkspace({})).folder;
    const ready = Promise.withResolvers<void>();
    let [log, end] = ["", ((_signal: NodeJS.Signals) => {}) as Kill];
    const running = runSti(["worker", "--on", server().url, "--name", name, ...args], {
      cwd: home,
      env: { XDG_CACHE_HOME: home, DOCKER_HOST: host },
      onStart: (kill) => {
        end = kill;
      },
      onOutput: (output) => {
        log = output;
        if (output.includes("takes tasks for")) ready.resolve();
      },
    });
    const ended = running.then(({ exitCode }) => exitCode);
    onTestFailed(() => {
      process.stderr.write(`log of ${name}:\n${log}\n`);
    });
    onTestFinished(async () => {
      end("SIGTERM");
      await ended;
    });
    await Promise.race([ready.promise, ended]);
    return { home, log: () => log, kill: (signal) => end(signal), ended };
  };
  return {
    createProject: async (files, more = {}, config = {}) => {
      const names = [...new Set(Object.keys(files).map((path) => path.split("/")[0] ?? ""))];
      const apps = Object.fromEntries(
        names.map((name) => [
          name,
          {
            source: name,
            buildImage: image("builder"),
            tag: image(name),
            method: "container",
            ...more[name],
          },
        ]),
      );
      return await createWorkspace({
        ...files,
        "builder/Dockerfile": `FROM ${place().base}\nCOPY prepare run /usr/bin/\nWORKDIR /srv\n`,
        "builder/prepare": PREPARE,
        "builder/run": "#!/bin/sh\ncat /srv/text\n",
        "sti.config.json": JSON.stringify({
          cache: { image: place().store, insecure: true },
          images: { builder: { context: "builder", tag: image("builder") } },
          apps,
          ...config,
        }),
      });
    },
    startWorker: async (name, ...args) => {
      const own = endpointOfWorker(name, endpoint);
      const { host } = givenEngines.length > 0 ? own : await proxyTo(own);
      return await startWorkerOn({ host }, name, ...args);
    },
    startWorkerOn,
    run: async (project, ...args) => await startRun(project, ...args).ended,
    startRun,
  };
}

function readEnd(ended: CliRun): Ended {
  const lines = ended.stdout.split("\n").filter((line) => line !== "");
  const events = lines.map((line) => JSON.parse(line) as Event);
  const finished = events.filter(({ type }) => type === "target-finished");
  return {
    ...ended,
    events,
    targets: new Map(finished.map((event) => [event.target as string, event as never])),
  };
}

/** Pushes the base image of builders to the registry, where workers get it. Resolves to its reference. */
export async function pushBase(endpoint: Endpoint, registry: string): Promise<string> {
  const base = `${registry}/base:1`;
  const docker = await createDockerEngine({ endpoint });
  await docker.tagImage("debian:bookworm-slim", base, { isHeld: true });
  await docker.pushImage(base);
  return base;
}

/** Targets that workers have taken, once for each time, in the order of their names. */
export function listTaken(workers: readonly RunningWorker[]): readonly string[] {
  const found = workers.flatMap((worker) => [...worker.log().matchAll(/ (\S+) taken \(/g)]);
  return found.map(([, target = ""]) => target).sort();
}

/** Waits until so many containers run in an engine. */
export async function untilContainers(endpoint: Endpoint, count: number): Promise<void> {
  const countRunning = async () => {
    const { body } = await callEngine(endpoint, "GET", "/containers/json");
    return (body as readonly unknown[]).length;
  };
  await expect.poll(countRunning, { timeout: 60_000, interval: 100 }).toBe(count);
}

// Workers of a queue and projects that they build. All workers share the engine of the file, each by a way of its own.
import { createDockerEngine } from "@sti/engine-docker";
import type { Endpoint } from "@sti/engine-docker/endpoint";
import { proxyTo, type TestEngine } from "@sti/testing/e2e";
import { type Kill, runSti } from "@sti/testing/run-cli";
import { createWorkspace, type Workspace } from "@sti/testing/workspace";
import { onTestFinished } from "vitest";

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
  run(project: Workspace, ...args: string[]): Promise<Ended>;
}

export interface RunningWorker {
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
      const { host } = await proxyTo(endpoint);
      const home = await createWorkspace({});
      const ready = Promise.withResolvers<void>();
      let [log, end] = ["", ((_signal: NodeJS.Signals) => {}) as Kill];
      const running = runSti(["worker", "--on", server().url, "--name", name, ...args], {
        cwd: home.folder,
        env: { XDG_CACHE_HOME: home.folder, DOCKER_HOST: host },
        onStart: (kill) => {
          end = kill;
        },
        onOutput: (output) => {
          log = output;
          if (output.includes("takes tasks for")) ready.resolve();
        },
      });
      const ended = running.then(({ exitCode }) => exitCode);
      onTestFinished(async () => {
        end("SIGTERM");
        await ended;
      });
      await Promise.race([ready.promise, ended]);
      return { log: () => log, kill: (signal) => end(signal), ended };
    },
    run: async (project, ...args) => {
      const more = args.includes("--on") ? [] : ["--on", server().url];
      const env = { XDG_CACHE_HOME: project.beside("cache"), DOCKER_HOST: "unix:///nowhere.sock" };
      const ended = await runSti(["run", ...more, "--reporter", "ndjson", ...args], {
        cwd: project.folder,
        env,
      });
      const lines = ended.stdout.split("\n").filter((line) => line !== "");
      const events = lines.map((line) => JSON.parse(line) as Event);
      const finished = events.filter(({ type }) => type === "target-finished");
      return {
        ...ended,
        events,
        targets: new Map(finished.map((event) => [event.target as string, event as never])),
      };
    },
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

/** How often workers have taken a task. */
export function countTaken(workers: readonly RunningWorker[]): number {
  return workers.reduce((sum, worker) => sum + worker.log().split(" taken (").length - 1, 0);
}

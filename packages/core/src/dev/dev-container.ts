// One container of an app's or a service's image: created, started, its output reported line by line, stopped, removed. The decision
// to replace it is made elsewhere.
import type { DevSettings, DevSubject, DevVolume } from "../definition/dev-settings.ts";
import type { BoundPort, ContainerSpec, ExitStatus, Mount, PortBinding } from "../engine/container.ts";
import type { Engine } from "../engine/engine.ts";
import { EngineError } from "../engine/engine-error.ts";
import type { NetworkPlace } from "../engine/network.ts";
import type { Mask } from "../execute/mask.ts";
import { type OutputLine, splitLines } from "../execute/split-lines.ts";
import { LABEL } from "../plan/labels.ts";

/** Seconds that a container gets to end by itself before it is killed. */
export const STOP_GRACE = 2;

/** Number of last lines that are kept for the report of a failure. */
const KEPT_LINES = 20;

/** The end of a run of a container. */
export type Ended =
  | ({ readonly kind: "exited" } & ExitStatus)
  /** The engine did not start it, or went away. */
  | { readonly kind: "lost"; readonly error: unknown };

export interface ContainerRun {
  readonly ports: readonly BoundPort[];
  /** Also resolves after `stop` and `remove`. Never rejects. */
  readonly ended: Promise<Ended>;
}

export interface DevContainer {
  readonly id: string;
  readonly name: string;
  readonly imageId: string;
  /** Starts it, again after it was stopped. Rejects when the engine cannot. */
  start(): Promise<ContainerRun>;
  /** Resolves when it has ended. */
  stop(grace?: number): Promise<void>;
  /** Kills it if it runs; its anonymous volumes go along. */
  remove(): Promise<void>;
  /** Its last lines of output, oldest first. */
  lastLines(): readonly string[];
}

export async function createDevContainer(
  engine: Engine,
  options: {
    readonly target: DevSubject;
    readonly imageId: string;
    readonly name: string;
    /** Undefined: the engine's own network. */
    readonly network: NetworkPlace | undefined;
    readonly ports: readonly PortBinding[];
    /** Absolute path of a folder that the config names. */
    readonly folderOf: (folder: string) => string;
    readonly mask: Mask;
    readonly onLine: (line: OutputLine) => void;
  },
): Promise<DevContainer> {
  const { imageId, name, target } = options;
  await makeVolumes(engine, target);
  const id = await engine.createContainer(specOf(options));
  try {
    await joinNetwork(engine, id, target);
  } catch (error) {
    await engine.removeContainer(id);
    throw error;
  }
  const last: string[] = [];
  let running: Promise<Ended> | undefined;
  return {
    id,
    name,
    imageId,
    async start() {
      const lines = splitLines((line) => {
        last.push(line.text);
        if (last.length > KEPT_LINES) last.shift();
        options.onLine(line);
      });
      const output = options.mask.output(lines.push);
      const started = Promise.withResolvers<void>();
      const ended = engine
        .runContainer(id, { onOutput: output.push, onStarted: started.resolve })
        .then(
          (status): Ended => ({ kind: "exited", ...status }),
          (error: unknown): Ended => ({ kind: "lost", error }),
        )
        .then((end) => {
          output.end();
          lines.end();
          return end;
        });
      running = ended;
      const early = await Promise.race([started.promise, ended]);
      if (early?.kind === "lost") throw early.error;
      return { ports: (await engine.inspectContainer(id))?.ports ?? [], ended };
    },
    async stop(grace = STOP_GRACE) {
      await engine.stopContainer(id, { grace });
      await running;
    },
    async remove() {
      await engine.removeContainer(id);
      await running;
    },
    lastLines: () => [...last],
  };

  function specOf({ folderOf, network, ports }: typeof options): ContainerSpec {
    const dev = target.dev ?? NO_SETTINGS;
    return {
      image: imageId,
      name,
      entrypoint: [],
      cmd: dev.command ?? [],
      env: Object.entries(dev.env).map(([variable, value]) => `${variable}=${value}`),
      user: "",
      labels: { [LABEL.managed]: "1" },
      mounts: dev.volumes.map((volume) => describeMount(volume, folderOf)),
      network,
      ports,
    };
  }
}

type Settings = Pick<DevSettings, "command" | "env" | "volumes">;

const NO_SETTINGS: Settings = { command: undefined, env: {}, volumes: [] };

/** The network of the user's own, beside the one of the watch. */
async function joinNetwork(engine: Engine, container: string, { dev, name }: DevSubject): Promise<void> {
  const { aliases, network } = dev ?? {};
  if (network === undefined) return;
  try {
    await engine.connectNetwork(container, { network, aliases: [name, ...(aliases ?? [])] });
  } catch (error) {
    if (!(error instanceof EngineError) || error.reason !== "not-found") throw error;
    throw new Error(`network ${network} not found; create it and restart ${name}`);
  }
}

/**
 * Volumes with the data of a service get a label that says whose they are; Podman gives none to those that come with a
 * container. Volumes that are there are left as they are.
 */
async function makeVolumes(engine: Engine, { dev, kind, name: owner }: DevSubject): Promise<void> {
  if (kind !== "service") return;
  for (const volume of dev?.volumes ?? []) {
    if (volume.kind === "volume") await engine.createVolume(volume.name, { [LABEL.service]: owner });
  }
}

/** A volume by name is the user's own, and is kept. */
function describeMount(volume: DevVolume, folderOf: (folder: string) => string): Mount {
  const { readOnly, target } = volume;
  return volume.kind === "folder"
    ? { kind: "folder", folder: folderOf(volume.folder), target, readOnly }
    : { kind: "volume", name: volume.name, target, readOnly, fromImage: true };
}

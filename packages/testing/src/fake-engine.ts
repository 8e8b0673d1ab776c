// An engine in memory: the port's rules without a daemon. A test scripts what builds and containers do, counts and
// holds calls. That it behaves as a real engine does is what engine-contract.ts is for.
import { type Engine, EngineError, type NetworkPlace, type VolumeSummary } from "@sti/core";
import { type CallLog, createCallLog, type Operation, untilAborted } from "./call-log.ts";
import { holdsFakeFiles, packFakeFiles, readFakeFile, readTar } from "./fake-files.ts";
import {
  addDigest,
  addImage,
  createState,
  describeImage,
  findImage,
  nameByDigest,
  removeImage,
  tagsOf,
} from "./fake-images.ts";
import {
  CREATED_AT,
  checkMounts,
  emptyConfig,
  type FakeState,
  findByName,
  findContainer,
  folderOf,
  IMAGE_SIZE,
  isMounted,
  makeId,
  measure,
  mountedFiles,
  normalize,
  putFile,
  type StoredVolume,
} from "./fake-state.ts";
import {
  buildFakeImage,
  type FakeEngineOptions,
  mergeConfig,
  runFakeCommand,
  runFakeContainer,
} from "./fake-work.ts";

/** Bytes that each container uses that runs. */
const FAKE_MEMORY = 1_000_000;

/** An Engine whose calls are recorded and can be held; `state` is its content, to inspect or to change. */
export interface FakeEngine extends Engine, Pick<CallLog, "calls" | "count" | "hold"> {
  readonly state: FakeState;
}

export function createFakeEngine(options: FakeEngineOptions = {}): FakeEngine {
  const log = createCallLog();
  const state = createState(options.images ?? [], options.firstId);
  const calls = implementCalls(state, options);
  const operations = Object.keys(calls) as Operation[];
  const recorded = operations.map((operation) => [
    operation,
    async (...args: unknown[]) => {
      const last = args.at(-1) as { readonly signal?: AbortSignal } | undefined;
      const signal = typeof last === "object" ? last.signal : undefined;
      await log.enter(operation, args, signal);
      return await untilAborted(
        (calls[operation] as (...args: unknown[]) => Promise<unknown>)(...args),
        signal,
      );
    },
  ]);
  const { count, hold } = log;
  return { ...(Object.fromEntries(recorded) as Engine), calls: log.calls, count, hold, state };
}

function implementCalls(state: FakeState, options: FakeEngineOptions): Engine {
  /** Layers that pulls have left out, by image. */
  const leftOut = new Map<string, Set<string>>();
  return {
    async describe() {
      const usual = {
        id: "fake",
        version: "20.10.24",
        apiVersion: "1.41",
        os: "linux",
        architecture: "amd64",
      };
      return { ...usual, cpus: 2, memory: 4 * 2 ** 30, now: CREATED_AT, ...options.description };
    },
    async listImages() {
      return [...state.images.values()].map(({ id, config }) => ({
        id,
        tags: tagsOf(state, id),
        digests: state.digests.get(id) ?? [],
        labels: config.labels,
        size: IMAGE_SIZE,
      }));
    },
    async inspectImage(reference) {
      const image = findImage(state, reference);
      if (image === undefined) return undefined;
      const isWhole = (leftOut.get(image.id)?.size ?? 0) === 0;
      const described = describeImage(state, image);
      return isWhole
        ? described
        : { ...described, os: "", architecture: "", config: emptyConfig, layers: [] };
    },
    async readHistory(reference) {
      return findImage(state, reference)?.history;
    },
    async pullImage(reference, { onProgress } = {}) {
      const name = normalize(reference);
      const found = options.registry?.find(({ tags, digest }) =>
        tags.some(
          (tag) => normalize(tag) === name || (digest !== undefined && nameByDigest(tag, digest) === name),
        ),
      );
      if (found === undefined) {
        const message = `manifest for ${reference} not found: manifest unknown`;
        throw new EngineError({ reason: "pull-not-found", operation: "pull image", message, status: 404 });
      }
      onProgress?.({ current: 1000, total: 1000 });
      const { digest, ...image } = found;
      const isByDigest = name.includes("@");
      const id = addImage(state, { ...image, tags: isByDigest ? [] : [reference] });
      if (digest !== undefined) addDigest(state, id, isByDigest ? name : nameByDigest(reference, digest));
      if (options.leavesOut === true) leftOut.set(id, new Set(image.layers));
      return digest;
    },
    async loadLayer(reference, { layer }, { onProgress, onSign } = {}) {
      let current = 0;
      for await (const chunk of await layer.open()) current += chunk.length;
      onProgress?.({ current, total: layer.size });
      onSign?.();
      leftOut.get(findImage(state, reference)?.id ?? "")?.delete(layer.digest);
    },
    async pushImage(reference, { onProgress } = {}) {
      const operation = "push image";
      const image = findImage(state, reference);
      if (image === undefined) {
        const message = `An image does not exist locally with the tag: ${reference}`;
        throw new EngineError({ reason: "push-not-found", operation, message, status: 404 });
      }
      const refusal = options.onPush?.(normalize(reference));
      if (refusal !== undefined) {
        throw new EngineError({ reason: refusal, operation, message: `refused: ${reference}` });
      }
      onProgress?.({ current: 1000, total: 1000 });
      const digest = `sha256:${image.id.slice("sha256:".length).split("").reverse().join("")}`;
      addDigest(state, image.id, nameByDigest(reference, digest));
      const { config, history, id, layers } = image;
      options.pushed?.push({
        tags: [reference],
        digest,
        config,
        files: Object.fromEntries(image.files),
        history,
        id,
        layers,
      });
      return digest;
    },
    buildImage: (build, { signal } = {}) => buildFakeImage(state, options, build, signal),
    async tagImage(id, reference) {
      const image = findImage(state, id);
      if (image === undefined) throw missingImage("tag image", id);
      state.tags.set(normalize(reference), image.id);
    },
    removeImage: async (reference) => removeImage(state, reference),

    async listContainers(namePrefix) {
      const found = [...state.containers.values()].filter(({ spec }) => spec.name.startsWith(namePrefix));
      return found.map(({ id, spec, image, state: now }) => ({
        id,
        name: spec.name,
        image: image.id,
        state: now,
        labels: { ...image.config.labels, ...spec.labels },
        createdAt: CREATED_AT,
      }));
    },
    async createContainer(spec) {
      const operation = "create container";
      const image = findImage(state, spec.image);
      if (image === undefined) throw missingImage(operation, spec.image);
      if (findByName(state, spec.name) !== undefined) {
        const message = `Conflict. The container name "/${spec.name}" is already in use`;
        throw new EngineError({ reason: "conflict", operation, message, status: 409 });
      }
      const id = makeId(state).slice("sha256:".length);
      const idle = { state: "created" as const, exitCode: 0, ports: [], end: undefined };
      const files = new Map(image.files);
      state.containers.set(id, { id, spec, image, files, ...idle });
      for (const mount of spec.mounts) {
        if (mount.kind === "volume" || mount.kind === "overlay") addVolume(state, mount.name, mount.labels);
        for (const [path, file] of mountedFiles(state, mount)) files.set(path, file);
      }
      if (spec.network !== undefined) joinNetwork(state, id, spec.network, operation);
      return id;
    },
    async uploadArchive(container, archive) {
      const found = findContainer(state, container, "upload archive");
      checkMounts(state, found, "upload archive");
      for (const [path, file] of await readTar(archive)) putFile(state, found, path, file);
    },
    async readFile(container, path, { headBytes = 0 } = {}) {
      return readFakeFile(findContainer(state, container, "read file").files, path, headBytes);
    },
    async holdsFiles(container, folder) {
      return holdsFakeFiles(findContainer(state, container, "look for files").files, folder);
    },
    async exportContainer(container) {
      const { files, spec } = findContainer(state, container, "export container");
      return packFakeFiles(new Map([...files].filter(([path]) => !isMounted(spec, path))));
    },
    runContainer: (container, run) => runFakeContainer(state, options, container, run),
    runCommand: (container, run) => runFakeCommand(state, options, container, run),
    async inspectContainer(container) {
      const found = state.containers.get(container) ?? findByName(state, container);
      if (found === undefined) return undefined;
      const { exitCode, id, ports, state: now } = found;
      return { id, state: now, exitCode, ports };
    },
    async measureMemory(container) {
      const found = state.containers.get(container) ?? findByName(state, container);
      return found?.state === "running" ? FAKE_MEMORY : undefined;
    },
    async stopContainer(container) {
      const found = state.containers.get(container) ?? findByName(state, container);
      found?.end?.({ exitCode: 143, outOfMemory: false, fromOutside: "killed" });
    },
    async commitContainer(container, config) {
      const { image, files, spec } = findContainer(state, container, "commit container");
      const history = [{ createdBy: spec.cmd.join(" "), comment: config.comment }];
      const kept = Object.fromEntries([...files].filter(([path]) => !isMounted(spec, path)));
      const committed = mergeConfig(image.config, spec, config);
      return addImage(state, { tags: [], config: committed, files: kept, parent: image.id, history });
    },
    async removeContainer(container) {
      const found = state.containers.get(container) ?? findByName(state, container);
      if (found === undefined) return;
      found.end?.({ exitCode: 137, outOfMemory: false, fromOutside: "removed" });
      state.containers.delete(found.id);
      for (const { members } of state.networks.values()) members.delete(found.id);
    },
    async createVolume(name, labels) {
      return { ...describeVolume(addVolume(state, name, labels)), folder: folderOf(name) };
    },
    async inspectVolume(name) {
      const volume = state.volumes.get(name);
      return volume === undefined ? undefined : { ...describeVolume(volume), folder: folderOf(name) };
    },
    async listVolumes(label) {
      return [...state.volumes.values()].filter(({ labels }) => carries(labels, label)).map(describeVolume);
    },
    async removeVolume(name) {
      const user = [...state.containers.values()].find(({ spec }) =>
        spec.mounts.some(
          (mount) => (mount.kind === "volume" || mount.kind === "overlay") && mount.name === name,
        ),
      );
      if (user !== undefined) {
        const message = `volume is in use - [${user.id}]`;
        throw new EngineError({ reason: "conflict", operation: "remove volume", message, status: 409 });
      }
      state.volumes.delete(name);
    },

    async createNetwork(name, labels) {
      if (!state.networks.has(name)) state.networks.set(name, { name, labels, members: new Map() });
    },
    async connectNetwork(container, place) {
      joinNetwork(state, findContainer(state, container, "connect network").id, place, "connect network");
    },
    async listNetworks(label) {
      const found = [...state.networks.values()].filter(({ labels }) => carries(labels, label));
      return found.map(({ labels, name }) => ({ name, labels, createdAt: CREATED_AT }));
    },
    async removeNetwork(name) {
      const members = [...(state.networks.get(name)?.members.keys() ?? [])];
      if (members.some((id) => state.containers.get(id)?.state === "running")) {
        const message = `network ${name} has active endpoints`;
        throw new EngineError({ reason: "conflict", operation: "remove network", message, status: 403 });
      }
      state.networks.delete(name);
    },

    diskUsage: async () => measure(state),
    async removeBuildCache(id) {
      const record = state.buildCache.get(id);
      if (record === undefined || record.inUse) return "kept";
      state.buildCache.delete(id);
      return "removed";
    },
  };
}

/** `label`: "key", or "key=value". */
function carries(labels: StoredVolume["labels"], label: string): boolean {
  const [key = "", value] = label.split("=", 2);
  return value === undefined ? key in labels : labels[key] === value;
}

function joinNetwork(
  state: FakeState,
  container: string,
  { aliases, network }: NetworkPlace,
  operation: string,
): void {
  const found = state.networks.get(network);
  if (found === undefined) {
    const message = `network ${network} not found`;
    throw new EngineError({ reason: "not-found", operation, message, status: 404 });
  }
  found.members.set(container, aliases);
}

function addVolume(state: FakeState, name: string, labels: StoredVolume["labels"] = {}): StoredVolume {
  const volume = state.volumes.get(name) ?? { name, labels, files: new Map() };
  state.volumes.set(name, volume);
  return volume;
}

function describeVolume({ labels, name }: StoredVolume): VolumeSummary {
  return { name, labels };
}

function missingImage(operation: string, reference: string): EngineError {
  const message = `No such image: ${reference}`;
  return new EngineError({ reason: "not-found", operation, message, status: 404 });
}

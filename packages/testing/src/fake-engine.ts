// An engine in memory: the port's rules without a daemon. A test scripts what builds and containers do, counts and
// holds calls. That it behaves as a real engine does is what engine-contract.ts is for.
import {
  type CommitConfig,
  type ContainerSpec,
  type Engine,
  type EngineDescription,
  EngineError,
  type ExitStatus,
  type ImageBuild,
  type ImageConfig,
  type OnOutput,
} from "@sti/core";
import { type CallLog, createCallLog, type Operation, untilAborted } from "./call-log.ts";
import { type FakeFile, type FakeFiles, readFakeFile, readTar } from "./fake-files.ts";
import {
  addImage,
  createState,
  describeImage,
  emptyConfig,
  type FakeImage,
  type FakeState,
  findByName,
  findContainer,
  findImage,
  makeId,
  normalize,
  removeImage,
  tagsOf,
} from "./fake-state.ts";

/** What a scripted container sees. */
export interface FakeRun {
  readonly spec: ContainerSpec;
  /** Image's and uploaded files; what the script sets here is committed, unless below a mount. */
  readonly files: Map<string, FakeFile>;
  readonly signal: AbortSignal | undefined;
  readonly onOutput: OnOutput;
  /** Says a whole text. */
  print(text: string, stream?: "stdout" | "stderr"): void;
}

/** What a scripted build sees. */
export interface FakeBuild {
  readonly build: ImageBuild;
  /** The Dockerfile's text. */
  readonly dockerfile: string;
  readonly context: FakeFiles;
  readonly signal: AbortSignal | undefined;
  print(text: string, stream?: "stdout" | "stderr"): void;
}

export interface FakeEngineOptions {
  readonly images?: readonly FakeImage[];
  /** What can be pulled. Anything else rejects with "pull-not-found". */
  readonly registry?: readonly FakeImage[];
  readonly description?: Partial<EngineDescription>;
  /** Exit code or status of a container; default: 0 at once. */
  readonly runContainer?: (run: FakeRun) => number | ExitStatus | Promise<number | ExitStatus>;
  /** The built image; default: an image without files. Throw EngineError for a build that fails. */
  readonly buildImage?: (build: FakeBuild) => Omit<FakeImage, "tags"> | Promise<Omit<FakeImage, "tags">>;
}

/** An Engine whose calls are recorded and can be held; `state` is what it holds, to look at or to change. */
export interface FakeEngine extends Engine, Pick<CallLog, "calls" | "count" | "hold"> {
  readonly state: FakeState;
}

export function createFakeEngine(options: FakeEngineOptions = {}): FakeEngine {
  const log = createCallLog();
  const state = createState(options.images ?? []);
  const calls = implementCalls(state, options);
  const operations = Object.keys(calls) as Operation[];
  const recorded = operations.map((operation) => [
    operation,
    async (...args: unknown[]) => {
      const last = args.at(-1) as { readonly signal?: AbortSignal } | undefined;
      const signal = typeof last === "object" ? last.signal : undefined;
      await log.enter(operation, args, signal);
      return await untilAborted((calls[operation] as (...args: unknown[]) => Promise<unknown>)(...args), signal);
    },
  ]);
  const { count, hold } = log;
  return { ...(Object.fromEntries(recorded) as Engine), calls: log.calls, count, hold, state };
}

function implementCalls(state: FakeState, options: FakeEngineOptions): Engine {
  return {
    async describe() {
      const usual = { version: "20.10.24", apiVersion: "1.41", os: "linux", architecture: "amd64" };
      return { ...usual, cpus: 2, memory: 4 * 2 ** 30, ...options.description };
    },
    async listImages() {
      return [...state.images.values()].map(({ id, config }) => ({
        id,
        tags: tagsOf(state, id),
        labels: config.labels,
      }));
    },
    async inspectImage(reference) {
      const image = findImage(state, reference);
      return image === undefined ? undefined : describeImage(state, image);
    },
    async pullImage(reference, { onProgress } = {}) {
      const found = options.registry?.find((image) => image.tags.map(normalize).includes(normalize(reference)));
      if (found === undefined) {
        const message = `manifest for ${reference} not found: manifest unknown`;
        throw new EngineError({ reason: "pull-not-found", operation: "pull image", message, status: 404 });
      }
      onProgress?.({ current: 1000, total: 1000 });
      addImage(state, { ...found, tags: [reference] });
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
      state.containers.set(id, { id, spec, image, files: new Map(image.files), state: "created" });
      for (const mount of spec.mounts) {
        if (mount.kind !== "volume") continue;
        const name = mount.name ?? `${id}${mount.target}`;
        if (!state.volumes.has(name)) state.volumes.set(name, { name, labels: mount.labels ?? {} });
      }
      return id;
    },
    async uploadArchive(container, archive) {
      const { files } = findContainer(state, container, "upload archive");
      for (const [path, file] of await readTar(archive)) files.set(path, file);
    },
    async readFile(container, path, { headBytes = 0 } = {}) {
      return readFakeFile(findContainer(state, container, "read file").files, path, headBytes);
    },
    runContainer: (container, run) => runFakeContainer(state, options, container, run),
    async commitContainer(container, config) {
      const { image, files, spec } = findContainer(state, container, "commit container");
      const below = (path: string) => spec.mounts.some(({ target }) => path.startsWith(`${target}/`));
      const kept = Object.fromEntries([...files].filter(([path]) => !below(path)));
      const committed = mergeConfig(image.config, spec, config);
      return addImage(state, { tags: [], config: committed, files: kept, parent: image.id });
    },
    async removeContainer(container) {
      const found = state.containers.get(container) ?? findByName(state, container);
      if (found === undefined) return;
      state.containers.delete(found.id);
      for (const name of state.volumes.keys()) if (name.startsWith(`${found.id}/`)) state.volumes.delete(name);
    },
    async listVolumes(label) {
      const [key = "", value] = label.split("=", 2);
      return [...state.volumes.values()].filter(({ labels }) =>
        value === undefined ? key in labels : labels[key] === value,
      );
    },
    async removeVolume(name) {
      const user = [...state.containers.values()].find(({ spec }) =>
        spec.mounts.some((mount) => mount.kind === "volume" && mount.name === name),
      );
      if (user !== undefined) {
        const message = `volume is in use - [${user.id}]`;
        throw new EngineError({ reason: "conflict", operation: "remove volume", message, status: 409 });
      }
      state.volumes.delete(name);
    },
  };
}

async function buildFakeImage(
  state: FakeState,
  options: FakeEngineOptions,
  build: ImageBuild,
  signal: AbortSignal | undefined,
): Promise<string> {
  const context = await readTar(build.context);
  const dockerfile = readFakeFile(context, `/${build.dockerfile}`, Number.MAX_SAFE_INTEGER);
  if (dockerfile === undefined) {
    const message = `failed to read dockerfile: open ${build.dockerfile}: no such file or directory`;
    throw new EngineError({ reason: "build-failed", operation: "build image", message });
  }
  const print = printer(build.onOutput);
  const text = new TextDecoder().decode(dockerfile.head);
  const built = (await options.buildImage?.({ build, dockerfile: text, context, signal, print })) ?? {};
  signal?.throwIfAborted();
  const config = { ...built.config, labels: { ...built.config?.labels, ...build.labels } };
  return addImage(state, { ...built, config, tags: [] });
}

async function runFakeContainer(
  state: FakeState,
  options: FakeEngineOptions,
  container: string,
  { onOutput, signal }: { readonly onOutput: OnOutput; readonly signal?: AbortSignal | undefined },
): Promise<ExitStatus> {
  const operation = "run container";
  const found = findContainer(state, container, operation);
  const program = found.spec.entrypoint[0] ?? found.spec.cmd[0] ?? "";
  const file = readFakeFile(found.files, program, 0);
  if (file !== undefined && (file.mode & 0o111) === 0) {
    const message = `exec: "${program}": permission denied`;
    throw new EngineError({ reason: "start-failed", operation, message, status: 400 });
  }
  if (file === undefined && found.files.size > 0) {
    const message = `exec: "${program}": stat ${program}: no such file or directory`;
    throw new EngineError({ reason: "start-failed", operation, message, status: 400 });
  }
  found.state = "running";
  const run = { spec: found.spec, files: found.files, signal, onOutput, print: printer(onOutput) };
  try {
    const status = await untilAborted(Promise.resolve(options.runContainer?.(run) ?? 0), signal);
    return typeof status === "number" ? { exitCode: status, outOfMemory: false } : status;
  } finally {
    found.state = "exited";
  }
}

/** A commit takes the container's variables and labels along, below those it is given. */
function mergeConfig(image: ImageConfig, spec: ContainerSpec, config: CommitConfig): ImageConfig {
  const nameOf = (variable: string) => variable.split("=", 1)[0];
  const over = (upper: readonly string[], lower: readonly string[]) => [
    ...upper,
    ...lower.filter((variable) => !upper.map(nameOf).includes(nameOf(variable))),
  ];
  return {
    ...emptyConfig,
    ...image,
    entrypoint: config.entrypoint,
    cmd: config.cmd,
    env: over(config.env, over(spec.env, image.env)),
    user: config.user || spec.user || image.user,
    workingDir: config.workingDir || image.workingDir,
    labels: { ...image.labels, ...spec.labels, ...config.labels },
  };
}

function printer(onOutput: OnOutput) {
  return (text: string, stream: "stdout" | "stderr" = "stdout") =>
    onOutput({ stream, bytes: new TextEncoder().encode(text) });
}

function missingImage(operation: string, reference: string): EngineError {
  return new EngineError({
    reason: "not-found",
    operation,
    message: `No such image: ${reference}`,
    status: 404,
  });
}

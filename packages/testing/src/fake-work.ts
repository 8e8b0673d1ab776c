// Scripts of a test for a fake engine: its builds and its containers.
import {
  type BoundPort,
  type CommitConfig,
  type ContainerSpec,
  type Engine,
  type EngineDescription,
  EngineError,
  type EngineErrorReason,
  type ExitStatus,
  type ImageBuild,
  type ImageConfig,
  type OnOutput,
} from "@sti/core";
import { untilAborted } from "./call-log.ts";
import { type FakeFile, type FakeFiles, readFakeFile, readTar } from "./fake-files.ts";
import { addImage, findImage } from "./fake-images.ts";
import { type FakeImage, type FakeState, findContainer, type StoredContainer } from "./fake-state.ts";

/** Environment of a scripted container. */
export interface FakeRun {
  readonly spec: ContainerSpec;
  /** Image's and uploaded files; files that the script sets here are committed, unless below a mount. */
  readonly files: Map<string, FakeFile>;
  /** Bytes sent to its standard input. */
  readonly input: Uint8Array | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onOutput: OnOutput;
  /** Says a whole text. */
  print(text: string, stream?: "stdout" | "stderr"): void;
}

/** A command in a running container. */
export interface FakeCommand extends Pick<FakeRun, "spec" | "files" | "input" | "print"> {
  readonly command: readonly string[];
}

/** Environment of a scripted build. */
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
  /** Images that can be pulled. Anything else rejects with "pull-not-found". */
  readonly registry?: readonly FakeImage[];
  /** Gets the pushed images, as they can be pulled. */
  readonly pushed?: FakeImage[];
  /** Whether a pull leaves all layers out, as containerd does with those that it has by another digest. */
  readonly leavesOut?: boolean;
  /** Ids are counted from here: those of two engines then differ. Default: 0. */
  readonly firstId?: number;
  /** Reason to refuse a push to this short reference; undefined allows it, as the default does. */
  readonly onPush?: (reference: string) => EngineErrorReason | undefined;
  readonly description?: Partial<EngineDescription>;
  /** Exit code or status of a container; default: 0 at once. */
  readonly runContainer?: (run: FakeRun) => number | ExitStatus | Promise<number | ExitStatus>;
  /** Exit code of a command in a running container; default: 0. */
  readonly runCommand?: (run: FakeCommand) => number | Promise<number>;
  /** The built image; default: an image without files. Throw EngineError for a build that fails. */
  readonly buildImage?: (build: FakeBuild) => Omit<FakeImage, "tags"> | Promise<Omit<FakeImage, "tags">>;
}

export async function buildFakeImage(
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
  const labels = { ...built.config?.labels, ...build.labels };
  const base = [...text.matchAll(/^FROM (\S+)/gm)].at(-1)?.[1];
  const env = [...(findImage(state, base ?? "")?.config.env ?? []), ...readEnv(text)];
  const config = { ...(env.length === 0 ? {} : { env }), ...built.config, labels };
  const steps = text.split("\n").filter((line) => /^[A-Z]+ /.test(line) && !line.startsWith("FROM "));
  const history = steps.reverse().map((createdBy) => ({ createdBy, comment: "" }));
  return addImage(state, { history, ...built, config, base, tags: [] });
}

/** The variables of a generated Dockerfile, whose values have nothing to escape. */
function readEnv(dockerfile: string): readonly string[] {
  return [...dockerfile.matchAll(/^ENV (\w+)="(.*)"$/gm)].map(([, name, value]) => `${name}=${value}`);
}

/** Only a container that runs takes commands. */
export async function runFakeCommand(
  state: FakeState,
  options: FakeEngineOptions,
  container: string,
  { command, input: sent, onOutput, signal }: Parameters<Engine["runCommand"]>[1],
): Promise<number> {
  const operation = "create command";
  const { files, spec, state: now } = findContainer(state, container, operation);
  if (now !== "running") {
    const message = `container ${container} is not running`;
    throw new EngineError({ reason: "conflict", operation, message, status: 409 });
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of sent ?? []) chunks.push(chunk);
  const input = sent === undefined ? undefined : Buffer.concat(chunks);
  const exitCode = await options.runCommand?.({ command, files, spec, input, print: printer(onOutput) });
  signal?.throwIfAborted();
  return exitCode ?? 0;
}

export async function runFakeContainer(
  state: FakeState,
  options: FakeEngineOptions,
  container: string,
  {
    input,
    onOutput,
    onStarted,
    signal,
  }: {
    readonly input?: Uint8Array | Promise<Uint8Array> | undefined;
    readonly onOutput: OnOutput;
    readonly onStarted?: (() => void) | undefined;
    readonly signal?: AbortSignal | undefined;
  },
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
  found.ports = publish(state, found);
  found.state = "running";
  const { promise: ended, resolve: end } = Promise.withResolvers<ExitStatus>();
  found.end = end;
  onStarted?.();
  const run = { spec: found.spec, files: found.files, signal, onOutput, print: printer(onOutput) };
  try {
    // The container first reads its input, if it gets any.
    const work = Promise.resolve(input).then(
      (bytes) => options.runContainer?.({ ...run, input: bytes }) ?? 0,
    );
    const status = await untilAborted(Promise.race([work, ended]), signal);
    found.exitCode = typeof status === "number" ? status : status.exitCode;
    return typeof status === "number" ? { exitCode: status, outOfMemory: false } : status;
  } finally {
    found.state = "exited";
    found.ports = [];
    found.end = undefined;
  }
}

/** The first of the ports that the engine gives out by itself. */
const FIRST_FREE_PORT = 49_153;

/** Requested port, or a free one. A port that another container has is refused as an engine does. */
function publish(state: FakeState, { spec }: StoredContainer): readonly BoundPort[] {
  const taken = new Set(
    [...state.containers.values()].flatMap(({ ports }) => ports.map((port) => port.hostPort)),
  );
  return (spec.ports ?? []).map(({ hostIp = "0.0.0.0", hostPort, port, protocol }) => {
    let free = FIRST_FREE_PORT;
    while (taken.has(free)) free += 1;
    const chosen = hostPort ?? free;
    if (taken.has(chosen)) {
      const message = `driver failed programming external connectivity: Bind for ${hostIp}:${chosen} failed: port is already allocated`;
      throw new EngineError({ reason: "start-failed", operation: "run container", message, status: 500 });
    }
    taken.add(chosen);
    return { port, protocol, hostPort: chosen, hostIp };
  });
}

/**
 * A commit takes the container's variables and labels along, below those it is given, and its command where neither a
 * command nor an entrypoint is given.
 */
export function mergeConfig(image: ImageConfig, spec: ContainerSpec, config: CommitConfig): ImageConfig {
  const nameOf = (variable: string) => variable.split("=", 1)[0];
  const over = (upper: readonly string[], lower: readonly string[]) => [
    ...upper,
    ...lower.filter((variable) => !upper.map(nameOf).includes(nameOf(variable))),
  ];
  return {
    ...image,
    entrypoint: config.entrypoint,
    cmd: config.cmd.length + config.entrypoint.length > 0 ? config.cmd : spec.cmd,
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

// Runs an app's checks on one image: each command in a container of its own, then the app itself with its ports.
// Containers are removed whatever happens. compare-behaviour.ts finds differences between two images.
import type { CheckSettings, CommandCheck } from "../definition/checks.ts";
import type { OutputChunk } from "../engine/call.ts";
import type { ContainerLimits, ContainerSpec, ExitStatus, PortBinding } from "../engine/container.ts";
import type { Engine } from "../engine/engine.ts";
import { EngineError } from "../engine/engine-error.ts";
import type { ImageConfig } from "../engine/image.ts";
import { LABEL } from "../plan/labels.ts";
import type { BehaviourObservation, CommandObservation, HttpObservation } from "./behaviour.ts";
import type { CheckTools } from "./check-tools.ts";

export interface ObserveOptions {
  readonly engine: Engine;
  readonly tools: CheckTools;
  readonly signal: AbortSignal;
  /** Of the next container. */
  readonly newName: () => string;
  /** Gets all output of all containers; `from`: a command's name, or "app". */
  readonly onOutput: (from: string, chunk: OutputChunk) => void;
}

/** More of one output is not compared. Bytes. */
const LONGEST_OUTPUT = 1024 * 1024;
/** Milliseconds between two looks at a port, and that one answer may take. */
const INTERVAL = 50;
const ANSWER_LIMIT = 10_000;

/** `image`: an id. Rejects with EngineError or the signal's reason. */
export async function observeBehaviour(
  checks: CheckSettings,
  image: { readonly id: string; readonly config: ImageConfig },
  options: ObserveOptions,
): Promise<BehaviourObservation> {
  const commands: CommandObservation[] = [];
  for (const check of checks.commands) commands.push(await observeCommand(check, checks, image.id, options));
  const exposed = image.config.exposedPorts.flatMap(readTcpPort);
  const ports = [...new Set([...checks.ports, ...exposed, ...checks.http.flatMap(({ port }) => port ?? [])])];
  if (ports.length === 0) return { ...NOTHING, commands, http: withoutPort(checks) };
  return { commands, ...(await observeApp(checks, image, ports, options)) };
}

const NOTHING = { ports: [], ended: undefined, startup: undefined, memory: undefined } as const;

function withoutPort({ http }: CheckSettings): readonly HttpObservation[] {
  const problem = "the image exposes no port and the config names none";
  return http.map(({ name }) => ({ name, answer: { problem } }));
}

function readTcpPort(exposed: string): readonly number[] {
  const [, port] = /^(\d+)(?:\/tcp)?$/.exec(exposed) ?? [];
  return port === undefined ? [] : [Number(port)];
}

function specOf(
  checks: CheckSettings,
  image: string,
  options: ObserveOptions,
): Omit<ContainerSpec, "entrypoint" | "cmd"> {
  return {
    image,
    name: options.newName(),
    env: Object.entries(checks.env).map(([name, value]) => `${name}=${value}`),
    user: "",
    labels: { [LABEL.managed]: "1" },
    mounts: [],
  };
}

function limitsOf({ cpus, memory }: CheckSettings, network: "default" | "none"): ContainerLimits {
  return { network, hosts: [], memory, cpus, capDrop: [], noNewPrivileges: false };
}

async function observeCommand(
  check: CommandCheck,
  checks: CheckSettings,
  image: string,
  options: ObserveOptions,
): Promise<CommandObservation> {
  const { engine, onOutput, signal, tools } = options;
  const late = tools.deadline(check.timeout);
  const output = collectOutput((chunk) => onOutput(check.name, chunk));
  const container = await engine.createContainer({
    ...specOf(checks, image, options),
    entrypoint: [],
    cmd: check.run,
    limits: limitsOf(checks, checks.network),
  });
  const ended = (end: Pick<CommandObservation, "exitCode" | "problem">) => ({
    name: check.name,
    ...end,
    stdout: output.text("stdout"),
    stderr: output.text("stderr"),
  });
  try {
    const status = await engine.runContainer(container, {
      onOutput: output.push,
      signal: AbortSignal.any([signal, late]),
    });
    return ended(describeEnd(status));
  } catch (error) {
    signal.throwIfAborted();
    if (late.aborted)
      return ended({ exitCode: undefined, problem: `took longer than ${check.timeout / 1000} s` });
    if (!isNotStarted(error)) throw error;
    return ended({ exitCode: undefined, problem: `cannot be started: ${error.message}` });
  } finally {
    await engine.removeContainer(container);
  }
}

function describeEnd({
  exitCode,
  outOfMemory,
}: ExitStatus): Pick<CommandObservation, "exitCode" | "problem"> {
  return outOfMemory ? { exitCode: undefined, problem: "ran out of memory" } : { exitCode };
}

/** The error of a program that the image does not have. */
function isNotStarted(error: unknown): error is EngineError {
  return error instanceof EngineError && error.reason === "start-failed";
}

async function observeApp(
  checks: CheckSettings,
  image: { readonly id: string; readonly config: ImageConfig },
  ports: readonly number[],
  options: ObserveOptions,
): Promise<Omit<BehaviourObservation, "commands">> {
  const { engine, onOutput, signal, tools } = options;
  const over = new AbortController();
  const container = await engine.createContainer({
    ...specOf(checks, image.id, options),
    entrypoint: image.config.entrypoint,
    cmd: image.config.cmd,
    limits: limitsOf(checks, "default"),
    ports: ports.map((port) => bindingOf(port, tools)),
  });
  const started = Promise.withResolvers<"started">();
  // It is killed when all has been seen; an end before that is reported.
  const end = engine
    .runContainer(container, {
      onOutput: (chunk) => onOutput("app", chunk),
      onStarted: () => started.resolve("started"),
      signal: AbortSignal.any([signal, over.signal]),
    })
    .then(({ exitCode, outOfMemory }) =>
      outOfMemory ? "ran out of memory" : `ended with exit code ${exitCode}`,
    )
    .catch((error: unknown) => {
      if (over.signal.aborted) return "runs";
      if (isNotStarted(error)) return `cannot be started: ${error.message}`;
      throw error;
    });
  let ended: string | undefined;
  const watched = end.then((how) => {
    if (!over.signal.aborted) ended = how;
  });
  watched.catch(() => {});
  try {
    await Promise.race([started.promise, watched]);
    const startedAt = tools.now();
    const bound = new Map(
      ((await engine.inspectContainer(container, { signal }))?.ports ?? []).map((one) => [
        one.port,
        one.hostPort,
      ]),
    );
    const listens = async (port: number) => {
      const hostPort = bound.get(port);
      return ended === undefined && hostPort !== undefined && (await tools.isListening(hostPort, signal));
    };
    const defaultPort = ports[0] as number;
    const named = [...checks.ports, ...checks.http.map(({ port }) => port ?? defaultPort)];
    const awaited = new Set(named.length > 0 ? named : ports);
    let startup: number | undefined;
    while (awaited.size > 0 && ended === undefined && tools.now() - startedAt < checks.startup) {
      for (const port of awaited) {
        if (!(await listens(port))) continue;
        startup ??= tools.now() - startedAt;
        awaited.delete(port);
      }
      if (awaited.size > 0) await Promise.race([tools.wait(INTERVAL, signal), watched]);
    }
    const seen: { readonly port: number; readonly isListening: boolean }[] = [];
    for (const port of [...ports].sort((one, other) => one - other)) {
      seen.push({ port, isListening: await listens(port) });
    }
    const http: HttpObservation[] = [];
    for (const check of checks.http) {
      const hostPort = bound.get(check.port ?? defaultPort);
      const answer =
        hostPort === undefined || ended !== undefined
          ? { problem: ended ?? "the app did not start" }
          : await tools.request(hostPort, check, AbortSignal.any([signal, tools.deadline(ANSWER_LIMIT)]));
      http.push({ name: check.name, answer });
    }
    const memory = ended === undefined ? await engine.measureMemory(container, { signal }) : undefined;
    return { http, ports: seen, ended, startup, memory };
  } finally {
    over.abort();
    await engine.removeContainer(container);
    await watched;
  }
}

function bindingOf(port: number, { publishOn }: CheckTools): PortBinding {
  return { port, protocol: "tcp", hostPort: undefined, hostIp: publishOn };
}

/** The text of each stream, up to a length. */
function collectOutput(onChunk: (chunk: OutputChunk) => void) {
  const kept = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
  const sizes = { stdout: 0, stderr: 0 };
  return {
    push(chunk: OutputChunk) {
      onChunk(chunk);
      const { bytes, stream } = chunk;
      if (sizes[stream] >= LONGEST_OUTPUT) return;
      sizes[stream] += bytes.length;
      kept[stream].push(bytes.slice());
    },
    text(stream: OutputChunk["stream"]) {
      const decoder = new TextDecoder();
      const text = kept[stream].map((bytes) => decoder.decode(bytes, { stream: true })).join("");
      return text + decoder.decode();
    },
  };
}

// Places and names of the private development engine. STI_ENGINE_DIR and STI_ENGINE_RUN move it elsewhere, whole.
import { createHash } from "node:crypto";
import { join } from "node:path";

/** Everything that belongs to one private engine; two with different run directories share nothing. */
export interface PrivateEngine {
  /** Lasting: data root, configuration, logs. */
  readonly directory: string;
  /** Gone with a reboot: socket, pid file, exec root. */
  readonly runDirectory: string;
  readonly socket: string;
  readonly pidFile: string;
  readonly execRoot: string;
  readonly dataRoot: string;
  readonly configFile: string;
  readonly logFile: string;
  /** The network interface of its containers, and the mark of its firewall rules. */
  readonly bridge: string;
  readonly ruleMark: string;
}

const defaultRun = "/run/sti-engine";

/** The private engine these variables speak of. */
export function privateEngine(env: NodeJS.ProcessEnv = process.env): PrivateEngine {
  const directory = env.STI_ENGINE_DIR || "/var/lib/sti-engine";
  const runDirectory = env.STI_ENGINE_RUN || defaultRun;
  const id =
    runDirectory === defaultRun ? "0" : createHash("sha256").update(runDirectory).digest("hex").slice(0, 8);
  return {
    directory,
    runDirectory,
    socket: join(runDirectory, "docker.sock"),
    pidFile: join(runDirectory, "dockerd.pid"),
    execRoot: join(runDirectory, "exec"),
    dataRoot: join(directory, "data"),
    configFile: join(directory, "daemon.json"),
    logFile: join(directory, "dockerd.log"),
    bridge: `sti${id}`,
    ruleMark: `sti-engine-${id}`,
  };
}

/** The variables of a second private engine beside that of `env`, which tests have while they run. */
export function secondEngine(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return { ...env, ...besideEngine("2", env) };
}

/** The variables of one of several engines beside the development engine, for a purpose. */
export function besideEngine(name: string, env: NodeJS.ProcessEnv = process.env) {
  const { directory, runDirectory } = privateEngine(env);
  return {
    STI_ENGINE_DIR: `${directory}-${name}`,
    STI_ENGINE_RUN: `${runDirectory}-${name}`,
  };
}

/** The private engine's address, whether or not it runs. */
export function privateEngineHost(env: NodeJS.ProcessEnv = process.env): string {
  return `unix://${privateEngine(env).socket}`;
}

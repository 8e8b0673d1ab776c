// What a container is asked to find out whether it is up: the config's probe, or the healthcheck of a service's image.
import type { DevProbe, DevSubject } from "../definition/dev-settings.ts";
import type { BoundPort } from "../engine/container.ts";
import type { Engine } from "../engine/engine.ts";
import { EngineError } from "../engine/engine-error.ts";
import { findTcpPort } from "./describe-ended.ts";
import type { DevOptions } from "./dev-options.ts";

/** Milliseconds. */
const HEALTH = { timeout: 120_000, interval: 500 };

/** Undefined: nothing is asked. */
export async function findProbe(
  { dev, kind }: DevSubject,
  engine: Engine,
  imageId: string,
): Promise<DevProbe | undefined> {
  if (dev?.probe !== undefined) return dev.probe;
  // An app's healthcheck may be meant for a cluster, and be slow.
  if (kind !== "service") return undefined;
  const [how, ...words] = (await engine.inspectImage(imageId))?.config.healthcheck ?? [];
  if (how === "CMD") return { kind: "command", command: words, ...HEALTH };
  if (how === "CMD-SHELL") return { kind: "command", command: ["/bin/sh", "-c", ...words], ...HEALTH };
  return undefined;
}

/** "GET /health on port 8080" */
export function describeProbe(probe: DevProbe): string {
  if (probe.kind === "command") return scriptOf(probe.command) ?? probe.command.join(" ");
  return `${probe.kind === "http" ? `GET ${probe.path}` : "a connection"} on port ${probe.port}`;
}

/** The command of a shell, as users write it. */
function scriptOf([shell = "", option, script, ...rest]: readonly string[]): string | undefined {
  return /^(?:\/bin\/)?sh$/.test(shell) && option === "-c" && rest.length === 0 ? script : undefined;
}

/** Asks a container once. Resolves to why it is not up, undefined if it is; rejects only when aborted. */
export function askOnceOf(
  probe: DevProbe,
  container: { readonly id: string; readonly ports: readonly BoundPort[] },
  { addressOf, ask, engine }: Pick<DevOptions, "addressOf" | "ask" | "engine">,
): (signal: AbortSignal) => Promise<string | undefined> {
  if (probe.kind !== "command") {
    const port = findTcpPort(container.ports, probe.port);
    if (port === undefined) return async () => `port ${probe.port} is not published`;
    return (signal) => ask(probe, addressOf(port), signal);
  }
  return async (signal) => {
    let last = "";
    const decoder = new TextDecoder();
    try {
      const exitCode = await engine().runCommand(container.id, {
        command: probe.command,
        onOutput: ({ bytes }) => {
          last = decoder.decode(bytes).trim().split("\n").at(-1) ?? last;
        },
        signal,
      });
      if (exitCode === 0) return undefined;
      const missing = /exec: "([^"]+)": (?:executable file not found|stat .*no such file)/.exec(last)?.[1];
      if (missing !== undefined) return `its image has no ${missing}`;
      return `exit code ${exitCode}${last === "" ? "" : `, ${last}`}`;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof EngineError)) throw error;
      return error.message;
    }
  };
}

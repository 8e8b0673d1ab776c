// Finds the host of published container ports, seen from this machine: itself, or the engine's machine.
import { resolveEndpoint } from "@sti/engine-docker/endpoint";

const HERE = "127.0.0.1";

/** `engine`: an endpoint given on the command line. */
export async function findPublishHost(engine: string | undefined): Promise<string> {
  const { host } = await resolveEndpoint({ explicit: engine });
  const [, name] = /^(?:tcp|ssh):\/\/(?:[^@/]*@)?(\[[^\]]*\]|[^:/]+)/.exec(host) ?? [];
  return name === undefined || name === "localhost" ? HERE : name.replace(/^\[|\]$/g, "");
}

// Core's access to this machine for a session: the disk, and host trust with the proxies of docker's configuration.
import { homedir } from "node:os";
import { join } from "node:path";
import { failed, type Result, success } from "@sti/core";
import {
  dockerDirectory,
  EndpointError,
  namedEndpoint,
  readDockerProxies,
} from "@sti/engine-docker/endpoint";
import { createSources } from "@sti/source";

type Environment = Readonly<Record<string, string | undefined>>;

/** Proxies of one engine are those of the engine that the environment or docker's context names. */
export function createSessionSources(env: Environment) {
  return createSources({ env, containerProxies: () => readProxies(env) });
}

function readProxies(env: Environment): Result<Readonly<Record<string, string>>> {
  const directory = dockerDirectory(env, homedir());
  try {
    return success(readDockerProxies(directory, namedEndpoint({ env })?.host));
  } catch (error) {
    if (!(error instanceof EndpointError)) throw error;
    const file = join(directory, "config.json");
    return failed([{ code: "host-trust-unreadable", file, message: error.message }]);
  }
}

// Owns the question who answers at the endpoint: a Docker engine, new enough, or something else.
import { type CallOptions, type EngineDescription, EngineError } from "@sti/core";
import { isApiVersion, isAtLeast, OLDEST_API } from "./api-version.ts";
import type { Connection } from "./connect.ts";
import { readDialect } from "./dialect.ts";
import { shortLimit } from "./engine-request.ts";
import { asNumber, asObject, asText, asTime, type Json } from "./json-fields.ts";
import { notAnEngine } from "./map-engine-error.ts";

const operation = "describe engine";
/** Milliseconds in which every engine answers a ping. */
const PING_LIMIT = 5000;

/** An engine as it names itself in the answer to a ping, and in the other way in its answer to `/version`. */
interface Named {
  readonly apiVersion: string | undefined;
  /** In the form of an answer to `/version`, but for the architecture; undefined for an engine that it is not known of. */
  readonly version: Json | undefined;
}

/**
 * Two calls, for the engines that name themselves in the answer to a ping; `/version`, for which an engine asks its own
 * parts, is for others. Podman takes seconds for `/info`, too: an engine that answers a ping is waited for. Calls that
 * begin meanwhile wait for the ping only, which names the API's version.
 */
export async function describe(
  connection: Connection,
  options: CallOptions = {},
): Promise<EngineDescription> {
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  const request = { operation, method: "GET", signal, limit: shortLimit, unversioned: true } as const;
  const pinged = ping(connection, signal).catch((error: unknown) => {
    // An engine that answers, with any status, is reachable.
    if (!(error instanceof EngineError) || error.status === undefined) stop.abort(error);
    return undefined;
  });
  const ask = async (path: string) => asObject(await connection.call({ ...request, path }));
  const version = pinged.then((named) => named?.version ?? ask("/version"));
  connection.speak(pinged.then(async (named) => named?.apiVersion ?? readApiVersion(await version)));
  // Not in the version that is being asked for: that would take the time of one more call.
  const answers = Promise.all([version, ask("/info")]);
  try {
    const [named, info] = await answers;
    const Arch = asText(named.Arch) || GO_ARCHITECTURES.get(asText(info.Architecture));
    return toDescription(Arch === undefined ? await ask("/version") : { ...named, Arch }, info);
  } catch (error) {
    // Of several calls that fail for one reason only the first is awaited.
    stop.abort(error);
    throw error;
  }
}

/** Names of architectures in `/info`, which are the kernel's for Docker and Go's for Podman, and Go's. */
const GO_ARCHITECTURES = new Map([
  ["x86_64", "amd64"],
  ["amd64", "amd64"],
  ["aarch64", "arm64"],
  ["arm64", "arm64"],
]);

/** Names of engines in the header "Server", and of the component in `/version` that they are known by. */
const ENGINES = new Map([
  ["Docker", "Engine"],
  ["Libpod", "Podman Engine"],
]);

/** Rejects if no engine answers. */
async function ping(connection: Connection, signal: AbortSignal): Promise<Named> {
  const answer = await connection.open({
    operation,
    method: "GET",
    path: "/_ping",
    unversioned: true,
    signal,
    limit: PING_LIMIT,
  });
  // Read to its end, so that the connection is kept where that is worth it.
  for await (const _ of answer.bytes);
  const { "api-version": named, server } = answer.headers;
  const apiVersion = typeof named === "string" && isApiVersion(named) ? named : undefined;
  const [, name = "", Version, Os] = /^(\w+)\/(\S+) \((\w+)\)$/.exec(asText(server)) ?? [];
  const component = ENGINES.get(name);
  const version =
    component === undefined || apiVersion === undefined
      ? undefined
      : { ApiVersion: apiVersion, Version, Os, Components: [{ Name: component }] };
  return { apiVersion, version };
}

function readApiVersion(version: Json): string | undefined {
  const text = asText(version.ApiVersion);
  return isApiVersion(text) ? text : undefined;
}

function toDescription(version: Json, info: Json): EngineDescription {
  const apiVersion = readApiVersion(version);
  if (apiVersion === undefined) throw notAnEngine(operation, JSON.stringify(version));
  if (!isAtLeast(apiVersion, OLDEST_API)) {
    const message = `the engine speaks API ${apiVersion}; ${OLDEST_API} (Docker 20.10) or later is needed`;
    throw new EngineError({ reason: "unsupported", operation, message });
  }
  const os = asText(version.Os) || asText(info.OSType);
  if (os !== "linux") {
    const message = `the engine runs ${os || "unknown"} containers; linux is needed`;
    throw new EngineError({ reason: "unsupported", operation, message });
  }
  return {
    ...readDialect(version, info),
    version: asText(version.Version),
    apiVersion,
    os,
    architecture: asText(version.Arch),
    cpus: asNumber(info.NCPU),
    memory: asNumber(info.MemTotal),
    now: asTime(info.SystemTime),
  };
}

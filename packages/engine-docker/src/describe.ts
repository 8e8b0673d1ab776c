// Owns the question who answers at the endpoint: a Docker engine, new enough, or something else.
import { type CallOptions, type EngineDescription, EngineError } from "@sti/core";
import { isApiVersion, isAtLeast, OLDEST_API } from "./api-version.ts";
import { type Connection, shortLimit } from "./connect.ts";
import { readDialect } from "./dialect.ts";
import { asNumber, asObject, asText, asTime, type Json } from "./json-fields.ts";
import { notAnEngine } from "./map-engine-error.ts";

const operation = "describe engine";
/** Milliseconds of an engine's silence after which it is pinged. */
const SILENCE = 1000;
/** Milliseconds in which every engine answers that ping. */
const PING_LIMIT = 4000;

/**
 * Some engines look up their own parts for this, and take seconds (Podman): those that are there are waited for. All
 * calls that begin meanwhile wait for the engine's version too.
 */
export async function describe(
  connection: Connection,
  options: CallOptions = {},
): Promise<EngineDescription> {
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  const request = { operation, method: "GET", signal, limit: shortLimit, unversioned: true } as const;
  const version = connection.call({ ...request, path: "/version" });
  connection.speak(version.then((answer) => readApiVersion(asObject(answer))));
  // Not in the version that is being asked for: that would take the time of one more call.
  const answers = Promise.all([version, connection.call({ ...request, path: "/info" })]);
  const asking = setTimeout(() => {
    ping(connection, signal).catch((error: unknown) => {
      // An engine that answers, with any status, is reachable.
      if (!(error instanceof EngineError) || error.status === undefined) stop.abort(error);
    });
  }, SILENCE);
  try {
    return toDescription((await answers).map(asObject));
  } catch (error) {
    // Of two calls that fail for one reason only the first is awaited.
    stop.abort(error);
    throw error;
  } finally {
    clearTimeout(asking);
  }
}

/** Rejects if no engine answers. */
async function ping(connection: Connection, signal: AbortSignal): Promise<void> {
  const answer = await connection.open({
    operation,
    method: "GET",
    path: "/_ping",
    unversioned: true,
    signal,
    limit: PING_LIMIT,
  });
  answer.close();
}

function readApiVersion(version: Json): string | undefined {
  const text = asText(version.ApiVersion);
  return isApiVersion(text) ? text : undefined;
}

function toDescription([version = {}, info]: readonly Json[]): EngineDescription {
  const apiVersion = readApiVersion(version);
  if (apiVersion === undefined) throw notAnEngine(operation, JSON.stringify(version));
  if (!isAtLeast(apiVersion, OLDEST_API)) {
    const message = `the engine speaks API ${apiVersion}; ${OLDEST_API} (Docker 20.10) or later is needed`;
    throw new EngineError({ reason: "unsupported", operation, message });
  }
  const os = asText(version.Os) || asText(info?.OSType);
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
    cpus: asNumber(info?.NCPU),
    memory: asNumber(info?.MemTotal),
    now: asTime(info?.SystemTime),
  };
}

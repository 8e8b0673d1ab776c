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

/**
 * Some engines look up their own parts for this, and take seconds (Podman): those that answer a ping are waited for. The
 * ping names the API's version too, so calls that begin meanwhile wait for the ping only.
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
  const version = connection.call({ ...request, path: "/version" });
  connection.speak(pinged.then(async (found) => found ?? readApiVersion(asObject(await version))));
  // Not in the version that is being asked for: that would take the time of one more call.
  const answers = Promise.all([version, connection.call({ ...request, path: "/info" })]);
  try {
    return toDescription((await answers).map(asObject));
  } catch (error) {
    // Of several calls that fail for one reason only the first is awaited.
    stop.abort(error);
    throw error;
  }
}

/** The engine's newest API version, if the answer names it. Rejects if no engine answers. */
async function ping(connection: Connection, signal: AbortSignal): Promise<string | undefined> {
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
  const version = answer.headers["api-version"];
  return typeof version === "string" && isApiVersion(version) ? version : undefined;
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

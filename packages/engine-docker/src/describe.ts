// Owns the question who answers at the endpoint: a Docker engine, new enough, or something else.
import { type CallOptions, type EngineDescription, EngineError } from "@sti/core";
import { type Connection, shortLimit } from "./connect.ts";
import { readDialect } from "./dialect.ts";
import { asNumber, asObject, asText, asTime, type Json } from "./json-fields.ts";
import { notAnEngine } from "./map-engine-error.ts";

/** 20.10 speaks 1.41. */
const oldestApi = [1, 41] as const;

const operation = "describe engine";
/** Milliseconds that an engine may say nothing before it is asked whether it is there. */
const SILENCE = 1000;
/** Milliseconds in which every engine answers that question. */
const PING_LIMIT = 4000;

/** Some engines look up their own parts for this, and take seconds (Podman): those that are there are waited for. */
export async function describe(
  connection: Connection,
  options: CallOptions = {},
): Promise<EngineDescription> {
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  const request = { operation, method: "GET", signal, limit: shortLimit } as const;
  const answers = Promise.all([
    connection.call({ ...request, path: "/version" }),
    connection.call({ ...request, path: "/info" }),
  ]);
  const asking = setTimeout(() => {
    ping(connection, signal).catch((error: unknown) => {
      // Whoever answers, with whatever status, is there.
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

/** Rejects where nobody answers. */
async function ping(connection: Connection, signal: AbortSignal): Promise<void> {
  const answer = await connection.open({
    operation,
    method: "GET",
    path: "/_ping",
    signal,
    limit: PING_LIMIT,
  });
  answer.close();
}

function toDescription([version, info]: readonly Json[]): EngineDescription {
  const apiVersion = asText(version?.ApiVersion);
  const api = /^(\d+)\.(\d+)$/.exec(apiVersion);
  if (api === null) throw notAnEngine(operation, JSON.stringify(version));
  const [major, minor] = [Number(api[1]), Number(api[2])];
  if (major < oldestApi[0] || (major === oldestApi[0] && minor < oldestApi[1])) {
    const message = `the engine speaks API ${apiVersion}; ${oldestApi.join(".")} (Docker 20.10) or later is needed`;
    throw new EngineError({ reason: "unsupported", operation, message });
  }
  const os = asText(version?.Os) || asText(info?.OSType);
  if (os !== "linux") {
    const message = `the engine runs ${os || "unknown"} containers; linux is needed`;
    throw new EngineError({ reason: "unsupported", operation, message });
  }
  return {
    ...readDialect(version, info),
    version: asText(version?.Version),
    apiVersion,
    os,
    architecture: asText(version?.Arch),
    cpus: asNumber(info?.NCPU),
    memory: asNumber(info?.MemTotal),
    now: asTime(info?.SystemTime),
  };
}

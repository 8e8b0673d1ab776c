// Owns the question who answers at the endpoint: a Docker engine, new enough, or something else.
import { type CallOptions, type EngineDescription, EngineError } from "@sti/core";
import type { Connection } from "./connect.ts";
import { asNumber, asObject, asObjects, asText, asTexts, type Json } from "./json-fields.ts";
import { notAnEngine } from "./map-engine-error.ts";

/** 20.10 speaks 1.41. */
const oldestApi = [1, 41] as const;
const limit = 5000;

export async function describe(
  connection: Connection,
  options: CallOptions = {},
): Promise<EngineDescription> {
  const operation = "describe engine";
  const request = { operation, method: "GET", signal: options.signal, limit } as const;
  const [version, info] = (
    await Promise.all([
      connection.call({ ...request, path: "/version" }),
      connection.call({ ...request, path: "/info" }),
    ])
  ).map(asObject);
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
  const id = asText(info?.ID);
  return {
    ...(id === "" ? {} : { id }),
    version: asText(version?.Version),
    apiVersion,
    os,
    architecture: asText(version?.Arch),
    cpus: asNumber(info?.NCPU),
    memory: asNumber(info?.MemTotal),
    overlays: canOverlay(version, info),
  };
}

/**
 * Docker itself, with the machine's own root: elsewhere the kernel keeps what an overlay needs from the engine, or
 * gives its files other labels.
 */
function canOverlay(version: Json | undefined, info: Json | undefined): boolean {
  const components = asObjects(version?.Components).map(({ Name }) => asText(Name));
  const options = asTexts(info?.SecurityOptions);
  return (
    components.includes("Engine") &&
    !options.some((option) => /^name=(?:rootless|userns|selinux)(?:,|$)/.test(option))
  );
}

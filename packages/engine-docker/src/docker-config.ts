// The docker CLI's configuration as sti reads it: contexts, and certificates by their places.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { FileProblem, readSmallFileSync } from "@sti/files";
import { type ConfigField, findConfigProblem } from "@sti/registry/docker-config-shape";
import { type Endpoint, EndpointError, type EndpointTls, normalizeHost } from "./endpoint-address.ts";

/** Of a file of docker's configuration, and of certificates, bytes. */
const LARGEST = 4 * 1024 ** 2;

export function contextEndpoint(name: string, directory: string, source: string): Endpoint {
  const id = createHash("sha256").update(name).digest("hex");
  const file = join(directory, "contexts/meta", id, "meta.json");
  if (!existsSync(file)) {
    throw new EndpointError(`docker context "${name}" (from ${source}) does not exist: no ${file}`);
  }
  const docker = member(member(readJson(file), "Endpoints"), "docker");
  const host = member(docker, "Host");
  if (typeof host !== "string" || host === "") {
    throw new EndpointError(`docker context "${name}" (from ${source}) names no docker endpoint: ${file}`);
  }
  const from = `context ${name}`;
  const material = join(directory, "contexts/tls", id, "docker");
  const verify = member(docker, "SkipTLSVerify") !== true;
  const secured = host.startsWith("tcp://") && (existsSync(material) || !verify);
  const endpoint = { host: normalizeHost(host, from, secured ? 2376 : 2375), from };
  return secured ? { ...endpoint, tls: tlsFiles(material, verify) } : endpoint;
}

export function tlsFiles(directory: string, verify: boolean): EndpointTls {
  const file = (name: "ca" | "cert" | "key") => {
    const path = join(directory, `${name}.pem`);
    return existsSync(path) ? { [name]: path } : {};
  };
  return { ...file("ca"), ...file("cert"), ...file("key"), verify };
}

export function dockerDirectory(env: Readonly<Record<string, string | undefined>>, home: string): string {
  return env.DOCKER_CONFIG || join(home, ".docker");
}

export function readCurrentContext(file: string): string | undefined {
  const context = member(readConfig(file, ["currentContext"]), "currentContext");
  return typeof context === "string" && context !== "" ? context : undefined;
}

/** docker's config.json; {} where there is none. `fields`: those that the caller reads. Throws EndpointError. */
export function readConfig(file: string, fields: readonly ConfigField[]): unknown {
  if (!existsSync(file)) return {};
  const config = readJson(file);
  const problem = findConfigProblem(config, fields);
  if (problem !== undefined) throw new EndpointError(`${file} cannot be used: ${problem}`);
  return config;
}

export function readConfigFile(file: string): Buffer {
  try {
    return readSmallFileSync(file, { limit: LARGEST });
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    throw new EndpointError(error.message);
  }
}

export function readJson(file: string): unknown {
  const text = readConfigFile(file).toString();
  try {
    return JSON.parse(text);
  } catch {
    throw new EndpointError(`${file} cannot be read: it is not JSON`); // the parser's words quote what may be a secret
  }
}

export function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

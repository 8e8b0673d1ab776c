// The proxies that docker's configuration has for containers. Reads config.json only.
import { join } from "node:path";
import { member, readConfig } from "./docker-config.ts";

/** Fields of docker's configuration, by the variables that containers get. */
const FIELDS = {
  HTTP_PROXY: "httpProxy",
  HTTPS_PROXY: "httpsProxy",
  FTP_PROXY: "ftpProxy",
  NO_PROXY: "noProxy",
  ALL_PROXY: "allProxy",
} as const;

/**
 * Variables in capitals; those of the engine's host, else the default ones. `host`: as the configuration may name it,
 * "unix:///…" or "tcp://…". Throws EndpointError.
 */
export function readDockerProxies(
  directory: string,
  host: string | undefined,
): Readonly<Record<string, string>> {
  const proxies = member(readConfig(join(directory, "config.json"), ["proxies"]), "proxies");
  const found = (host === undefined ? undefined : member(proxies, host)) ?? member(proxies, "default");
  return Object.fromEntries(
    Object.entries(FIELDS).flatMap(([name, field]) => {
      const value = member(found, field);
      return typeof value === "string" && value !== "" ? [[name, value] as const] : [];
    }),
  );
}

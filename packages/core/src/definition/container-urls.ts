// Variables that name another container: its address in the network of a watch. Pure.
import type { ConfigPath } from "../failure/config-place.ts";
import type { Failure } from "../failure/failure.ts";
import { suggest } from "../failure/suggest.ts";
import type { WrittenContainerUrl, WrittenDev } from "./dev-schema.ts";
import { parsePort } from "./parse-port.ts";
import type { VariableValue } from "./schema-values.ts";

/** By name of an app or service, the first TCP port inside its container; undefined where none is written. */
export type ContainerUrls = ReadonlyMap<string, number | undefined>;

type Written = NonNullable<WrittenDev["env"]>;

/** The part of a config that names containers. */
interface Containers {
  readonly apps?:
    | Readonly<Record<string, { readonly dev?: Pick<WrittenDev, "ports"> | undefined }>>
    | undefined;
  readonly services?: Readonly<Record<string, Pick<WrittenDev, "ports">>> | undefined;
}

export function readContainerUrls({ apps = {}, services = {} }: Containers): ContainerUrls {
  return new Map([
    ...Object.entries(apps).map(([name, { dev }]) => [name, firstPort(dev?.ports)] as const),
    ...Object.entries(services).map(([name, { ports }]) => [name, firstPort(ports)] as const),
  ]);
}

function firstPort(ports: WrittenDev["ports"]): number | undefined {
  for (const written of ports ?? []) {
    const parsed = parsePort(String(written));
    if (!("problem" in parsed) && parsed.protocol === "tcp") return parsed.port;
  }
  return undefined;
}

/** The variables with addresses as texts; problems go to `failures`. */
export function resolveUrls(
  written: Written | undefined,
  {
    failures,
    path,
    urls,
  }: { readonly urls: ContainerUrls; readonly path: ConfigPath; readonly failures: Failure[] },
): Readonly<Record<string, VariableValue>> {
  const refuse = (variable: string, key: string, message: string) =>
    failures.push({ code: "config-invalid", path: [...path, variable, key], message });
  return Object.fromEntries(
    Object.entries(written ?? {}).map(([variable, value]) => {
      if (typeof value === "string" || !("url" in value)) return [variable, value];
      const { url: name } = value;
      if (!urls.has(name)) {
        const known = [...urls.keys()];
        const question = suggest(name, known);
        const hint = question === undefined ? "" : `; did you mean ${JSON.stringify(question)}?`;
        refuse(variable, "url", `names ${JSON.stringify(name)}, which is no app and no service${hint}`);
      }
      const port = value.port ?? urls.get(name);
      if (port === undefined && urls.has(name))
        refuse(variable, "url", `needs a port of ${name}: add it here as port, or to the ports of ${name}`);
      return [variable, formatUrl(value, port ?? 0)];
    }),
  );
}

function formatUrl({ path = "", scheme = "http", url }: WrittenContainerUrl, port: number): string {
  const isUsual = (scheme === "http" && port === 80) || (scheme === "https" && port === 443);
  return `${scheme}://${url}${isUsual ? "" : `:${port}`}${path}`;
}

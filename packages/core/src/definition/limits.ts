// Resources, network and user of an app's scripts. A limit that the app's method cannot enforce is refused here.
import type { ConfigPath } from "../failure/config-place.ts";
import type { Failure } from "../failure/failure.ts";
import type { WrittenApp } from "./app-schema.ts";
import type { Method } from "./method.ts";
import { parseSize } from "./parse-size.ts";
import type { Defaults } from "./schema.ts";

/** Users, first and last. */
export type UidRange = readonly [first: number, last: number];

export interface Limits {
  readonly network: "default" | "none" | "host";
  /** "name:address". */
  readonly hosts: readonly string[];
  /** Bytes. */
  readonly memory: number | undefined;
  readonly cpus: number | undefined;
  /** Seconds that a prepare may take. */
  readonly timeout: number | undefined;
  /** The user of prepare, in the engine's notation; undefined for the image's own user. */
  readonly user: string | undefined;
  readonly capDrop: readonly string[];
  readonly noNewPrivileges: boolean;
  /** "os/architecture". */
  readonly platform: string | undefined;
  /** Undefined: anybody. */
  readonly allowedUids: readonly UidRange[] | undefined;
}

/** Limits that only containers of sti enforce: the engine's builder has no such options. */
const OF_CONTAINERS = ["memory", "cpus", "capDrop", "noNewPrivileges"] as const;

export function resolveLimits(
  app: WrittenApp,
  {
    defaults,
    failures,
    method,
    path,
  }: {
    readonly defaults: Pick<Defaults, "allowedUids">;
    readonly failures: Failure[];
    readonly method: Method;
    readonly path: ConfigPath;
  },
): Limits {
  for (const key of OF_CONTAINERS) {
    if (method !== "dockerfile" || app[key] === undefined) continue;
    const message = `needs method "container": the engine's builder, which the Dockerfile method uses, does not enforce it`;
    failures.push({ code: "config-invalid", path: [...path, key], message });
  }
  const allowed = app.allowedUids ?? defaults.allowedUids;
  return {
    network: app.network ?? "default",
    hosts: Object.entries(app.addHosts ?? {}).map(([name, address]) => `${name}:${address}`),
    memory: app.memory === undefined ? undefined : parseSize(app.memory),
    cpus: app.cpus,
    timeout: app.timeout === undefined ? undefined : seconds(app.timeout),
    user: app.user,
    capDrop: app.capDrop ?? [],
    noNewPrivileges: app.noNewPrivileges ?? false,
    platform: app.platform,
    allowedUids: allowed?.map(parseRange),
  };
}

function seconds(time: string): number {
  const units = { s: 1, m: 60, h: 3600 };
  return Number.parseInt(time, 10) * units[time.slice(-1) as keyof typeof units];
}

function parseRange(written: number | string): UidRange {
  if (typeof written === "number") return [written, written];
  const [first = "", last = ""] = written.split("-");
  return [Number(first), last === "" ? Number.MAX_SAFE_INTEGER : Number(last)];
}

// The probe of a container from the config: one kind of question, its port and its times. Pure.
import type { ConfigPath } from "../failure/config-place.ts";
import type { Failure } from "../failure/failure.ts";
import type { WrittenDev } from "./dev-schema.ts";
import type { DevPort, DevProbe } from "./dev-settings.ts";

interface Context {
  readonly path: ConfigPath;
  readonly failures: Failure[];
}

/** `path` of the context: of what has the probe. Undefined where it is refused. */
export function resolveProbe(
  written: NonNullable<WrittenDev["probe"]>,
  ports: readonly DevPort[],
  context: Context,
): DevProbe | undefined {
  const { command, http, port, tcp } = written;
  const times = {
    timeout: milliseconds(written.timeout ?? "30s"),
    interval: milliseconds(written.interval ?? "200ms"),
  };
  const kinds = Object.entries({ http, tcp, command }).flatMap(([kind, value]) =>
    value === undefined ? [] : [kind],
  );
  if (kinds.length !== 1) {
    const says = kinds.length === 0 ? "has none of http, tcp and command" : `has ${kinds.join(" and ")}`;
    refuse(context, [], `${says}; write { http: "/health" }, { tcp: 3000 } or { command: ["check"] }`);
    return undefined;
  }
  if (command !== undefined) {
    if (port !== undefined) refuse(context, ["port"], "is for http; a command runs in the container");
    return { kind: "command", command, ...times };
  }
  const published = ports.filter(({ protocol }) => protocol === "tcp").map((one) => one.port);
  const [first] = published;
  const asked = tcp ?? port ?? first;
  const place = [tcp !== undefined ? "tcp" : port === undefined ? "http" : "port"];
  if (asked === undefined) {
    refuse(context, place, `needs a port; add dev.ports, such as ["3000"]`);
    return undefined;
  }
  if (!published.includes(asked)) {
    const others = published.length === 0 ? "" : `, which has ${published.join(", ")}`;
    refuse(
      context,
      place,
      `is ${asked}, which is not in dev.ports${others}; add ${JSON.stringify(String(asked))} there`,
    );
  }
  if (tcp !== undefined) {
    if (port !== undefined) {
      refuse(context, ["port"], "is for http; with tcp the port is tcp's own number");
    }
    return { kind: "tcp", port: asked, ...times };
  }
  const path = http ?? "/";
  if (!path.startsWith("/") || /[\s#]/.test(path)) {
    const meant =
      /^[a-z]+:\/\/[^/]*(\/[^\s#]*)?/i.exec(path)?.[1] ?? `/${path.replace(/^\/+|[\s#].*$/g, "")}`;
    refuse(
      context,
      ["http"],
      `is ${JSON.stringify(path)}, expected a path that begins with "/"; did you mean ${JSON.stringify(meant)}?`,
    );
  }
  return { kind: "http", path, port: asked, ...times };
}

function refuse({ failures, path }: Context, place: ConfigPath, message: string): void {
  failures.push({ code: "config-invalid", path: [...path, "probe", ...place], message });
}

function milliseconds(time: string): number {
  const [, count = "", unit = ""] = /^(\d+)(ms|s|m)$/.exec(time) ?? [];
  return Number(count) * ({ ms: 1, s: 1000, m: 60_000 }[unit] ?? 1);
}

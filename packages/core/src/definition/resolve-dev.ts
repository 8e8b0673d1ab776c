// Settings of a container in `sti watch --run` from the config: texts read, ports and paths checked. Pure.
import type { ConfigPath } from "../failure/config-place.ts";
import type { Failure } from "../failure/failure.ts";
import { checkInside } from "./check-path.ts";
import { type ContainerUrls, resolveUrls } from "./container-urls.ts";
import type { WrittenDev } from "./dev-schema.ts";
import type { DevPort, DevSettings, DevSync, DevVolume } from "./dev-settings.ts";
import { parsePort } from "./parse-port.ts";
import { parseVolume } from "./parse-volume.ts";
import { resolveProbe } from "./resolve-probe.ts";
import { type Host, resolveVariables } from "./variables.ts";

interface Context {
  /** Place of `dev` in the config. */
  readonly path: ConfigPath;
  readonly allowOutside: boolean;
  readonly host: Host;
  readonly urls: ContainerUrls;
  readonly failures: Failure[];
}

export function resolveDev(written: WrittenDev | undefined, context: Context): DevSettings {
  const dev = written ?? {};
  const { failures, host, path } = context;
  const unset: Failure[] = [];
  const ports = dev.ports === undefined ? undefined : resolvePorts(dev.ports, context);
  const place = [...path, "env"];
  return {
    ports,
    env: resolveVariables(resolveUrls(dev.env, { urls: context.urls, path: place, failures }), {
      path: place,
      files: [],
      host,
      failures,
      unset,
      public: undefined,
    }),
    command: dev.command,
    volumes: resolveVolumes(dev.volumes ?? [], context),
    probe: dev.probe === undefined ? undefined : resolveProbe(dev.probe, ports ?? [], context),
    sync: resolveSync(dev.sync ?? [], context),
    dependsOn: dev.dependsOn ?? [],
    aliases: dev.aliases ?? [],
    network: dev.network,
    unset,
  };
}

function refuse({ failures, path }: Context, place: ConfigPath, message: string): void {
  failures.push({ code: "config-invalid", path: [...path, ...place], message });
}

function resolvePorts(written: NonNullable<WrittenDev["ports"]>, context: Context): readonly DevPort[] {
  const ports: DevPort[] = [];
  for (const [index, text] of written.entries()) {
    const parsed = parsePort(String(text));
    if ("problem" in parsed) {
      refuse(context, ["ports", index], parsed.problem);
      continue;
    }
    const twice = ports.find(
      ({ hostPort, protocol }) =>
        hostPort !== undefined && hostPort === parsed.hostPort && protocol === parsed.protocol,
    );
    if (twice !== undefined) {
      const message = `publishes ${parsed.port} as ${parsed.hostPort}, which is taken by ${twice.port} already; write ${JSON.stringify(String(parsed.port))} for a free port`;
      refuse(context, ["ports", index], message);
    }
    ports.push({ ...parsed, path: [...context.path, "ports", index] });
  }
  return ports;
}

function resolveVolumes(written: readonly string[], context: Context): readonly DevVolume[] {
  const volumes: DevVolume[] = [];
  for (const [index, text] of written.entries()) {
    const parsed = parseVolume(text);
    if ("problem" in parsed) {
      refuse(context, ["volumes", index], parsed.problem);
      continue;
    }
    if (parsed.kind === "folder" && !context.allowOutside) {
      checkInside(parsed.folder, [...context.path, "volumes", index], context.failures);
    }
    if (volumes.some(({ target }) => target === parsed.target)) {
      refuse(context, ["volumes", index], `mounts ${parsed.target}, where another volume is mounted already`);
    }
    volumes.push(parsed);
  }
  return volumes;
}

function resolveSync(written: NonNullable<WrittenDev["sync"]>, context: Context): readonly DevSync[] {
  return written.map(({ from, to }, index) => {
    const parts = from.split("/").filter((part) => part !== "" && part !== ".");
    if (/^[/~]|\\|^[A-Za-z]:/.test(from) || parts.includes("..")) {
      const meant = parts.filter((part) => !/^~|^\.\.$/.test(part)).join("/");
      const question = meant === "" ? "" : `; did you mean ${JSON.stringify(meant)}?`;
      const message = `is ${JSON.stringify(from)}, expected a path inside the app's source${question}`;
      refuse(context, ["sync", index, "from"], message);
    }
    const folder = to.replace(/\/+$/, "");
    if (!to.startsWith("/") || to.split("/").includes("..") || folder === "") {
      const meant = `/${to
        .split("/")
        .filter((part) => !["", ".", ".."].includes(part))
        .join("/")}`;
      const question = meant === "/" ? "" : `; did you mean ${JSON.stringify(meant)}?`;
      const message = `is ${JSON.stringify(to)}, expected an absolute path below /${question}`;
      refuse(context, ["sync", index, "to"], message);
    }
    return { from: parts.join("/"), to: folder };
  });
}

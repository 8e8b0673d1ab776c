// The settings of a container: those of its compose service, or one published port of an app. Pure.
import type { ChosenApp } from "./choose-targets.ts";
import type { DevSettings } from "./inspection.ts";
import type { ProposedDev } from "./proposal.ts";

/** Port that the builders of sti set in PORT. */
const USUAL_PORT = 8080;

export interface DevOptions {
  /** Ports of this machine that other apps have, which grow with each call. */
  readonly hostPorts: Set<string>;
  readonly refuse: (reason: string) => void;
  /** Names of the config's containers, by names of services of the compose file. */
  readonly nameOf: (service: string) => string | undefined;
  /** Host names that the config's name does not stand for. */
  readonly aliases: readonly string[];
}

/** Undefined without any setting. */
export function proposeDev(app: ChosenApp, options: DevOptions): ProposedDev | undefined {
  const { candidate, dev, dockerfile } = app;
  if (dev === undefined) {
    const port = candidate.port ?? dockerfile?.ports[0] ?? USUAL_PORT;
    // The address is this machine's alone and the port a free one, so that the proposal fits every machine.
    const env = port === USUAL_PORT ? {} : { env: { PORT: String(port) } };
    return { ports: [`127.0.0.1::${port}`], ...env, probe: { tcp: port } };
  }
  const ports = ownPorts(dev, options);
  const [inside] = ports.flatMap((port) => /(\d+)$/.exec(port)?.[1] ?? []);
  const needsPort = inside !== undefined && dev.env.PORT === undefined && Number(inside) !== USUAL_PORT;
  const env = { ...dev.env, ...(needsPort ? { PORT: inside } : {}) };
  const probe = inside === undefined ? undefined : { tcp: Number(inside) };
  const settings = settingsOf({ ...dev, env }, { ...options, ports, probe });
  return Object.keys(settings).length === 0 ? undefined : settings;
}

/** Of a service, whose image has a healthcheck of its own where the compose file has none. */
export function proposeServiceDev(dev: DevSettings, options: DevOptions): ProposedDev {
  return settingsOf(dev, { ...options, ports: ownPorts(dev, options), probe: undefined });
}

function settingsOf(
  dev: DevSettings,
  {
    aliases,
    nameOf,
    ports,
    probe,
  }: DevOptions & { readonly ports: readonly string[]; readonly probe: ProposedDev["probe"] | undefined },
): ProposedDev {
  const asked = dev.check === undefined ? probe : { command: dev.check };
  const dependsOn = [...new Set(dev.dependsOn.flatMap((service) => nameOf(service) ?? []))];
  return {
    ...(ports.length === 0 ? {} : { ports }),
    ...(Object.keys(dev.env).length === 0 ? {} : { env: dev.env }),
    ...(dev.command === undefined ? {} : { command: dev.command }),
    ...(dev.volumes.length === 0 ? {} : { volumes: dev.volumes }),
    ...(asked === undefined ? {} : { probe: asked }),
    ...(dependsOn.length === 0 ? {} : { dependsOn }),
    ...(aliases.length + dev.aliases.length === 0 ? {} : { aliases: [...aliases, ...dev.aliases] }),
  };
}

function ownPorts({ ports }: DevSettings, options: DevOptions): readonly string[] {
  return ports.map((port) => ownPort(port, options));
}

/** A port of this machine belongs to one app. */
function ownPort(written: string, { hostPorts, refuse }: DevOptions): string {
  const [mapping = "", protocol = "tcp"] = written.split("/");
  const [, host] = /(?:^|:)(\d+):\d+$/.exec(mapping) ?? [];
  if (host === undefined) return written;
  const key = `${host}/${protocol}`;
  if (!hostPorts.has(key)) {
    hostPorts.add(key);
    return written;
  }
  const inside = mapping.slice(mapping.lastIndexOf(":") + 1);
  refuse(`port ${written}: another container has ${host}; a free port is used`);
  return protocol === "udp" ? `${inside}/udp` : inside;
}

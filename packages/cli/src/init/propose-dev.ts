// The settings of an app's container: those of its compose service, or one published port. Pure.
import type { ChosenApp } from "./choose-targets.ts";
import type { ProposedDev } from "./proposal.ts";

/** Port that the builders of sti set in PORT. */
const USUAL_PORT = 8080;

export interface DevOptions {
  /** Ports of this machine that other apps have, which grow with each call. */
  readonly hostPorts: Set<string>;
  readonly refuse: (reason: string) => void;
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
  const ports = dev.ports.map((port) => ownPort(port, options));
  const [inside] = ports.flatMap((port) => /(\d+)$/.exec(port)?.[1] ?? []);
  const needsPort = inside !== undefined && dev.env.PORT === undefined && Number(inside) !== USUAL_PORT;
  const env = { ...dev.env, ...(needsPort ? { PORT: inside } : {}) };
  const settings = {
    ...(ports.length === 0 ? {} : { ports }),
    ...(Object.keys(env).length === 0 ? {} : { env }),
    ...(dev.command === undefined ? {} : { command: dev.command }),
    ...(dev.volumes.length === 0 ? {} : { volumes: dev.volumes }),
    ...(inside === undefined ? {} : { probe: { tcp: Number(inside) } }),
  };
  return Object.keys(settings).length === 0 ? undefined : settings;
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
  refuse(`port ${written}: another app has ${host}; a free port is used`);
  return protocol === "udp" ? `${inside}/udp` : inside;
}

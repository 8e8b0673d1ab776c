// The ports of one app: which the engine publishes, and which this machine forwards so that they stay where they are
// while one container takes over from another.
import type { DevPort } from "../definition/dev-settings.ts";
import type { BoundPort, PortBinding } from "../engine/container.ts";
import type { Address, ForwardedPort, Forwarder } from "./dev-ports.ts";

export interface PublishedPorts {
  /** Makes ready for a container with these ports. Rejects with an Error that names an unavailable port. */
  prepare(ports: readonly DevPort[]): Promise<readonly PortBinding[]>;
  /** The addresses of a container's ports for the user: on another machine, with its name. */
  describe(bound: readonly BoundPort[]): readonly BoundPort[];
  /**
   * From now on connections go to this container; undefined: they are closed. Resolves when none leads to the one before
   * any more.
   */
  pointTo(bound: readonly BoundPort[] | undefined): Promise<void>;
  close(): Promise<void>;
}

interface Forwarded {
  readonly container: number;
  readonly hostIp: string;
  readonly port: ForwardedPort;
}

export function publishPorts({
  addressOf,
  forwarder,
}: {
  readonly addressOf: (port: BoundPort) => Address;
  readonly forwarder: Forwarder | undefined;
}): PublishedPorts {
  let forwarded: ReadonlyMap<string, Forwarded> = new Map();
  const isForwarded = ({ protocol }: Pick<DevPort, "protocol">) =>
    forwarder !== undefined && protocol === "tcp";

  const listen = async (ports: readonly DevPort[]) => {
    const wanted = new Map(ports.filter(isForwarded).map((port) => [keyOf(port), port]));
    const next = new Map<string, Forwarded>();
    for (const [key, { port }] of forwarded) if (!wanted.has(key)) await port.close();
    for (const [key, kept] of forwarded) if (wanted.has(key)) next.set(key, kept);
    forwarded = next;
    for (const [key, { hostIp, hostPort, port }] of wanted) {
      if (next.has(key) || forwarder === undefined) continue;
      const forwarding = await forwarder.listen({ hostIp, hostPort });
      next.set(key, { container: port, hostIp: hostIp ?? "0.0.0.0", port: forwarding });
    }
  };

  return {
    async prepare(ports) {
      await listen(ports);
      const inside = new Set<number>();
      return ports.flatMap((port): readonly PortBinding[] => {
        const { hostIp, hostPort, protocol } = port;
        if (!isForwarded(port)) return [{ port: port.port, protocol, hostIp, hostPort }];
        if (inside.has(port.port)) return [];
        inside.add(port.port);
        return [{ port: port.port, protocol, hostIp: "127.0.0.1", hostPort: undefined }];
      });
    },
    describe: (bound) => [
      ...[...forwarded.values()].map(({ container, hostIp, port }) => ({
        port: container,
        protocol: "tcp" as const,
        hostPort: port.hostPort,
        hostIp,
      })),
      ...bound
        .filter((port) => !isForwarded(port))
        .map((port) => (forwarder === undefined ? { ...port, hostIp: addressOf(port).host } : port)),
    ],
    async pointTo(bound) {
      const turned = [...forwarded.values()].map(({ container, port }) => {
        const to = bound?.find((other) => other.port === container && other.protocol === "tcp");
        return port.pointTo(to === undefined ? undefined : addressOf(to));
      });
      await Promise.all(turned);
    },
    async close() {
      const ports = [...forwarded.values()];
      forwarded = new Map();
      await Promise.all(ports.map(({ port }) => port.close()));
    },
  };
}

function keyOf({ hostIp, hostPort, port }: DevPort): string {
  return JSON.stringify([hostIp, hostPort, port]);
}

// Ports of this machine whose connections go to one container after the other, so that a port stays where it is, and
// answers, while an app's containers take turns.
import { connect, createServer, type Server, type Socket } from "node:net";
import type { Address, ForwardedPort, Forwarder } from "@sti/core";
import type { NotedConnection, TrafficLog } from "./port-traffic.ts";
import { describeTaken } from "./taken-port.ts";

/** Connections to one place. */
interface Destination {
  readonly address: Address | undefined;
  readonly clients: Set<Socket>;
  /** Called when there are none any more. */
  onEmpty: () => void;
}

export interface PortForwarderOptions {
  /** Gets everything that passes. */
  readonly traffic: Pick<TrafficLog, "connect">;
  /** Ports that the config gives to apps and services, also of those that do not run yet. */
  readonly claimed: () => ReadonlySet<number>;
}

export function createPortForwarder(options: PortForwarderOptions): Forwarder {
  return { listen: (place) => listen(place, options) };
}

async function listen(
  { hostIp, hostPort: wanted }: Parameters<Forwarder["listen"]>[0],
  { claimed, traffic }: PortForwarderOptions,
): Promise<ForwardedPort> {
  const all = new Set<Socket>();
  let destination = destinationAt(undefined);
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const here = destination;
    const { address, clients } = here;
    clients.add(client);
    all.add(client);
    client.on("close", () => {
      all.delete(client);
      clients.delete(client);
      if (clients.size === 0) here.onEmpty();
    });
    if (address === undefined) client.resetAndDestroy();
    else relay(client, address, traffic.connect(hostPort));
  });
  await startListening(server, { hostIp, hostPort: wanted }, claimed);
  const place = server.address();
  const hostPort = typeof place === "object" && place !== null ? place.port : 0;
  return {
    hostPort,
    async pointTo(address) {
      const before = destination;
      destination = destinationAt(address);
      if (before.clients.size === 0) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      before.onEmpty = resolve;
      await promise;
    },
    async close() {
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      for (const client of all) client.destroy();
      await promise;
    },
  };
}

function destinationAt(address: Address | undefined): Destination {
  return { address, clients: new Set(), onEmpty: () => {} };
}

/** Either side may end its half first; whatever breaks one breaks the other. */
function relay(client: Socket, target: Address, noted: NotedConnection): void {
  const container = connect({ ...target, allowHalfOpen: true, noDelay: true });
  client.pipe(container);
  container.pipe(client);
  client.on("data", noted.sent);
  container.on("data", noted.answered);
  for (const [one, other] of [
    [client, container],
    [container, client],
  ] as const) {
    // A connection that breaks is for those at its two ends to notice, and not to be taken for one that ended.
    one.on("error", () => other.resetAndDestroy());
    one.on("close", () => other.destroy());
  }
}

async function startListening(
  server: Server,
  { hostIp, hostPort }: Parameters<Forwarder["listen"]>[0],
  claimed: PortForwarderOptions["claimed"],
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.ErrnoException | undefined>();
  server.once("error", resolve);
  server.listen({ host: hostIp, port: hostPort ?? 0, exclusive: true }, () => resolve(undefined));
  const problem = await promise;
  if (problem !== undefined) throw new Error(await describeError(problem));

  async function describeError({ code, message }: NodeJS.ErrnoException): Promise<string> {
    switch (code) {
      case "EADDRINUSE":
        return `port ${hostPort} ${await describeTaken(hostPort ?? 0, hostIp, claimed())}`;
      case "EACCES":
        return `port ${hostPort} may not be taken by this user`;
      case "EADDRNOTAVAIL":
        return `${hostIp} is not an address of this machine`;
      default:
        return message;
    }
  }
}

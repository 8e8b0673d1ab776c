// A session's client of registries: one host each, with mirrors before it for reading.
import { RegistryError } from "@sti/core";
import { createConnections } from "./connections.ts";
import { createHost, type Host } from "./host.ts";
import type { RegistryOptions } from "./registry-options.ts";

export interface RegistryClient {
  /** The registry itself, for everything that writes. */
  host(registry: string): Host;
  /**
   * Reads from the mirrors of a registry first, and from the registry where none of them has it. A mirror that cannot
   * be reached is left out from then on.
   */
  read<Value>(registry: string, work: (host: Host) => Promise<Value | undefined>): Promise<Value | undefined>;
  /** Ends all requests, and closes the connections. */
  close(): Promise<void>;
}

export function createRegistryClient(settings: RegistryOptions = {}): RegistryClient {
  const connections = createConnections(settings);
  const end = new AbortController();
  const hosts = new Map<string, Host>();
  const broken = new Set<Host>();
  const shared = { connections, settings, ended: end.signal };
  const keep = (name: string, create: () => Host): Host => {
    const host = hosts.get(name) ?? create();
    hosts.set(name, host);
    return host;
  };
  const host = (registry: string) => keep(registry, () => createHost({ registry, ...shared }));
  const mirrorsOf = (registry: string): readonly Host[] =>
    (settings.mirrors?.[registry] ?? []).map((written) => {
      const address = new URL(/^https?:\/\//.test(written) ? written : `https://${written}`);
      return keep(address.origin, () => createHost({ registry: address.host, address, ...shared }));
    });
  return {
    host,
    async read(registry, work) {
      for (const mirror of mirrorsOf(registry)) {
        if (broken.has(mirror)) continue;
        try {
          const value = await work(mirror);
          if (value !== undefined) return value;
        } catch (error) {
          if (!(error instanceof RegistryError)) throw error;
          if (error.reason === "unreachable" || error.reason === "untrusted") broken.add(mirror);
        }
      }
      return await work(host(registry));
    },
    async close() {
      end.abort(new Error("the client of registries was closed"));
      await connections.close();
    },
  };
}

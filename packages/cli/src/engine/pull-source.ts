// The registries that an engine pulls from, asked by sti. Only then is the client of registries loaded.
import type { EngineDescription, PullSource } from "@sti/core";

/** An engine that pulls from a registry without trusted TLS names it as such. */
export function pullSource(
  { architecture, insecureRegistries, os }: EngineDescription,
  env: Readonly<Record<string, string | undefined>>,
): PullSource {
  return {
    platform: { os, architecture },
    async open() {
      const { createImageRegistry, createRegistryClient } = await import("@sti/registry");
      const client = createRegistryClient({ env, insecure: insecureRegistries });
      return { ...createImageRegistry(client), close: () => client.close() };
    },
  };
}

// A registry and a store in memory for simulations: finds results by their keys, and has every other image.
import { createHash } from "node:crypto";
import type { RegistryImage, StoreUse } from "@sti/core";

const REPOSITORY = "registry.test/acme/store";

export interface SimulatedStore {
  readonly use: StoreUse;
  /** A worker has pushed the result of a key. */
  add(key: string): void;
}

export function createSimulatedStore(): SimulatedStore {
  const results = new Map<string, RegistryImage>();
  const store: Partial<StoreUse["store"]> = {
    repository: REPOSITORY,
    reference: ({ key }) => `${REPOSITORY}:sti-${key}`,
    find: async (names) =>
      names.map(({ key }) => {
        const image = results.get(key);
        return image === undefined ? { kind: "missing" } : { kind: "found", image };
      }),
  };
  const registry: Partial<StoreUse["registry"]> = { readImage: async (reference) => imageOf(reference) };
  return {
    add: (key) => results.set(key, imageOf(key)),
    use: {
      store: store as StoreUse["store"],
      registry: registry as StoreUse["registry"],
      reads: true,
      writes: true,
      load: "needed",
      builder: { kind: "machine" },
      branches: async () => ({ own: undefined, others: [] }),
      largestPrevious: undefined,
    },
  };
}

function imageOf(key: string): RegistryImage {
  const digest = `sha256:${createHash("sha256").update(key).digest("hex")}`;
  return {
    os: "linux",
    architecture: "amd64",
    repository: REPOSITORY,
    digest,
    referenceDigest: digest,
    configDigest: digest,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    size: 1000,
    layers: [digest],
    config: {
      env: [],
      user: "",
      workingDir: "",
      entrypoint: [],
      cmd: [],
      labels: { "sti.key": key },
      exposedPorts: [],
      volumes: [],
      onBuild: [],
      stopSignal: undefined,
      healthcheck: undefined,
    },
    history: [],
    created: 1_000_000,
  };
}

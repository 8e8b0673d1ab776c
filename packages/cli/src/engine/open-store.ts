// Opens the shared store of a config for one session. Only then is the client of registries loaded.
import {
  type ArtifactStore,
  type EngineDescription,
  type Platform,
  parseImageReference,
  parseSize,
  type Result,
  type StoreBranches,
  type StoreUse,
  success,
  type WrittenConfig,
} from "@sti/core";
import { readBranches } from "@sti/source";
import type { CommandContext } from "../process/command-context.ts";
import { isCi } from "../process/is-ci.ts";
import type { Project } from "../project/load-project.ts";
import { openSignatures } from "./open-signatures.ts";
import { resultBuilder } from "./result-builder.ts";

/** Use of the shared store. */
export interface StoreOptions {
  readonly cacheRead?: boolean;
  readonly cacheWrite?: boolean;
  readonly load?: "auto" | "all" | "none";
}

/** Largest previous image that is worth its pull. */
const PREVIOUS = "500MB";

export interface OpenStore {
  readonly use: StoreUse;
  /** The same store for results of another platform. */
  useFor(platform: Platform): StoreUse;
  /** Files that machines share beside results. */
  readonly artifacts: ArtifactStore;
  /** Closes its connections. */
  close(): Promise<void>;
}

/** Undefined where the config has none, or nothing is to be read or written. Failures are those of keys for signatures. */
export async function openStore(
  { config, directory }: Pick<Project, "config" | "directory">,
  { cacheRead = true, cacheWrite = true, load = "auto" }: StoreOptions,
  {
    context: { env, signal },
    engine,
  }: {
    readonly context: Pick<CommandContext, "env" | "signal">;
    readonly engine: EngineDescription | undefined;
  },
): Promise<Result<OpenStore | undefined>> {
  const { cache } = config;
  if (cache === undefined || engine === undefined) return success(undefined);
  const [reads, writes] = [cacheRead && (cache.read ?? true), cacheWrite && (cache.write ?? true)];
  if (!reads && !writes) return success(undefined);
  const signed = await openSignatures({ config, directory }, { writes }, { env, signal });
  if (!signed.ok) return signed;
  const { artifacts, close, registry, store, storeFor } = await connectStore(cache, env, engine);
  const loadsAll = load === "all" || (load === "auto" && !isCi(env));
  const { previous = PREVIOUS } = cache;
  let branches: Promise<StoreBranches> | undefined;
  const use: StoreUse = {
    store,
    registry,
    reads,
    writes: writes && signed.value.notWritten === undefined,
    ...signed.value,
    load: loadsAll ? "all" : "needed",
    builder: resultBuilder(env),
    branches: () => (branches ??= readBranches(directory, { env, signal })),
    largestPrevious: previous === false ? undefined : parseSize(previous),
  };
  const useFor = (platform: Platform): StoreUse => ({ ...use, store: storeFor(platform) });
  return success({ use, useFor, artifacts, close });
}

/** `cache` of a config. */
export type StoreSettings = NonNullable<WrittenConfig["cache"]>;

/** Images of several platforms are read as those of the given one. */
export async function connectStore(
  settings: StoreSettings,
  env: CommandContext["env"],
  platform: Platform,
): Promise<
  Pick<StoreUse, "store" | "registry"> & {
    readonly artifacts: ArtifactStore;
    storeFor(platform: Platform): StoreUse["store"];
    close(): Promise<void>;
  }
> {
  const { createArtifactStore, createRegistryClient } = await import("@sti/registry");
  const { createImageRegistry, createResultStore } = await import("@sti/registry");
  const { image: repository } = settings;
  const client = createRegistryClient({ env, insecure: insecureHosts(settings) });
  const storeFor = ({ architecture, os }: Platform) =>
    createResultStore({ client, repository, platform: { os, architecture } });
  return {
    store: storeFor(platform),
    storeFor,
    registry: createImageRegistry(client),
    artifacts: createArtifactStore({ client, repository }),
    close: () => client.close(),
  };
}

/** The registry of the store, if it is one without trusted TLS. */
export function insecureHosts({ image, insecure = false }: StoreSettings): readonly string[] {
  const parsed = parseImageReference(image);
  const [host = ""] = "reference" in parsed ? parsed.reference.repository.split("/") : [];
  return insecure ? [host] : [];
}

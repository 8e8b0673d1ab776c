// Opens the shared store of a config for one session. Only then is the client of registries loaded.
import type { EngineDescription, Platform, StoreUse } from "@sti/core";
import type { CommandContext } from "../process/command-context.ts";
import { isCi } from "../process/is-ci.ts";
import type { Project } from "../project/load-project.ts";

/** Use of the shared store. */
export interface StoreOptions {
  readonly cacheRead?: boolean;
  readonly cacheWrite?: boolean;
  readonly load?: "auto" | "all" | "none";
}

export interface OpenStore {
  readonly use: StoreUse;
  /** Closes its connections. */
  close(): Promise<void>;
}

/** Undefined where the config has none, or nothing is to be read or written. */
export async function openStore(
  { config }: Pick<Project, "config">,
  { cacheRead = true, cacheWrite = true, load = "auto" }: StoreOptions,
  {
    context: { env },
    engine,
  }: { readonly context: Pick<CommandContext, "env">; readonly engine: EngineDescription | undefined },
): Promise<OpenStore | undefined> {
  const { cache } = config;
  if (cache === undefined || engine === undefined) return undefined;
  const [reads, writes] = [cacheRead && (cache.read ?? true), cacheWrite && (cache.write ?? true)];
  if (!reads && !writes) return undefined;
  const { close, registry, store } = await connectStore(cache.image, env, engine);
  const loadsAll = load === "all" || (load === "auto" && !isCi(env));
  const use: StoreUse = {
    store,
    registry,
    reads,
    writes,
    load: loadsAll ? "all" : "needed",
  };
  return { use, close };
}

/** `repository`: without a tag. Images of several platforms are read as those of `platform`. */
export async function connectStore(
  repository: string,
  env: CommandContext["env"],
  { architecture, os }: Platform,
): Promise<Pick<StoreUse, "store" | "registry"> & { close(): Promise<void> }> {
  const { createImageRegistry, createRegistryClient, createResultStore } = await import("@sti/registry");
  const client = createRegistryClient({ env });
  return {
    store: createResultStore({ client, repository, platform: { os, architecture } }),
    registry: createImageRegistry(client),
    close: () => client.close(),
  };
}

// What the parts of `sti clean` share, and those of them that are about what `sti watch --run` makes.
import { type DiskUsage, type Engine, EngineError, LABEL, parseOwner } from "@sti/core";
import type { CleanItem } from "../print/clean-report.ts";
import { isDeadOwner } from "../process/session-owner.ts";

export interface Cleaning {
  readonly engine: Engine;
  readonly usage: DiskUsage;
  readonly dryRun: boolean;
  readonly removed: (CleanItem & { readonly reason?: string })[];
  readonly kept: (CleanItem & { readonly reason: string })[];
  readonly signal: AbortSignal;
}

export function itemOf(
  kind: CleanItem["kind"],
  { name, id, size }: { readonly name: string; readonly id: string; readonly size: number | undefined },
): CleanItem {
  return { kind, name, id, size: size ?? null, lastUsed: null };
}

/** Networks of watches that died; their containers are gone. */
export async function cleanNetworks({ dryRun, engine, kept, removed, signal }: Cleaning): Promise<void> {
  for (const { name } of await engine.listNetworks(LABEL.managed, { signal })) {
    const owner = parseOwner(name);
    const isListed = removed.some((item) => item.kind === "network" && item.name === name);
    if (owner === undefined || !isDeadOwner(owner) || isListed) continue;
    const item = itemOf("network", { name, id: name, size: undefined });
    try {
      if (!dryRun) await engine.removeNetwork(name, { signal });
      removed.push(item);
    } catch (error) {
      if (!(error instanceof EngineError && error.reason === "conflict")) throw error;
      kept.push({ ...item, reason: "a container is in it" });
    }
  }
}

/** Volumes with the data of services are the user's own, and shown so that they are known. */
export async function keepData({ engine, kept, signal, usage }: Cleaning): Promise<void> {
  // Podman's measurement has no labels.
  for (const { labels, name } of await engine.listVolumes(LABEL.service, { signal })) {
    const reason = `data of the service ${labels[LABEL.service]}; docker volume rm removes it`;
    const size = usage.volumes.find((row) => row.name === name)?.size;
    kept.push({ ...itemOf("volume", { name, id: name, size }), reason });
  }
}

/** False when a container has it mounted. */
export async function removeUnusedVolume(
  engine: Engine,
  name: string,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await engine.removeVolume(name, { signal });
    return true;
  } catch (error) {
    if (error instanceof EngineError && error.reason === "conflict") return false;
    throw error;
  }
}

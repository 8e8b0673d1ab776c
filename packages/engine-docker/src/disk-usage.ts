// Owns the calls about the space that things take: measuring all of it, and removing records of the build cache.
import { type BuildCacheUsage, type CallOptions, type DiskUsage, EngineError } from "@sti/core";
import type { Connection } from "./connect.ts";
import { diskLimit, shortLimit } from "./engine-request.ts";
import {
  asImageId,
  asLabels,
  asNumber,
  asObject,
  asObjects,
  asText,
  asTexts,
  asTime,
  type Json,
} from "./json-fields.ts";
import { notAnEngine } from "./map-engine-error.ts";

/** The engine walks through all layers and volumes. */
export async function diskUsage(
  connection: Connection,
  { product, signal }: CallOptions & { readonly product?: string | undefined } = {},
): Promise<DiskUsage> {
  const operation = "measure disk usage";
  const answer = asObject(
    await connection.call({
      operation,
      method: "GET",
      path: "/system/df",
      query: { verbose: 1 },
      signal,
      limit: diskLimit,
    }),
  );
  if (Object.keys(answer).length === 0) throw notAnEngine(operation, JSON.stringify(answer));
  return {
    images: rowsOf(answer, "Images", "ImageUsage").map((row) => ({
      id: asImageId(row.Id),
      size: ownSize(readSize(row.Size), readSize(row.SharedSize)),
    })),
    // The engine leaves a size out when it is 0.
    containers: rowsOf(answer, "Containers", "ContainerUsage").map((row) => ({
      id: asText(row.Id),
      size: readSize(row.SizeRw ?? 0),
    })),
    volumes: rowsOf(answer, "Volumes", "VolumeUsage").map((row) => ({
      name: asText(row.Name),
      labels: asLabels(row.Labels),
      size: readSize(asObject(row.UsageData).Size),
      inUse: asNumber(asObject(row.UsageData).RefCount) > 0,
      createdAt: asTime(row.CreatedAt),
    })),
    buildCache:
      product === "Podman"
        ? await listWorkingContainers(connection, { signal })
        : rowsOf(answer, "BuildCache", "BuildCacheUsage").map((row) => ({
            id: asText(row.ID),
            type: asText(row.Type),
            description: asText(row.Description),
            inUse: row.InUse === true,
            size: readSize(row.Size),
            lastUsed: asText(row.LastUsedAt) || undefined,
          })),
  };
}

/** Podman reports no build cache; a build that is going on works in a container that only its own API lists. */
async function listWorkingContainers(
  connection: Connection,
  { signal }: CallOptions,
): Promise<readonly BuildCacheUsage[]> {
  const rows = await connection.call({
    operation: "list builds",
    method: "GET",
    path: "/v4.0.0/libpod/containers/json",
    unversioned: true,
    query: { all: true, external: true },
    signal,
    limit: shortLimit,
  });
  return asObjects(rows)
    .filter(({ Command }) => asTexts(Command)[0] === "buildah")
    .map(({ Created, Id, Names }) => ({
      id: asText(Id),
      type: "working-container",
      description: asTexts(Names)[0] ?? "",
      inUse: true,
      createdAt: asTime(Created),
      size: undefined,
      lastUsed: undefined,
    }));
}

export async function removeBuildCache(
  connection: Connection,
  id: string,
  options: CallOptions = {},
): Promise<"removed" | "kept"> {
  // The engine takes the id for a pattern: any other character would widen it to other records.
  if (!/^[a-z0-9]+$/.test(id)) return "kept";
  let answer: unknown;
  try {
    answer = await connection.call({
      operation: "prune build cache",
      method: "POST",
      path: "/build/prune",
      query: { filters: JSON.stringify({ id: [id] }) },
      signal: options.signal,
      limit: diskLimit,
    });
  } catch (error) {
    // An engine without such a cache has no such path.
    if (error instanceof EngineError && error.reason === "not-found") return "kept";
    throw error;
  }
  return asTexts(asObject(answer).CachesDeleted).includes(id) ? "removed" : "kept";
}

/** From API 1.52 on each kind is an object with its rows below `Items`. */
function rowsOf(answer: Json, name: string, newName: string): readonly Json[] {
  return asObjects(answer[name] ?? asObject(answer[newName]).Items);
}

/** Engines write -1 for unmeasured values. */
function readSize(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 ? value : undefined;
}

function ownSize(size: number | undefined, shared: number | undefined): number | undefined {
  return size === undefined || shared === undefined ? undefined : Math.max(0, size - shared);
}

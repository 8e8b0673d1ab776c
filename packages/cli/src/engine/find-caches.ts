// Finds the caches and the source caches of apps among what an engine holds. Objects that are not certainly sti's are
// left out. Pure.
import {
  type BuildCacheUsage,
  type DiskUsage,
  LABEL,
  SOURCE_VOLUME_PREFIX,
  type VolumeUsage,
} from "@sti/core";

export interface FoundCache {
  /** The container method's caches are volumes, the Dockerfile method's are records of the build cache. */
  readonly store: "volume" | "build-cache";
  readonly content: "cache" | "source";
  /**
   * The cache's id in the config, or the app whose source it is; undefined if the engine does not report it, as
   * BuildKit before 0.12.
   */
  readonly id: string | undefined;
  /** The folder at which prepare saw it; undefined for volumes, which may be mounted anywhere. */
  readonly target: string | undefined;
  /** The volume's name, or the record's id. */
  readonly engineId: string;
  readonly size: number | undefined;
  /** As the engine writes times; engines do not report it for volumes. */
  readonly lastUsed: string | undefined;
  readonly inUse: boolean;
}

export function findCaches(usage: DiskUsage): readonly FoundCache[] {
  return [
    ...usage.volumes.flatMap(sourceOfVolume),
    ...usage.volumes.flatMap(cacheOfVolume),
    ...usage.buildCache.flatMap(cacheOfRecord),
  ];
}

function sourceOfVolume({ inUse, labels, name, size }: VolumeUsage): readonly FoundCache[] {
  const { [LABEL.project]: project, [LABEL.source]: app } = labels;
  if (app === undefined || project === undefined) return [];
  if (!name.startsWith(`${SOURCE_VOLUME_PREFIX}${project}-`)) return [];
  const found = { content: "source", id: app, target: undefined, engineId: name } as const;
  return [{ store: "volume", ...found, size, lastUsed: undefined, inUse }];
}

/** Both the label and the name must match: anybody can copy a label. */
function cacheOfVolume(volume: VolumeUsage): readonly FoundCache[] {
  const { name, size, inUse, labels } = volume;
  const id = labels[LABEL.cache];
  if (id === undefined || !name.startsWith(`${PREFIX}${id}`)) return [];
  if (!/^(?:-\d+)?$/.test(name.slice(PREFIX.length + id.length))) return [];
  const found = { content: "cache", id, target: undefined, engineId: name } as const;
  return [{ store: "volume", ...found, size, lastUsed: undefined, inUse }];
}

/**
 * BuildKit keeps of a cache mount where it was mounted and the command that ran, newer ones also its id. sti's
 * commands, and no others, begin with reading /run/sti/env.
 */
function cacheOfRecord(record: BuildCacheUsage): readonly FoundCache[] {
  if (record.type !== "exec.cachemount") return [];
  const match = /^cached mount (\/.*?) from exec \/bin\/sh -c \. \/run\/sti\/env (?:&&|\|\|) /s.exec(
    record.description,
  );
  if (match === null) return [];
  const written = / with id "([^"]*)"$/.exec(record.description)?.[1];
  const name = written?.slice(written.lastIndexOf("/") + 1);
  if (name !== undefined && !name.startsWith(PREFIX)) return [];
  return [
    {
      store: "build-cache",
      content: "cache",
      id: name?.slice(PREFIX.length),
      target: match[1],
      engineId: record.id,
      size: record.size,
      lastUsed: record.lastUsed,
      inUse: record.inUse,
    },
  ];
}

const PREFIX = "sti-cache-";

// The records port in memory: a test's second session remembers its first one.
import {
  type BuildToRecord,
  type ImageContents,
  type KeyRecord,
  type Records,
  recordFiles,
  type SourceCacheRecord,
  type SourceFiles,
  type TargetRecord,
} from "@sti/core";

export interface MemoryRecords extends Records {
  readonly targets: ReadonlyMap<string, TargetRecord>;
  readonly sources: ReadonlyMap<string, SourceFiles>;
  /** Number of requests, by the port's methods. */
  readonly asked: ReadonlyMap<keyof Records, number>;
  /** Loses the build history. */
  forget(): void;
}

export function createMemoryRecords(): MemoryRecords {
  const targets = new Map<string, TargetRecord>();
  const keys = new Map<string, KeyRecord>();
  const sources = new Map<string, SourceFiles>();
  const images = new Map<string, ImageContents>();
  const identities = new Map<string, string>();
  const checked = new Set<string>();
  const proven = new Set<string>();
  const kept = new Map<string, SourceCacheRecord>();
  const asked = new Map<keyof Records, number>();
  const counted = <Value>(method: keyof Records, value: Value): Value => {
    asked.set(method, (asked.get(method) ?? 0) + 1);
    return value;
  };
  const write = ({ build, preimage, snapshot, target }: BuildToRecord) => {
    const { key } = build;
    sources.set(snapshot.digest, recordFiles(snapshot));
    keys.set(key, { schemaVersion: 2, key, preimage });
    targets.set(target, {
      schemaVersion: 2,
      target,
      builds: [build, ...(targets.get(target)?.builds ?? [])],
    });
  };
  return {
    targets,
    sources,
    asked,
    forget: () => {
      for (const forgotten of [targets, keys, sources, kept, proven]) forgotten.clear();
    },
    readTarget: async (target) => counted("readTarget", targets.get(target)),
    readKey: async (key) => counted("readKey", keys.get(key)),
    readSource: async (digest) => counted("readSource", sources.get(digest)),
    listKeys: async () => counted("listKeys", new Set(keys.keys())),
    writeBuild: async (recorded) => counted("writeBuild", write(recorded)),
    writeFound: async (recorded) => counted("writeFound", write(recorded)),
    prune: async () => counted("prune", undefined),
    readImage: async (id, scripts) => counted("readImage", images.get(`${scripts} ${id}`)),
    writeImage: async (id, scripts, contents) => {
      images.set(`${scripts} ${id}`, counted("writeImage", contents));
    },
    readIdentity: async (id) => counted("readIdentity", identities.get(id)),
    writeIdentity: async (id, identity) => {
      identities.set(id, counted("writeIdentity", identity));
    },
    readChecked: async (key) => counted("readChecked", checked.has(key)),
    writeChecked: async (key) => {
      checked.add(counted("writeChecked", key));
    },
    listProven: async () => counted("listProven", new Set(proven)),
    writeProven: async (id) => {
      proven.add(counted("writeProven", id));
    },
    readSourceCache: async (name) => counted("readSourceCache", kept.get(name)),
    writeSourceCache: async (name, record, snapshot) => {
      if (snapshot !== undefined) sources.set(snapshot.digest, recordFiles(snapshot));
      kept.set(name, counted("writeSourceCache", record));
    },
    listSourceCaches: async () => counted("listSourceCaches", [...kept.keys()]),
    removeSourceCaches: async (names) => {
      for (const name of names) kept.delete(name);
    },
  };
}

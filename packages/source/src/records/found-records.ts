// The records of images that sessions found instead of building them: one file for all of a session, since a file for each
// takes more time than the search for its image. Those of earlier sessions are removed with their file.
import { createHash } from "node:crypto";
import {
  type BuildToRecord,
  type KeyRecord,
  type RecordedBuild,
  recordFiles,
  type SourceFiles,
} from "@sti/core";
import type { RecordFiles } from "./record-files.ts";
import { type FoundRecord, isFoundFile, isFoundKeysFile, isKeyRecord } from "./record-shapes.ts";

const version = 1;
/** Number of sessions whose findings are remembered. */
const SESSIONS = 20;

/** What was added can be read at once, and is written by `flush`. */
export interface FoundRecords {
  add(found: BuildToRecord): void;
  /** Newest first. */
  buildsOf(target: string): readonly RecordedBuild[];
  keyOf(key: string): KeyRecord | undefined;
  filesOf(source: string): SourceFiles | undefined;
  /** Of all records; reads no records for it. */
  keys(): readonly string[];
  /** Rejects where nothing can be written. */
  flush(): Promise<void>;
}

export function createFoundRecords(files: RecordFiles): FoundRecords {
  const added: FoundRecord[] = [];
  let stored: readonly FoundRecord[] | undefined;
  const readStored = () => {
    stored ??= files
      .list("found")
      .flatMap((name) => files.read("found", name, { version, has: isFoundFile })?.found ?? []);
    return stored;
  };
  const all = () => [...added, ...readStored()];
  return {
    add: ({ build, preimage, snapshot, target }) => {
      added.push({ target, build, preimage, files: recordFiles(snapshot) });
    },
    buildsOf: (target) =>
      all()
        .flatMap((found) => (found.target === target ? [found.build] : []))
        .sort((one, other) => other.time - one.time),
    keyOf: (key) => {
      const preimage = all().find(({ build }) => build.key === key)?.preimage;
      const record: unknown = { schemaVersion: 2, key, preimage };
      return isKeyRecord(record, key) ? record : undefined;
    },
    filesOf: (source) => all().find(({ build }) => build.source === source)?.files,
    keys: () => [
      ...added.map(({ build }) => build.key),
      ...files
        .list("found-keys")
        .flatMap((name) => files.read("found-keys", name, { version, has: isFoundKeysFile })?.keys ?? []),
    ],
    flush: async () => {
      if (added.length === 0) return;
      const written = added.splice(0);
      const keys = written.map(({ build }) => build.key);
      const name = createHash("sha256").update(keys.join("\n")).digest("hex").slice(0, 32);
      await files.write("found", name, { schemaVersion: version, found: written });
      await files.write("found-keys", name, { schemaVersion: version, keys });
      if (stored !== undefined) stored = [...written, ...stored];
      await files.keepNewest("found", SESSIONS);
      await files.keepNewest("found-keys", SESSIONS);
    },
  };
}

// Build history between sessions, in a private folder of the project: earlier builds, inspected images, and checks that
// need not be repeated. Its loss costs only speed and details in messages. No file names a place of this machine.
import { createHash } from "node:crypto";
import { type KeyRecord, type Records, recordFiles, type SourceSnapshot, type TargetRecord } from "@sti/core";
import type { PrivateFolder } from "../disk/private-folder.ts";
import { createFoundRecords } from "./found-records.ts";
import { withPresentCauses } from "./present-causes.ts";
import { createRecordFiles } from "./record-files.ts";
import {
  isCheckedRecord,
  isIdentityRecord,
  isImageRecord,
  isKeyRecord,
  isSourceCacheRecord,
  isSourceRecord,
  isTargetRecord,
} from "./record-shapes.ts";

/** Raised when the form of a file changes; others are not read. */
const SCHEMA_VERSION = 2;
const IMAGE_SCHEMA_VERSION = 3;
const SOURCE_CACHE_SCHEMA_VERSION = 1;
const CHECKED_SCHEMA_VERSION = 1;
/** Number of remembered checks; as of images. */
const CHECKS = 100;
/** Number of remembered images; those written longest ago are removed first. */
const IMAGES = 100;
/** Raised when identities are made in another way, too. */
const IDENTITY_SCHEMA_VERSION = 1;
/** Number of remembered identities; as of images. More than any project has images. */
const IDENTITIES = 5000;
const PROVEN_SCHEMA_VERSION = 1;
/** Number of remembered results; as of images. More than any project has targets. */
const PROVEN = 5000;
/** Number of remembered builds of a target. */
const BUILDS = 20;
const ID_PREFIX = "sha256:";
/** Another config in the same folder may have the targets that this one has not. Milliseconds. */
const GONE_AFTER = 30 * 24 * 60 * 60 * 1000;

/** `folder`: the project's. Each file is replaced as a whole. */
export function createRecords(folder: PrivateFolder): Records {
  const files = createRecordFiles(folder);
  const found = createFoundRecords(files);
  const written = new Map<string, Promise<void>>();
  let isPruneDue = false;

  const readOwn = async (target: string) => {
    const record = files.read("records", target, {
      version: SCHEMA_VERSION,
      has: (value): value is TargetRecord => isTargetRecord(value, target),
    });
    return record && withPresentCauses(record);
  };
  const readTarget = async (target: string): Promise<TargetRecord | undefined> => {
    const own = await readOwn(target);
    const others = found
      .buildsOf(target)
      .filter(({ key, time }) => !own?.builds.some((build) => build.key === key && build.time === time));
    if (others.length === 0) return own;
    const builds = [...(own?.builds ?? []), ...others].sort((one, other) => other.time - one.time);
    return { schemaVersion: SCHEMA_VERSION, target, builds: builds.slice(0, BUILDS) };
  };
  const readSourceCache = async (name: string) =>
    files.read("kept", name, { version: SOURCE_CACHE_SCHEMA_VERSION, has: isSourceCacheRecord });
  /** Several targets may have one source; it is written before anything refers to it. */
  const writeSource = (snapshot: SourceSnapshot) => {
    const { digest } = snapshot;
    const writing = written.get(digest) ?? writeMissing(digest, snapshot);
    written.set(digest, writing);
    return writing;
  };
  const readOwnSource = (digest: string) =>
    files.read("sources", digest, { version: SCHEMA_VERSION, has: isSourceRecord })?.files;
  const writeMissing = async (digest: string, snapshot: SourceSnapshot) => {
    if (readOwnSource(digest) !== undefined) return;
    await files.write("sources", digest, { schemaVersion: SCHEMA_VERSION, files: recordFiles(snapshot) });
  };
  return {
    readTarget,
    readKey: async (key) =>
      files.read("keys", key, {
        version: SCHEMA_VERSION,
        has: (value): value is KeyRecord => isKeyRecord(value, key),
      }) ?? found.keyOf(key),
    readSource: async (digest) => readOwnSource(digest) ?? found.filesOf(digest),
    listKeys: async () => new Set([...files.list("keys"), ...found.keys()]),
    writeFound: async (recorded) => found.add(recorded),
    writeBuild: async ({ build, preimage, snapshot, target }) => {
      await writeSource(snapshot);
      const key: KeyRecord = { schemaVersion: SCHEMA_VERSION, key: build.key, preimage };
      await files.write("keys", build.key, key);
      const builds = [build, ...((await readTarget(target))?.builds ?? [])];
      const record: TargetRecord = { schemaVersion: SCHEMA_VERSION, target, builds: builds.slice(0, BUILDS) };
      await files.write("records", target, record);
      isPruneDue ||= builds.length > BUILDS;
    },
    listProven: async () => new Set(files.list("proven").map((name) => `${ID_PREFIX}${name}`)),
    writeProven: async (id) => {
      await files.write("proven", id.slice(ID_PREFIX.length), { schemaVersion: PROVEN_SCHEMA_VERSION });
    },
    prune: async (targets) => {
      await found.flush();
      await files.keepNewest("proven", PROVEN);
      await files.keepNewest("identities", IDENTITIES);
      const names = files.list("records");
      const gone = names.filter((name) => !targets.includes(name));
      const old = files.olderThan("records", gone, GONE_AFTER);
      await files.remove("records", old);
      if (old.length === 0 && !isPruneDue) return;
      isPruneDue = false;
      const records = await Promise.all(names.filter((name) => !old.includes(name)).map(readOwn));
      const builds = records.flatMap((record) => record?.builds ?? []);
      const kept = await Promise.all(files.list("kept").map(readSourceCache));
      const keys = new Set(builds.map((build) => build.key));
      const sources = new Set([
        ...builds.map((build) => build.source),
        ...kept.flatMap((record) => (record?.kept === undefined ? [] : [record.kept.source])),
      ]);
      const isNot = (kept: ReadonlySet<string>) => (name: string) => !kept.has(name);
      await files.remove("keys", files.list("keys").filter(isNot(keys)));
      await files.remove("sources", files.list("sources").filter(isNot(sources)));
    },
    readImage: async (id, scripts) => {
      const image = files.read("images", imageName(id, scripts), {
        version: IMAGE_SCHEMA_VERSION,
        has: isImageRecord,
      });
      return image?.id === id && image.folder === scripts ? image.contents : undefined;
    },
    writeImage: async (id, folder, { accounts, scripts, shell, speaks }) => {
      const image = {
        schemaVersion: IMAGE_SCHEMA_VERSION,
        id,
        folder,
        contents: { accounts, scripts, shell, speaks },
      };
      await files.write("images", imageName(id, folder), image);
      await files.keepNewest("images", IMAGES);
    },
    readIdentity: async (id) => {
      const form = { version: IDENTITY_SCHEMA_VERSION, has: isIdentityRecord };
      const record = files.read("identities", id.slice(ID_PREFIX.length), form);
      return record?.id === id ? record.identity : undefined;
    },
    writeIdentity: async (id, identity) => {
      const record = { schemaVersion: IDENTITY_SCHEMA_VERSION, id, identity };
      await files.write("identities", id.slice(ID_PREFIX.length), record);
    },
    readChecked: async (key) => {
      const form = { version: CHECKED_SCHEMA_VERSION, has: isCheckedRecord };
      return files.read("checked", key, form)?.key === key;
    },
    writeChecked: async (key) => {
      await files.write("checked", key, { schemaVersion: CHECKED_SCHEMA_VERSION, key });
      await files.keepNewest("checked", CHECKS);
    },
    readSourceCache,
    writeSourceCache: async (name, record, snapshot) => {
      if (snapshot !== undefined) await writeSource(snapshot);
      await files.write("kept", name, { schemaVersion: SOURCE_CACHE_SCHEMA_VERSION, ...record });
    },
    listSourceCaches: async () => files.list("kept"),
    removeSourceCaches: (names) => files.remove("kept", names),
  };
}

function imageName(id: string, scripts: string): string {
  return createHash("sha256").update(`${scripts}\n${id}`).digest("hex").slice(0, 32);
}

// What is remembered between sessions, in a folder beside the config that git ignores: of earlier builds, and of
// images that were looked into. Losing it costs speed and words, nothing else. No file names a place of this machine.
import { createHash } from "node:crypto";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  hashKey,
  type ImageFacts,
  KEY_SCHEMA,
  type KeptRecord,
  type KeyRecord,
  type Records,
  recordFiles,
  type SourceFiles,
  type SourceSnapshot,
  type TargetRecord,
} from "@sti/core";
import { createRecordFiles } from "./record-files.ts";

/** Name of the folder beside the config. */
export const STATE_FOLDER = ".sti";

/** Raised when the form of a file changes; others are not read. */
const SCHEMA_VERSION = 2;
const IMAGE_SCHEMA_VERSION = 1;
const KEPT_SCHEMA_VERSION = 1;
/** How many images are remembered; the ones that were written longest ago go first. */
const IMAGES = 100;
/** How many builds of a target are remembered. */
const BUILDS = 20;
/** Another config in the same folder may have the targets that this one has not. Milliseconds. */
const GONE_AFTER = 30 * 24 * 60 * 60 * 1000;

/** `directory`: of the config. Each file is replaced as a whole. */
export function createRecords(directory: string): Records {
  const files = createRecordFiles(join(directory, STATE_FOLDER));
  const written = new Map<string, Promise<void>>();
  let isPruneDue = false;

  const readTarget = async (target: string) => {
    const record = (await files.read("records", target, SCHEMA_VERSION)) as TargetRecord | undefined;
    return isTargetRecord(record, target) ? record : undefined;
  };
  const readKept = async (name: string) => {
    const record = (await files.read("kept", name, KEPT_SCHEMA_VERSION)) as KeptRecord | undefined;
    return isKeptRecord(record) ? record : undefined;
  };
  /** Several targets may have one source; it is written before anything refers to it. */
  const writeSource = (snapshot: SourceSnapshot) => {
    const { digest } = snapshot;
    const writing = written.get(digest) ?? writeMissing(digest, snapshot);
    written.set(digest, writing);
    return writing;
  };
  const writeMissing = async (digest: string, snapshot: SourceSnapshot) => {
    if (await files.has("sources", digest)) return;
    await files.write("sources", digest, { schemaVersion: SCHEMA_VERSION, files: recordFiles(snapshot) });
  };
  return {
    readTarget,
    readKey: async (key) => {
      const record = (await files.read("keys", key, SCHEMA_VERSION)) as KeyRecord | undefined;
      return isKeyRecord(record, key) ? record : undefined;
    },
    readSource: async (digest) => {
      const source = await files.read("sources", digest, SCHEMA_VERSION);
      const { files: prints } = (source ?? {}) as { readonly files?: SourceFiles };
      return typeof prints === "object" && prints !== null ? prints : undefined;
    },
    listKeys: async () => new Set(await files.list("keys")),
    writeBuild: async ({ build, preimage, snapshot, target }) => {
      await writeSource(snapshot);
      const key: KeyRecord = { schemaVersion: SCHEMA_VERSION, key: build.key, preimage };
      await files.write("keys", build.key, key);
      const builds = [build, ...((await readTarget(target))?.builds ?? [])];
      const record: TargetRecord = { schemaVersion: SCHEMA_VERSION, target, builds: builds.slice(0, BUILDS) };
      await files.write("records", target, record);
      isPruneDue ||= builds.length > BUILDS;
    },
    prune: async (targets) => {
      const names = await files.list("records");
      const gone = names.filter((name) => !targets.includes(name));
      const old = await files.olderThan("records", gone, GONE_AFTER);
      await files.remove("records", old);
      if (old.length === 0 && !isPruneDue) return;
      isPruneDue = false;
      const records = await Promise.all(names.filter((name) => !old.includes(name)).map(readTarget));
      const builds = records.flatMap((record) => record?.builds ?? []);
      const kept = await Promise.all((await files.list("kept")).map(readKept));
      const keys = new Set(builds.map((build) => build.key));
      const sources = new Set([
        ...builds.map((build) => build.source),
        ...kept.flatMap((record) => (record?.kept === undefined ? [] : [record.kept.source])),
      ]);
      const isNot = (kept: ReadonlySet<string>) => (name: string) => !kept.has(name);
      await files.remove("keys", (await files.list("keys")).filter(isNot(keys)));
      await files.remove("sources", (await files.list("sources")).filter(isNot(sources)));
    },
    readImage: async (id, scripts) => {
      const image = await files.read("images", imageName(id, scripts), IMAGE_SCHEMA_VERSION);
      const { facts } = (image ?? {}) as { readonly facts?: ImageFacts };
      return facts?.details?.id === id ? facts : undefined;
    },
    writeImage: async (facts, scripts) => {
      const image = { schemaVersion: IMAGE_SCHEMA_VERSION, facts };
      await files.write("images", imageName(facts.details.id, scripts), image);
      await removeOldest(join(directory, STATE_FOLDER, "images"), IMAGES);
    },
    readKept,
    writeKept: async (name, record, snapshot) => {
      if (snapshot !== undefined) await writeSource(snapshot);
      await files.write("kept", name, { schemaVersion: KEPT_SCHEMA_VERSION, ...record });
    },
    listKept: () => files.list("kept"),
    removeKept: (names) => files.remove("kept", names),
  };
}

function imageName(id: string, scripts: string): string {
  return createHash("sha256").update(`${scripts}\n${id}`).digest("hex").slice(0, 32);
}

function isTargetRecord(record: TargetRecord | undefined, target: string): boolean {
  return (
    record?.target === target &&
    Array.isArray(record.builds) &&
    record.builds.every(
      (build) =>
        typeof build?.key === "string" &&
        typeof build.source === "string" &&
        typeof build.time === "number" &&
        Array.isArray(build.images) &&
        Array.isArray(build.causes) &&
        build.causes.every((cause?: { readonly kind?: unknown }) => typeof cause?.kind === "string"),
    )
  );
}

/** A pre-image is what its key says; of keys that were made in another way only that is known. */
function isKeyRecord(record: KeyRecord | undefined, key: string): boolean {
  if (record?.key !== key || typeof record.preimage !== "object" || record.preimage === null) return false;
  if (record.preimage.schema !== KEY_SCHEMA) return typeof record.preimage.schema === "number";
  try {
    return hashKey(record.preimage) === key;
  } catch {
    return false;
  }
}

function isKeptRecord(record: KeptRecord | undefined): boolean {
  if (record === undefined) return false;
  const { kept } = record;
  return (
    kept === undefined ||
    (typeof kept.volume === "string" &&
      typeof kept.sealedAt === "string" &&
      typeof kept.source === "string" &&
      typeof kept.time === "number" &&
      typeof kept.owner?.uid === "number" &&
      typeof kept.owner.gid === "number")
  );
}

async function removeOldest(folder: string, keep: number): Promise<void> {
  const names = await readdir(folder);
  if (names.length <= keep) return;
  const files = await Promise.all(
    names.map(async (name) => ({ name, time: (await stat(join(folder, name))).mtimeMs })),
  );
  const old = files.sort((a, b) => b.time - a.time).slice(keep);
  await Promise.all(old.map(({ name }) => rm(join(folder, name), { force: true })));
}

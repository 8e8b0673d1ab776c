// What is remembered between sessions, in a folder beside the config that git ignores: of earlier builds, and of
// images that were looked into. Losing it costs nothing but speed.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ImageFacts, Records, TargetRecord } from "@sti/core";

/** Name of the folder beside the config. */
export const STATE_FOLDER = ".sti";

/** Raised when a file's form changes; others are not read. */
const SCHEMA_VERSION = 1;
/** How many images are remembered; the ones that were written longest ago go first. */
const IMAGES = 100;

/** `directory`: of the config. Each file is replaced as a whole. */
export function createRecords(directory: string): Records {
  const folder = join(directory, STATE_FOLDER);
  const recordFile = (target: string) => join(folder, "records", `${target}.json`);
  const imageFile = (id: string, scripts: string) =>
    join(
      folder,
      "images",
      `${createHash("sha256").update(`${scripts}\n${id}`).digest("hex").slice(0, 32)}.json`,
    );
  return {
    read: async (target) => {
      const record = (await readJson(recordFile(target))) as TargetRecord | undefined;
      const isWhole =
        record?.target === target && Array.isArray(record.images) && typeof record.files === "object";
      return isWhole ? record : undefined;
    },
    write: (record) => writeJson(folder, recordFile(record.target), record),
    readImage: async (id, scripts) => {
      const kept = (await readJson(imageFile(id, scripts))) as { readonly facts?: ImageFacts } | undefined;
      return kept?.facts?.details?.id === id ? kept.facts : undefined;
    },
    writeImage: async (facts, scripts) => {
      const file = imageFile(facts.details.id, scripts);
      await writeJson(folder, file, { schemaVersion: SCHEMA_VERSION, facts });
      await removeOldest(join(folder, "images"), IMAGES);
    },
  };
}

/** Undefined for a file that is missing, was cut short, or has another form. */
async function readJson(file: string): Promise<unknown> {
  try {
    const value = JSON.parse(await readFile(file, "utf8")) as { readonly schemaVersion?: number } | null;
    return value?.schemaVersion === SCHEMA_VERSION ? value : undefined;
  } catch {
    return undefined;
  }
}

async function writeJson(folder: string, file: string, value: object): Promise<void> {
  await mkdir(join(file, ".."), { recursive: true });
  await writeFile(join(folder, ".gitignore"), "*\n");
  const fresh = `${file}.${process.pid}.new`;
  await writeFile(fresh, JSON.stringify(value));
  await rename(fresh, file);
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

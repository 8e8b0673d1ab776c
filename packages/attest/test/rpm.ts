// Databases of RPM, written by SQLite itself.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

type Entry = readonly [tag: number, value: string | number, type?: number];

/** A header: two counts, an entry for each value, and the values. */
export function rpmHeader(entries: readonly Entry[]): Buffer {
  const index: Buffer[] = [];
  let data = Buffer.alloc(0);
  for (const [tag, value, type = typeof value === "number" ? 4 : 6] of entries) {
    const bytes = typeof value === "number" ? int32(value) : Buffer.from(`${value}\0`);
    index.push(int32(tag), int32(type), int32(data.length), int32(1));
    data = Buffer.concat([data, bytes]);
  }
  return Buffer.concat([int32(entries.length), int32(data.length), ...index, data]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** The header of a package, with a long value that no reader needs. */
export function rpmPackage(name: string, more: readonly Entry[] = []): Buffer {
  const filler = "x".repeat(3000);
  return rpmHeader([
    [1000, name],
    [1001, "1.5"],
    [1002, "3.fc40"],
    [1022, "x86_64"],
    ...more,
    [1005, filler],
  ]);
}

export function rpmDatabase(
  blobs: readonly (Uint8Array | null)[],
  { pageSize = 4096, table = "Packages" } = {},
): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "sti-rpm-"));
  try {
    const path = join(folder, "rpmdb.sqlite");
    const database = new DatabaseSync(path);
    database.exec(`PRAGMA page_size = ${pageSize}`);
    database.exec(`CREATE TABLE '${table}' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB)`);
    const insert = database.prepare(`INSERT INTO '${table}' (blob) VALUES (?)`);
    for (const blob of blobs) insert.run(blob);
    database.close();
    return readFileSync(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

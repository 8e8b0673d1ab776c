// Packages of RPM: its database has a header for each of them, a list of entries and the bytes that they refer to. There are
// databases of three kinds, each in a file of its own name.
import { DatabaseError } from "./damaged-database.ts";
import type { PackageFound } from "./package-found.ts";
import { readBerkeleyHash } from "./read-berkeley.ts";
import { readNdb } from "./read-ndb.ts";
import { readSqliteTable } from "./read-sqlite.ts";

/** Undefined where it is no database of RPM. */
export function rpmDatabaseKind(path: string): "sqlite" | "berkeley" | "ndb" | undefined {
  const name = /^(?:var\/lib\/rpm|usr\/lib\/sysimage\/rpm)\/(?<name>[^/]+)$/.exec(path)?.groups?.name;
  switch (name) {
    case "rpmdb.sqlite":
      return "sqlite";
    case "Packages":
      return "berkeley";
    case "Packages.db":
      return "ndb";
    default:
      return undefined;
  }
}

interface Row {
  readonly id: number;
  /** Undefined where there is none. */
  readonly header: Uint8Array | undefined;
}

function* readRows(bytes: Buffer, file: string): Generator<Row> {
  const kind = rpmDatabaseKind(file);
  if (kind === "ndb") {
    for (const { blob, id } of readNdb(bytes)) yield { id, header: blob };
  } else if (kind === "berkeley") {
    for (const { id = -1, value } of readBerkeleyHash(bytes)) {
      // Number 0 has the largest number, and no package.
      if (id !== 0) yield { id, header: value };
    }
  } else {
    for (const { id, values } of readSqliteTable(bytes, "Packages")) {
      const [, blob] = values;
      yield { id, header: blob instanceof Uint8Array ? blob : undefined };
    }
  }
}

/** Packages of a database, and notes about those that cannot be read. */
export function readRpm(
  bytes: Buffer,
  file: string,
): { readonly packages: readonly PackageFound[]; readonly notes: readonly string[] } {
  const packages: PackageFound[] = [];
  const broken: number[] = [];
  const notes: string[] = [];
  try {
    for (const { header, id } of readRows(bytes, file)) {
      const found = header && readHeader(Buffer.from(header), file);
      if (found === undefined) broken.push(id);
      else if (found.name !== KEY) packages.push(found);
    }
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    notes.push(`packages of RPM in ${file}, which is damaged (${error.message})`);
  }
  if (broken.length > 0) notes.push(`packages of RPM with broken headers in ${file}: ${listIds(broken)}`);
  return { packages, notes };
}

/** The public keys that RPM trusts have headers, too. */
const KEY = "gpg-pubkey";
/** Ids that a note names. */
const MOST_NAMED = 5;

function listIds(ids: readonly number[]): string {
  const named = ids.slice(0, MOST_NAMED).map((id) => `number ${id}`);
  const others = ids.length - named.length;
  return `${named.join(", ")}${others === 0 ? "" : ` and ${others} more`}`;
}

const TAGS = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  license: 1014,
  arch: 1022,
  source: 1044,
};
const TYPE = { int32: 4, string: 6, translated: 9 };
/** Bytes of the two counts, and of an entry. */
const COUNTS = 8;
const ENTRY = 16;

/** Undefined if it is broken: an amount that does not fit, a value outside it, no name or no version. */
function readHeader(bytes: Buffer, file: string): PackageFound | undefined {
  if (bytes.length < COUNTS) return undefined;
  const data = COUNTS + bytes.readUInt32BE(0) * ENTRY;
  const end = data + bytes.readUInt32BE(4);
  if (end > bytes.length) return undefined;
  const entries = new Map<number, { readonly type: number; readonly at: number }>();
  for (let at = COUNTS; at < data; at += ENTRY) {
    const tag = bytes.readInt32BE(at);
    const entry = { type: bytes.readInt32BE(at + 4), at: data + bytes.readUInt32BE(at + 8) };
    if (!entries.has(tag)) entries.set(tag, entry);
  }
  const textOf = (tag: number) => {
    const { at = end, type } = entries.get(tag) ?? {};
    if (type !== TYPE.string && type !== TYPE.translated) return undefined;
    const stop = bytes.subarray(0, end).indexOf(0, at);
    return stop < 0 ? undefined : bytes.toString("utf8", at, stop);
  };
  const epoch = entries.get(TAGS.epoch);
  if (epoch !== undefined && (epoch.type !== TYPE.int32 || epoch.at + 4 > end)) return undefined;
  const [name, version, release] = [TAGS.name, TAGS.version, TAGS.release].map(textOf);
  if (name === undefined || version === undefined || release === undefined) return undefined;
  return {
    ecosystem: "rpm",
    name,
    version: `${version}-${release}`,
    file,
    epoch: epoch && bytes.readUInt32BE(epoch.at),
    architecture: textOf(TAGS.arch),
    upstream: textOf(TAGS.source),
    licenses: [textOf(TAGS.license) ?? ""],
  };
}

// Databases of RPM, written by SQLite and by Berkeley DB themselves.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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

/** As `rpmDatabase`, written by Berkeley DB itself, which comes with Perl. */
export function rpmBerkeley(blobs: readonly Uint8Array[], { pageSize = 4096 } = {}): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "sti-rpm-"));
  try {
    const path = join(folder, "Packages");
    const files = blobs.map((blob, index) => {
      const file = join(folder, `${index + 1}`);
      writeFileSync(file, blob);
      return file;
    });
    execFileSync("perl", ["-e", WRITE_BERKELEY, path, String(pageSize)], { input: files.join("\n") });
    return readFileSync(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Number 0 has the number of the last package, as in RPM. */
const WRITE_BERKELEY = `
use DB_File; use Fcntl;
my ($path, $size) = @ARGV;
$DB_HASH->{bsize} = $size;
tie(my %packages, "DB_File", $path, O_RDWR | O_CREAT, 0644, $DB_HASH) or die "$path: $!";
my $number = 0;
while (my $file = <STDIN>) {
  chomp $file;
  open(my $in, "<:raw", $file) or die "$file: $!";
  local $/;
  $packages{pack("L", ++$number)} = <$in>;
}
$packages{pack("L", 0)} = pack("L", $number);
untie %packages;
`;

/** The same as an ndb: a page of slots, and blobs in blocks of 16 bytes. */
export function rpmNdb(blobs: readonly Uint8Array[], { slotPages = 1 } = {}): Buffer {
  const little = (...values: readonly number[]) => {
    const bytes = Buffer.alloc(values.length * 4);
    for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, index * 4);
    return bytes;
  };
  const pages = slotPages * 4096;
  const slots = Array.from({ length: (pages - 32) / 16 }, () =>
    Buffer.concat([Buffer.from("Slot"), little(0, 0, 0)]),
  );
  const areas: Buffer[] = [];
  let start = pages / 16;
  for (const [index, blob] of blobs.entries()) {
    const id = index + 1;
    const blocks = Math.ceil((16 + blob.length + 12) / 16);
    const padding = Buffer.alloc(blocks * 16 - 16 - blob.length - 12);
    const end = Buffer.concat([little(0, blob.length), Buffer.from("BlbE")]);
    areas.push(Buffer.from("BlbS"), little(id, 0, blob.length), Buffer.from(blob), padding, end);
    slots[index] = Buffer.concat([Buffer.from("Slot"), little(id, start, blocks)]);
    start += blocks;
  }
  const header = Buffer.concat([Buffer.from("RpmP"), little(0, 1, slotPages, blobs.length + 1, 0, 0, 0)]);
  return Buffer.concat([header, ...slots, ...areas]);
}

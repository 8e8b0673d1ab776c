import fc from "fast-check";
import { expect, test } from "vitest";
import { rpmDatabase, rpmHeader, rpmPackage } from "../../test/rpm.ts";
import { readRpm } from "./read-rpm.ts";

const FILE = "var/lib/rpm/rpmdb.sqlite";
const read = (bytes: Buffer) => readRpm(bytes, FILE);

test.each([512, 4096, 65_536])("packages are read from a database with pages of %i bytes", (pageSize) => {
  const names = Array.from({ length: 300 }, (_, index) => `package-${index}`);
  const database = rpmDatabase(
    names.map((name) => rpmPackage(name)),
    { pageSize },
  );
  const { notes, packages } = read(database);
  expect(notes).toEqual([]);
  expect(packages.map(({ name }) => name)).toEqual(names);
});

test("a package has its epoch, version, release, architecture, licence and source", () => {
  const curl = rpmPackage("curl", [
    [1003, 2],
    [1014, "MIT", 9],
    [1044, "curl-1.5-3.fc40.src.rpm"],
  ]);
  // Public keys that RPM trusts are no packages.
  const key = rpmHeader([
    [1000, "gpg-pubkey"],
    [1001, "a15b79cc"],
    [1002, "63d04c2c"],
  ]);
  expect(read(rpmDatabase([curl, key, rpmPackage("bash")]))).toEqual({
    notes: [],
    packages: [
      {
        ecosystem: "rpm",
        name: "curl",
        version: "1.5-3.fc40",
        file: FILE,
        epoch: 2,
        architecture: "x86_64",
        upstream: "curl-1.5-3.fc40.src.rpm",
        licenses: ["MIT"],
      },
      expect.objectContaining({ name: "bash", epoch: undefined, licenses: [""] }),
    ],
  });
});

const patched = (at: number, value: number) => {
  const bytes = rpmPackage("broken");
  bytes.writeUInt32BE(value, at);
  return bytes;
};

test.each([
  ["no blob", null],
  ["too short a blob", Buffer.from("abc")],
  ["more entries than bytes", patched(0, 0xffff_ffff)],
  ["more data than bytes", patched(4, 0xffff_ffff)],
  ["a value outside the data", patched(8 + 8, 0x7fff_ffff)],
  ["a name that is a number", patched(8 + 4, 4)],
  [
    "no release",
    rpmHeader([
      [1000, "a"],
      [1001, "1"],
    ]),
  ],
  ["an epoch that is text", rpmPackage("broken", [[1003, "2"]])],
  [
    "a name without an end",
    rpmHeader([
      [1001, "1"],
      [1002, "1"],
      [1000, "a"],
    ]).subarray(0, -1),
  ],
])("a header with %s is named, and the others are read", (_, blob) => {
  const { notes, packages } = read(rpmDatabase([rpmPackage("good"), blob, rpmPackage("other")]));
  expect(packages.map(({ name }) => name)).toEqual(["good", "other"]);
  expect(notes).toEqual([`packages of RPM with broken headers in ${FILE}: number 2`]);
});

test("of many broken headers, the note names a few", () => {
  const { notes } = read(rpmDatabase(Array.from({ length: 9 }, () => null)));
  expect(notes).toEqual([
    `packages of RPM with broken headers in ${FILE}: number 1, number 2, number 3, number 4, number 5 and 4 more`,
  ]);
});

const whole = rpmDatabase(Array.from({ length: 40 }, (_, index) => rpmPackage(`package-${index}`)));
/** Its row goes on in other pages. */
const long = rpmDatabase([Buffer.alloc(20_000)]);
const withByte = (at: number, value: number) => {
  const bytes = Buffer.from(whole);
  bytes.writeUInt8(value, at);
  return bytes;
};

test.each([
  ["not a database of SQLite", Buffer.from("x")],
  ["no table Packages", rpmDatabase([], { table: "Others" })],
  ["no valid size of pages", withByte(17, 1)],
  ["page 1 is none of a table", withByte(100, 2)],
  ["page 1 has too many cells", withByte(103, 0xff)],
  ["page 1 is used twice", rootAtFirstPage()],
  [`page ${long.length / 4096} is missing`, long.subarray(0, -1)],
])("a damaged database is in a note: %s", (reason, bytes) => {
  expect(read(bytes).notes).toEqual([`packages of RPM in ${FILE}, which is damaged (${reason})`]);
});

test("whatever bytes a database has, its packages are read or a note is made", () => {
  const database = rpmDatabase(Array.from({ length: 8 }, (_, index) => rpmPackage(`p${index}`)));
  const count = 8;
  const change = fc.record({ at: fc.nat(database.length - 1), value: fc.nat(255) });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 20 }), (changes) => {
      const bytes = Buffer.from(database);
      for (const { at, value } of changes) bytes[at] = value;
      const { notes, packages } = read(bytes);
      if (notes.length === 0) expect(packages.length).toBeGreaterThan(0);
      expect(packages.length).toBeLessThanOrEqual(count);
    }),
    { numRuns: 500 },
  );
});

/** The root page of the table, in its row of the schema, becomes 1. */
function rootAtFirstPage(): Buffer {
  const bytes = rpmDatabase([]);
  const at = bytes.indexOf("PackagesPackages") + "PackagesPackages".length;
  bytes.writeUInt8(1, at);
  return bytes;
}

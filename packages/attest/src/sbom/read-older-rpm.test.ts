// Databases of RPM before it used SQLite: Berkeley DB, and ndb of SUSE.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rpmBerkeley, rpmNdb, rpmPackage } from "../../test/rpm.ts";
import { readRpm } from "./read-rpm.ts";

const [BERKELEY, NDB] = ["var/lib/rpm/Packages", "usr/lib/sysimage/rpm/Packages.db"];
const namesOf = (count: number) => Array.from({ length: count }, (_, index) => `package-${index}`);
const headers = (count: number) => namesOf(count).map((name) => rpmPackage(name));
const readNames = (bytes: Buffer, file: string) => {
  const { notes, packages } = readRpm(bytes, file);
  return { notes, names: packages.map(({ name }) => name).sort() };
};
const numberAt = (source: Buffer, at: number, value: number) => {
  const bytes = Buffer.from(source);
  bytes.writeUInt32LE(value, at);
  return bytes;
};

describe("a database of Berkeley DB", () => {
  test.each([512, 4096, 65_536])("with pages of %i bytes has all packages", (pageSize) => {
    const found = readNames(rpmBerkeley(headers(300), { pageSize }), BERKELEY);
    expect(found).toEqual({ notes: [], names: namesOf(300).sort() });
  });

  test("of a machine with the other byte order is read", () => {
    const found = readRpm(toBigEndian(rpmBerkeley(headers(40))), BERKELEY);
    expect(found.notes).toEqual([]);
    expect(found.packages.map(({ name }) => name).sort()).toEqual(namesOf(40).sort());
  });

  test("names a package with a broken header by its number", () => {
    const { names, notes } = readNames(
      rpmBerkeley([rpmPackage("good"), Buffer.from("abc"), rpmPackage("other")]),
      BERKELEY,
    );
    expect(names).toEqual(["good", "other"]);
    expect(notes).toEqual([`packages of RPM with broken headers in ${BERKELEY}: number 2`]);
  });

  const whole = rpmBerkeley(headers(40));
  const [first = 0] = pagesOf(whole, 7);
  const [hash = 0] = pagesOf(whole, 2, 13).filter((at) => whole.readUInt16LE(at + 20) > 0);
  const byteAt = (at: number, value: number) => {
    const bytes = Buffer.from(whole);
    bytes[at] = value;
    return bytes;
  };
  test.each([
    ["not a hash of Berkeley DB", Buffer.from("x")],
    ["not a hash of Berkeley DB", numberAt(whole, 12, 0x0005_3162)],
    ["a form of Berkeley DB that RPM does not write", numberAt(whole, 16, 7)],
    ["a form of Berkeley DB that RPM does not write", byteAt(24, 1)],
    ["a form of Berkeley DB that RPM does not write", byteAt(26, 1)],
    ["no valid size of pages", numberAt(whole, 20, 4095)],
    ["it has not the length of its pages", whole.subarray(0, -4096)],
    ["it has not the length of its pages", numberAt(whole, 32, 0xffff_ffff)],
    [`page ${hash / 4096} is none of a hash`, byteAt(hash + 25, 5)],
    [`page ${first / 4096} is part of no value`, withoutHash(whole)],
    [`page ${hash / 4096} is another one`, numberAt(whole, hash + 8, 99)],
    [`page ${hash / 4096} has too many entries`, byteAt(hash + 21, 0xff)],
    [`page ${hash / 4096} has entries that overlap`, byteAt(hash + 27, 0xff)],
    [`page ${first / 4096} is no part of a value`, byteAt(first + 25, 2)],
    [`page ${first / 4096} has too long a part of a value`, byteAt(first + 23, 0xff)],
    [`page ${first / 4096} has a part of another length`, numberAt(whole, first + 20, 0)],
    ["page 4294967295 is missing", withChain(whole, 0xffff_ffff)],
    [`page ${first / 4096} is used twice`, withChain(whole, first / 4096, 5000)],
  ])("that is damaged is in a note: %s", (reason, bytes) => {
    expect(readRpm(bytes, BERKELEY).notes).toEqual([
      `packages of RPM in ${BERKELEY}, which is damaged (${reason})`,
    ]);
  });
});

describe("an ndb", () => {
  test("has all packages, on as many pages of slots as it needs", () => {
    expect(readNames(rpmNdb(headers(300), { slotPages: 2 }), NDB)).toEqual({
      notes: [],
      names: namesOf(300).sort(),
    });
    expect(readNames(rpmNdb([]), NDB)).toEqual({ notes: [], names: [] });
  });

  const whole = rpmNdb(headers(3));
  const slot = (index: number, field: number) => 32 + index * 16 + field * 4;
  const blob = whole.readUInt32LE(slot(0, 2)) * 16;
  test.each([
    ["not a database of the kind ndb", Buffer.from("x")],
    ["a version of ndb that is not known", numberAt(whole, 4, 1)],
    ["its slots are longer than the file", numberAt(whole, 12, 0xffff_ffff)],
    ["its slots are longer than the file", numberAt(whole, 12, 0)],
    ["its slots are damaged", numberAt(whole, slot(9, 0), 0)],
    ["package 3 is missing", whole.subarray(0, -16)],
    ["package 1 is missing", numberAt(whole, slot(0, 3), 0xffff_ffff)],
    ["package 2 overlaps another one", numberAt(whole, slot(1, 2), whole.readUInt32LE(slot(0, 2)))],
    ["package 1 overlaps another one", numberAt(whole, slot(0, 2), 2)],
    ["package 1 is damaged", numberAt(whole, blob, 0)],
    ["package 1 is damaged", numberAt(whole, blob + 12, 0xffff_ffff)],
    ["package 1 is damaged", numberAt(whole, slot(0, 3), 0)],
  ])("that is damaged is in a note: %s", (reason, bytes) => {
    expect(readRpm(bytes, NDB).notes).toEqual([`packages of RPM in ${NDB}, which is damaged (${reason})`]);
  });
});

const COUNT = 8;
test.each([
  [BERKELEY, rpmBerkeley(headers(COUNT), { pageSize: 512 })],
  [NDB, rpmNdb(headers(COUNT))],
])("whatever bytes %s has, its packages are read or a note is made", (file, whole) => {
  const change = fc.record({ at: fc.nat(whole.length - 1), value: fc.nat(255) });
  // The fields that decide are at the start, and at the starts of pages.
  const early = fc.record({ at: fc.nat(600), value: fc.nat(255) });
  const pages = fc.record({
    page: fc.nat(Math.floor(whole.length / 512) - 1),
    by: fc.nat(31),
    value: fc.nat(255),
  });
  const atPage = pages.map(({ by, page, value }) => ({ at: page * 512 + by, value }));
  const changes = fc.array(fc.oneof(change, early, atPage), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(changes, (made) => {
      const bytes = Buffer.from(whole);
      for (const { at, value } of made) bytes[at] = value;
      const { notes, packages } = readRpm(bytes, file);
      if (notes.length === 0) expect(packages.length).toBeGreaterThan(0);
      expect(packages.length).toBeLessThanOrEqual(COUNT);
    }),
    { numRuns: 1000 },
  );
  fc.assert(
    fc.property(fc.nat(whole.length - 1), (length) => {
      expect(readRpm(whole.subarray(0, length), file).notes).not.toEqual([]);
    }),
  );
});

/** Offsets of the pages of these types, of 4096 bytes. */
function pagesOf(bytes: Buffer, ...types: readonly number[]): readonly number[] {
  const starts = Array.from({ length: bytes.length / 4096 - 1 }, (_, index) => (index + 1) * 4096);
  return starts.filter((at) => types.includes(bytes[at + 25] ?? -1));
}

function withoutHash(source: Buffer): Buffer {
  const bytes = Buffer.from(source);
  for (const at of pagesOf(bytes, 2, 13)) bytes[at + 25] = 0;
  return bytes;
}

/** The first value off its page goes on at another page, and may be longer. */
function withChain(source: Buffer, next: number, length?: number): Buffer {
  const bytes = Buffer.from(source);
  const page = pagesOf(bytes, 7)[0] ?? 0;
  bytes.writeUInt32LE(next, page + 16);
  for (const at of pagesOf(bytes, 2, 13)) {
    for (let entry = 0; entry < bytes.readUInt16LE(at + 20); entry += 1) {
      const start = at + bytes.readUInt16LE(at + 26 + entry * 2);
      if (bytes[start] === 3 && bytes.readUInt32LE(start + 4) === page / 4096)
        bytes.writeUInt32LE(length ?? 9000, start + 8);
    }
  }
  return bytes;
}

/** All numbers of a database in the order of the other machines. */
function toBigEndian(source: Buffer): Buffer {
  const bytes = Buffer.from(source);
  const swap = (at: number, size: number) => bytes.subarray(at, at + size).reverse();
  for (let at = 8; at < 224; at += 4) if (at !== 24) swap(at, 4);
  for (const at of pagesOf(source, 2, 7, 13)) {
    for (const by of [8, 12, 16]) swap(at + by, 4);
    for (const by of [20, 22]) swap(at + by, 2);
    if (source[at + 25] === 7) continue;
    for (let entry = 0; entry < source.readUInt16LE(at + 20); entry += 1) {
      const start = at + source.readUInt16LE(at + 26 + entry * 2);
      if (source[start] === 3) for (const by of [4, 8]) swap(start + by, 4);
      swap(at + 26 + entry * 2, 2);
    }
  }
  return bytes;
}

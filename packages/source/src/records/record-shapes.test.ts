import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeCauses, hashKey, KEY_SCHEMA, type Records } from "@sti/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BUILD, CAUSES, CONTENTS, FOUND, KEPT, KEY } from "../../test/sample-records.ts";
import { makeFolder } from "../../test/temp-folder.ts";
import { privateFolder } from "../disk/private-folder.ts";
import type { RecordKind } from "./record-files.ts";
import { createRecords } from "./records.ts";

describe("a damaged file of", () => {
  test.each(Object.entries(KINDS))(
    "%s is as if it were not there, or has the shape of a whole one",
    async (kind, use) => {
      const { fileOf, reopen } = await writeAll();
      const file = fileOf(kind as RecordKind);
      const whole = JSON.parse(readFileSync(file, "utf8")) as Json;
      expect(await use(reopen())).toBeDefined();
      const other = fc.oneof(
        fc.constantFrom(...ODD),
        fc.jsonValue() as fc.Arbitrary<Json>,
        fc.constant(undefined),
      );
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...placesIn(whole)), other, async (place, value) => {
          writeFileSync(file, JSON.stringify(replaceAt(whole, place, value)));
          await use(reopen());
        }),
        { numRuns: 300 },
      );
      writeFileSync(file, JSON.stringify(whole));
      expect(await use(reopen())).toBeDefined();
    },
  );

  test.each(Object.entries(KINDS))("%s with any other text is as if it were not there", async (kind, use) => {
    const { fileOf, reopen } = await writeAll();
    const file = fileOf(kind as RecordKind);
    const texts = [
      "",
      "{",
      "null",
      "[]",
      "{}",
      '{"schemaVersion":2}',
      '{"schemaVersion":2,"facts":{"details":{"id":"sha256:i"}}}',
      '{"schemaVersion":2,"id":"sha256:i","folder":"/usr/bin","contents":{"scripts":[]}}',
      '{"schemaVersion":2,"__proto__":{"target":"web","builds":[]}}',
      `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`,
    ];
    for (const text of texts) {
      writeFileSync(file, text);
      expect(await use(reopen())).toBeUndefined();
    }
  });
});

test("a cause of every kind is read back as it was written", async () => {
  const { records } = await writeAll();
  expect((await records.readTarget("web"))?.builds[0]?.causes).toEqual(CAUSES);
});

test("causes that lie in each other without end are none", async () => {
  const { fileOf, records } = await writeAll();
  const text = readFileSync(fileOf("records"), "utf8");
  const pending = '{"kind":"target-pending","target":"a","because":{"target":"a","more":0,"cause":';
  const deep = `${pending.repeat(20_000)}{"kind":"forced"}${"}}".repeat(20_000)}`;
  writeFileSync(fileOf("records"), text.replace('"causes":[', `"causes":[${deep},`));
  expect(await records.readTarget("web")).toBeUndefined();
});

/** Reads a record of each kind and uses it as its callers do. Of proven images there are only the names of files. */
const KINDS: { readonly [Kind in Exclude<RecordKind, "proven">]: (records: Records) => Promise<unknown> } = {
  records: async (records) => {
    const record = await records.readTarget("web");
    for (const { causes, time } of record?.builds ?? []) {
      describeCauses(causes);
      new Date(time).toISOString();
    }
    return record;
  },
  keys: async (records) => {
    const record = await records.readKey(KEY);
    if (record?.preimage.schema === KEY_SCHEMA) expect(hashKey(record.preimage)).toBe(KEY);
    return record;
  },
  sources: async (records) => {
    const files = await records.readSource("s0");
    for (const print of Object.values(files ?? {})) print.startsWith("/");
    return files;
  },
  images: async (records) => {
    const contents = await records.readImage("sha256:i", "/usr/bin");
    expect(Object.keys(contents ?? CONTENTS).sort()).toEqual(["accounts", "scripts", "shell", "speaks"]);
    return contents;
  },
  identities: async (records) => {
    const identity = await records.readIdentity("sha256:i");
    identity?.slice(0);
    return identity;
  },
  found: async (records) => {
    const record = await records.readTarget("api");
    for (const { time } of record?.builds ?? []) new Date(time).toISOString();
    const key = await records.readKey(FOUND.build.key);
    if (key?.preimage.schema === KEY_SCHEMA) expect(hashKey(key.preimage)).toBe(FOUND.build.key);
    for (const print of Object.values((await records.readSource("s1")) ?? {})) print.startsWith("/");
    return record ?? key;
  },
  "found-keys": async (records) => ((await records.listKeys()).has(FOUND.build.key) ? "known" : undefined),
  checked: async (records) => ((await records.readChecked("c0")) ? "checked" : undefined),
  kept: async (records) => {
    const record = await records.readSourceCache("p-web");
    record?.kept?.sealedAt.slice(0);
    record?.kept?.owner.uid.toFixed();
    return record;
  },
};

async function writeAll() {
  const memory = privateFolder(join(await makeFolder(), "memory"));
  const records = createRecords(memory);
  await records.writeBuild(BUILD);
  await records.writeFound(FOUND);
  await records.prune(["web"]);
  await records.writeImage("sha256:i", "/usr/bin", CONTENTS);
  await records.writeIdentity("sha256:i", "sha256:j");
  await records.writeChecked("c0");
  await records.writeSourceCache("p-web", KEPT);
  const fileOf = (kind: RecordKind) => {
    const folder = join(memory.path, kind);
    return join(folder, readdirSync(folder)[0] ?? "");
  };
  return { records, fileOf, reopen: () => createRecords(memory) };
}

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** Ways to all values in a value. */
function placesIn(value: Json, above: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== "object" || value === null) return [above];
  const inside = Object.entries(value).flatMap(([name, one]) => placesIn(one, [...above, name]));
  return [above, ...inside];
}

/** The value with another one at a place; undefined: with nothing there. */
function replaceAt(
  value: Json,
  [name, ...rest]: readonly (string | number)[],
  other: Json | undefined,
): Json {
  if (name === undefined || typeof value !== "object" || value === null) return other ?? null;
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, Json>;
  if (rest.length > 0) copy[name] = replaceAt(copy[name] ?? null, rest, other);
  else if (other === undefined) delete copy[name];
  else copy[name] = other;
  return copy as Json;
}

const ODD: readonly Json[] = [
  null,
  [],
  {},
  "",
  -1,
  1e300,
  "__proto__",
  "constructor",
  ["x"],
  { id: "x" },
  { kind: "constructor" },
  { state: "__proto__" },
];

import type { WrittenConfig } from "@sti/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createConfigMemory } from "./config-memory.ts";
import { createTexts } from "./kept-values.fixtures.ts";

const WRITTEN = { apps: { web: { source: "web" } } };
const CHECKED = { apps: { web: { source: "web", method: "dockerfile" } } } as unknown as WrittenConfig;

test("what the check made of a value is there for every equal value", async () => {
  const memory = createConfigMemory({ files: createTexts(), schema: "1" });
  expect(memory.recall(WRITTEN)).toBeUndefined();
  await memory.remember(WRITTEN, CHECKED);
  expect(memory.recall(structuredClone(WRITTEN))).toEqual(CHECKED);
  expect(memory.recall({ apps: { web: { source: "api" } } })).toBeUndefined();
});

test("what another schema made of it is not used", async () => {
  const files = createTexts();
  await createConfigMemory({ files, schema: "1" }).remember(WRITTEN, CHECKED);
  expect(createConfigMemory({ files, schema: "2" }).recall(WRITTEN)).toBeUndefined();
});

test.each([undefined, Number.NaN, Number.POSITIVE_INFINITY])(
  "a value with %s in it is checked each time",
  async (odd) => {
    const memory = createConfigMemory({ files: createTexts(), schema: "1" });
    await memory.remember({ ...WRITTEN, odd }, CHECKED);
    await memory.remember({ ...WRITTEN, odd: null }, CHECKED);
    await memory.remember(WRITTEN, CHECKED);
    expect(memory.recall({ ...WRITTEN, odd })).toBeUndefined();
  },
);

test("a file with any other text than the one that was written is as if it were not there", async () => {
  const files = createTexts();
  const memory = createConfigMemory({ files, schema: "1" });
  await memory.remember(WRITTEN, CHECKED);
  const [[name, text] = ["", ""]] = files.texts;
  const [sum = "", config = ""] = text.split("\n");
  const changed = fc.oneof(
    fc.string(),
    fc.json(),
    fc.json().map((json) => `${sum}\n${json}`),
    fc.nat(text.length - 1).map((length) => text.slice(0, length)),
    fc.json().map((json) => `${config}\n${json}`),
  );
  fc.assert(
    fc.property(changed, (other) => {
      files.texts.set(name, other);
      expect(memory.recall(WRITTEN)).toBeUndefined();
    }),
  );
  files.texts.set(name, text);
  expect(memory.recall(WRITTEN)).toEqual(CHECKED);
});

test("the file of another config in the place of this one's is none", async () => {
  const files = createTexts();
  const memory = createConfigMemory({ files, schema: "1" });
  await memory.remember({ other: 1 }, CHECKED);
  const [other = ""] = files.texts.values();
  await memory.remember(WRITTEN, CHECKED);
  const name = [...files.texts.keys()].at(-1) ?? "";
  files.texts.set(name, other);
  expect(memory.recall(WRITTEN)).toBeUndefined();
});

test("a place that cannot be written to is no failure", async () => {
  const write = async () => {
    throw Object.assign(new Error("EROFS"), { code: "EROFS" });
  };
  const memory = createConfigMemory({ files: { ...createTexts(), write }, schema: "1" });
  await memory.remember(WRITTEN, CHECKED);
  expect(memory.recall(WRITTEN)).toBeUndefined();
});

test("a hundred values are remembered, and no more", async () => {
  const files = createTexts();
  const memory = createConfigMemory({ files, schema: "1" });
  for (let index = 0; index < 101; index += 1) await memory.remember({ index }, CHECKED);
  expect(memory.recall({ index: 0 })).toBeUndefined();
  expect(memory.recall({ index: 1 })).toEqual(CHECKED);
  expect(files.texts.size).toBe(100);
});

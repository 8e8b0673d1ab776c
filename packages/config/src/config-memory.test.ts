import { mkdtemp, readdir, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { WrittenConfig } from "@sti/core";
import { expect, onTestFinished, test } from "vitest";
import { createConfigMemory } from "./config-memory.ts";

const WRITTEN = { apps: { web: { source: "web" } } };
const CHECKED = { apps: { web: { source: "web", method: "build" } } } as unknown as WrittenConfig;

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "sti-test-memory-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, "checked");
}

test("what the check made of a value is there for every equal value", async () => {
  const memory = createConfigMemory({ folder: await makeFolder(), schema: "1" });
  expect(await memory.recall(WRITTEN)).toBeUndefined();
  await memory.remember(WRITTEN, CHECKED);
  expect(await memory.recall(structuredClone(WRITTEN))).toEqual(CHECKED);
  expect(await memory.recall({ apps: { web: { source: "api" } } })).toBeUndefined();
});

test("what another schema made of it is not used", async () => {
  const folder = await makeFolder();
  await createConfigMemory({ folder, schema: "1" }).remember(WRITTEN, CHECKED);
  expect(await createConfigMemory({ folder, schema: "2" }).recall(WRITTEN)).toBeUndefined();
});

test.each([undefined, Number.NaN, Number.POSITIVE_INFINITY])(
  "a value with %s in it is checked each time",
  async (odd) => {
    const memory = createConfigMemory({ folder: await makeFolder(), schema: "1" });
    await memory.remember({ ...WRITTEN, odd }, CHECKED);
    await memory.remember({ ...WRITTEN, odd: null }, CHECKED);
    await memory.remember(WRITTEN, CHECKED);
    expect(await memory.recall({ ...WRITTEN, odd })).toBeUndefined();
  },
);

test("a file that was cut short is as if it were not there", async () => {
  const folder = await makeFolder();
  const memory = createConfigMemory({ folder, schema: "1" });
  await memory.remember(WRITTEN, CHECKED);
  for (const name of await readdir(folder)) await truncate(join(folder, name), 10);
  expect(await memory.recall(WRITTEN)).toBeUndefined();
});

test("a folder that cannot be made is no failure", async () => {
  const folder = await makeFolder();
  await writeFile(folder, "a file");
  const memory = createConfigMemory({ folder, schema: "1" });
  await memory.remember(WRITTEN, CHECKED);
  expect(await memory.recall(WRITTEN)).toBeUndefined();
});

test("the configs that were checked longest ago are forgotten", async () => {
  const folder = await makeFolder();
  const memory = createConfigMemory({ folder, schema: "1" });
  for (let index = 0; index < 51; index += 1) {
    await memory.remember({ index }, CHECKED);
    for (const name of await readdir(folder)) if (index === 0) await utimes(join(folder, name), 0, 0);
  }
  expect(await memory.recall({ index: 0 })).toBeUndefined();
  expect(await memory.recall({ index: 1 })).toEqual(CHECKED);
  expect(await readdir(folder)).toHaveLength(50);
});

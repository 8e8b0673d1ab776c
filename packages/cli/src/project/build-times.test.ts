import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { privateFolder } from "@sti/source/private";
import { createWorkspace } from "@sti/testing/workspace";
import { expect, test } from "vitest";
import { createBuildTimes } from "./build-times.ts";

async function makeMemory() {
  const { folder } = await createWorkspace({});
  await chmod(folder, 0o700);
  return { folder, times: createBuildTimes(privateFolder(folder)) };
}

test("times are read as they were written", async () => {
  const { times } = await makeMemory();
  expect(times.read()).toEqual(new Map());
  const written = new Map([
    ["api", 30_000],
    ["web", 0],
  ]);
  await times.write(written);
  expect(times.read()).toEqual(written);
});

test.each(["", "[", "null", '"text"', '{"api":"long","web":-1,"cron":1e99}'])(
  "a file with %j says nothing",
  async (text) => {
    const { folder, times } = await makeMemory();
    await writeFile(join(folder, "build-times.json"), text);
    expect(times.read()).toEqual(new Map());
  },
);

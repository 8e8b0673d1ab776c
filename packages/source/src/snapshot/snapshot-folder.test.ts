import { rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { makeFolder, pathsOf } from "../../test/temp-folder.ts";
import { digestFile } from "../disk/digest-file.ts";
import type { IgnoreMatcher } from "../ignore/ignore.ts";
import { snapshotFolder } from "./snapshot-folder.ts";

const BIG = "x".repeat(1 << 20);

test("a file that vanishes between listing and reading makes the folder be read again", async () => {
  const folder = await makeFolder({ a: "", b: "" });
  const result = await snapshotFolder(
    folder,
    onListing(() => rmSync(join(folder, "a"), { force: true })),
    undefined,
  );
  expect("snapshot" in result && pathsOf(result.snapshot)).toEqual(["b"]);
});

test("a folder in which files never stop to vanish is reported as changing", async () => {
  const folder = await makeFolder({ a0: "", a1: "", a2: "", b: "" });
  let next = 0;
  const result = await snapshotFolder(
    folder,
    onListing((path) => {
      if (path !== "b") return;
      rmSync(join(folder, `a${next}`));
      next += 1;
    }),
    undefined,
  );
  expect(result).toEqual({ problems: [{ code: "source-changed", file: join(folder, "a2") }] });
});

test("a file that changes while it is read is read again", async () => {
  const folder = await makeFolder({ a: BIG });
  const file = join(folder, "a");
  const reading = digestFile(file, undefined);
  await setImmediate();
  writeFileSync(file, "new");
  expect(await reading).toMatchObject({ kind: "read", size: 3 });
});

test("a file that never holds still has no digest", async () => {
  const folder = await makeFolder({ a: BIG });
  let done = false;
  const reading = digestFile(join(folder, "a"), undefined).finally(() => {
    done = true;
  });
  for (let time = 1; !done; time += 1) {
    utimesSync(join(folder, "a"), time, time);
    await setImmediate();
  }
  expect(await reading).toEqual({ kind: "changed" });
});

function onListing(act: (path: string) => void): IgnoreMatcher {
  return {
    ignores: (path) => {
      act(path);
      return false;
    },
    mayIncludeBelow: () => true,
  };
}

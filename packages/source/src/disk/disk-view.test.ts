import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { countCalls } from "../../test/count-calls.ts";
import { appTarget, makeFolder, pathsOf, unwrap } from "../../test/temp-folder.ts";
import { listFolder } from "../snapshot/list-folder.ts";
import { readSources } from "../snapshot/read-sources.ts";
import { createDiskView } from "./disk-view.ts";

test("sources that overlap ask for each folder and each file once, and for none that all leave out", async () => {
  const folder = await makeFolder({
    "top.txt": "1",
    ".git/config": "",
    "services/shared.txt": "2",
    "services/.dockerignore": "api/dist\n",
    "services/api/a": "3",
    "services/api/dist/b": "4",
    "services/api/node_modules/c": "5",
    "services/api/.stiignore": "dist\n",
  });
  const targets = [".", "services", "services/api", "services/api/dist"].map((source, index) =>
    appTarget(source, `app${index}`),
  );
  let paths: readonly (readonly string[])[] = [];
  const { lstatSync, openSync, readdirSync } = await countCalls(async () => {
    const read = unwrap(await readSources(targets, { directory: folder }));
    paths = targets.map(({ name }) => pathsOf(read.get(name) as never));
  });
  expect(paths).toEqual([
    [
      "services",
      "services/.dockerignore",
      "services/api",
      "services/api/.stiignore",
      "services/api/a",
      "services/api/dist",
      "services/api/dist/b",
      "services/shared.txt",
      "top.txt",
    ],
    [".dockerignore", "api", "api/.stiignore", "api/a", "shared.txt"],
    [".stiignore", "a"],
    ["b"],
  ]);
  const relative = (calls: ReadonlyMap<string, number>) =>
    Object.fromEntries([...calls].map(([path, count]) => [path.slice(folder.length + 1), count]));
  expect(relative(readdirSync)).toEqual({
    "": 1,
    services: 1,
    "services/api": 1,
    "services/api/dist": 1,
  });
  const files = {
    "top.txt": 1,
    "services/shared.txt": 1,
    "services/.dockerignore": 1,
    "services/api/.stiignore": 1,
    "services/api/a": 1,
    "services/api/dist/b": 1,
  };
  const roots = { "": 1, services: 1, "services/api": 1, "services/api/dist": 1 };
  expect(relative(lstatSync)).toEqual({ ...files, ...roots });
  // Rules are read as such once more, for all targets that have them.
  const rules = { "services/.dockerignore": 2, "services/api/.stiignore": 2 };
  expect(relative(openSync)).toEqual({ ...files, ...rules });
});

test("a walk that takes long lets others have their turn, and ends when it is interrupted", async () => {
  const folder = await makeFolder({ "a/b/c/d/e": "" });
  let now = 0n;
  const clock = vi.spyOn(process.hrtime, "bigint").mockImplementation(() => {
    now += 1_000_000_000n;
    return now;
  });
  const reason = new Error("interrupted");
  const controller = new AbortController();
  const view = createDiskView({ signal: controller.signal });
  const keepAll = { ignores: () => false, mayIncludeBelow: () => true };
  const walking = listFolder(folder, keepAll, view);
  const ended = expect(walking).rejects.toBe(reason);
  await setImmediate();
  controller.abort(reason);
  await ended;
  clock.mockRestore();
});

test("what is forgotten is looked at again, and nothing else", async () => {
  const folder = await makeFolder({ "a/x": "", "ab/x": "" });
  const view = createDiskView();
  const calls = await countCalls(async () => {
    for (const name of ["a", "ab", "a", "ab"]) view.list(join(folder, name));
    view.forget(join(folder, "a"));
    for (const name of ["a", "ab"]) view.list(join(folder, name));
  });
  expect([...calls.readdirSync.values()]).toEqual([2, 1]);
});

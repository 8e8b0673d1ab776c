import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AppTarget, SourceFrom, Target } from "@sti/core";
import fc from "fast-check";
import { expect, onTestFinished, test, vi } from "vitest";
import { countCalls } from "../../test/count-calls.ts";
import { apply, edit } from "../../test/folder-edits.ts";
import { commitAll, makeRepository, placeIn } from "../../test/git-repository.ts";
import { appTarget, fillFolder, imageTarget, makeFolder, unwrap } from "../../test/temp-folder.ts";
import { createDigestCache } from "../disk/digest-cache.ts";
import { privateFolder } from "../disk/private-folder.ts";
import { pack } from "../send/pack.ts";
import { readSources } from "../snapshot/read-sources.ts";
import { createSourceReader } from "./create-source-reader.ts";

for (const [name, targetOf] of [
  ["a folder", () => appTarget("src")],
  ["a context", () => imageTarget("src", { dockerfile: "../Dockerfile" })],
  [
    "two parts that overlap",
    (): Target => {
      const part = (path: string, to: string) => ({ from: { kind: "path", path } as const, to, path: [] });
      return { ...appTarget("src"), source: [part("src", "one"), part("src/a", "two")] };
    },
  ],
] as const) {
  test(`${name} read again after any changes is what it is when it is read for the first time`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(edit, { maxLength: 6 }), { maxLength: 8 }), async (rounds) => {
        const directory = await makeFolder({ "src/z": "1", Dockerfile: "FROM x" });
        const target = targetOf();
        const reader = createSourceReader({ directory });
        await reader.read(target, "everything");
        for (const edits of rounds) {
          const changed = edits
            .flatMap((one) => apply(join(directory, "src"), one))
            .map((one) => `src/${one}`);
          const again = await reader.read(target, changed);
          const first = await readSources([target], { directory });
          if (!first.ok) expect(again).toEqual(first);
          else expect(again).toEqual({ ok: true, value: first.value.get(target.name) });
        }
        await rm(directory, { recursive: true });
      }),
      { numRuns: 120 },
    );
  }, 60_000);
}

async function manyFiles(count: number): Promise<string> {
  const tree = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`web/d${index % 20}/f${index}`, "1"]),
  );
  return await makeFolder(tree);
}

test("of a folder only the changed file is looked at, and nothing is listed", async () => {
  const directory = await manyFiles(400);
  const reader = createSourceReader({ directory });
  await reader.read(appTarget("web"), "everything");
  await writeFile(join(directory, "web/d3/f3"), "2");
  const calls = await countCalls(() => reader.read(appTarget("web"), ["web/d3/f3"]));
  expect([...calls.openSync.keys()]).toEqual([join(directory, "web/d3/f3")]);
  expect(calls.readdirSync.size).toBe(0);
  expect(new Set(calls.lstatSync.keys())).toEqual(
    new Set(["web", "web/d3", "web/d3/f3"].map((one) => join(directory, one))),
  );
});

test("a file with new times and old bytes changes nothing", async () => {
  const directory = await makeFolder({ "web/a": "1" });
  const reader = createSourceReader({ directory });
  const before = unwrap(await reader.read(appTarget("web"), "everything"));
  await writeFile(join(directory, "web/a"), "1");
  expect(unwrap(await reader.read(appTarget("web"), ["web/a"]))).toBe(before);
});

test("targets that ask for everything at once have a folder read once", async () => {
  const directory = await manyFiles(10);
  const reader = createSourceReader({ directory });
  const targets = [appTarget("web", "one"), appTarget("web", "two")];
  const calls = await countCalls(() =>
    Promise.all(targets.map((target) => reader.read(target, "everything"))),
  );
  expect(Math.max(...calls.readdirSync.values())).toBe(1);
});

test("a source that could not be read is read as a whole when it can be", async () => {
  const directory = await makeFolder({ "web/a": "1" });
  const reader = createSourceReader({ directory });
  await reader.read(appTarget("web"), "everything");
  await rm(join(directory, "web"), { recursive: true });
  expect(await reader.read(appTarget("web"), ["web", "web/a"])).toMatchObject({
    ok: false,
    failures: [{ code: "source-missing", target: "web" }],
  });
  await fillFolder(directory, { "web/b/c": "1" });
  const { entries } = unwrap(await reader.read(appTarget("web"), ["web/b/c"]));
  expect(entries.map((entry) => entry.path)).toEqual(["b", "b/c"]);
});

test("an archive, a file and a package are read again when they changed, a commit never", async () => {
  const { folder: repository } = await makeRepository({ a: "1" });
  const directory = await makeFolder({
    program: "#!/bin/sh\n",
    "package.json": "{}",
    "pnpm-workspace.yaml": "packages: [packages/*]",
    "packages/api/package.json": `{ "name": "api" }`,
    "packages/lib/package.json": `{ "name": "lib" }`,
    "packages/lib/a": "1",
  });
  const of = (from: SourceFrom, name: string): AppTarget => ({
    ...appTarget(".", name),
    source: [{ from, to: "", path: [] }],
  });
  const file = appTarget("program", "file");
  const api = of({ kind: "workspace", package: "api", root: undefined }, "api");
  const git = of(
    { kind: "git", url: repository, ref: undefined, dir: "", submodules: false, local: true },
    "git",
  );
  const reader = createSourceReader(placeIn(directory));
  const read = async (target: Target, changed: readonly string[] | "everything") =>
    unwrap(await reader.read(target, changed));
  const before = {
    file: await read(file, "everything"),
    api: await read(api, "everything"),
    git: await read(git, "everything"),
  };
  await fillFolder(directory, { program: "#!/bin/sh\n\n", "packages/api/b": "1" });
  await fillFolder(repository, { a: "2" });
  commitAll(repository);
  expect((await read(file, ["program"])).digest).not.toBe(before.file.digest);
  expect((await read(api, ["packages/api/b"])).entries.map(({ path }) => path)).toContain("packages/api/b");
  expect((await read(git, "everything")).digest).toBe(before.git.digest);
  const manifest = join(directory, "packages/api/package.json");
  await writeFile(
    manifest,
    (await readFile(manifest, "utf8")).replace("}", `, "dependencies": { "lib": "*" } }`),
  );
  const after = await read(api, ["packages/api/package.json"]);
  expect(after.entries.map(({ path }) => path)).toContain("packages/lib/a");
  expect(after).toEqual(unwrap(await readSources([api], { directory })).get("api"));
});

test("what is sent follows from the snapshot that was read again", async () => {
  const directory = await makeFolder({ "web/a": "1" });
  const reader = createSourceReader({ directory });
  await reader.read(appTarget("web"), "everything");
  await writeFile(join(directory, "web/a"), "2");
  const snapshot = unwrap(await reader.read(appTarget("web"), ["web/a"]));
  const send = async () => {
    const parts = [{ kind: "source", snapshot, path: "", owner: { uid: 0, gid: 0 } }] as const;
    let size = 0;
    for await (const chunk of pack(parts, { time: 0 })) size += chunk.length;
    return size;
  };
  expect(await send()).toBeGreaterThan(0);
  await writeFile(join(directory, "web/a"), "3");
  await expect(send()).rejects.toMatchObject({ name: "SourceChangedError" });
  expect(unwrap(await reader.readAgain(appTarget("web"))).digest).not.toBe(snapshot.digest);
});

test("digests that were read again are remembered for the next session", async () => {
  const directory = await makeFolder({ "web/a": "1", "web/b": "1" });
  // A file that was written just now is not trusted.
  const clock = vi.spyOn(Date, "now").mockReturnValue(Date.now() + 60_000);
  onTestFinished(() => clock.mockRestore());
  const remembering = () => {
    const digests = createDigestCache(directory, privateFolder(join(directory, "memory")));
    return createSourceReader({ directory, digests });
  };
  const reader = remembering();
  await reader.read(appTarget("web"), "everything");
  await writeFile(join(directory, "web/a"), "2");
  const last = unwrap(await reader.read(appTarget("web"), ["web/a"]));
  clock.mockRestore();
  await reader.save();
  const { openSync } = await countCalls(async () => {
    expect(unwrap(await remembering().read(appTarget("web"), "everything"))).toEqual(last);
  });
  expect([...openSync.keys()].filter((file) => file.startsWith(join(directory, "web")))).toEqual([]);
});

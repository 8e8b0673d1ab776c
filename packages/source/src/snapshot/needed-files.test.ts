import { join } from "node:path";
import { type SourceSnapshot, sourceNotes } from "@sti/core";
import { expect, test } from "vitest";
import { PATCHED } from "../../test/patched-workspaces.ts";
import { appTarget, fillFolder, makeFolder, pathsOf, unwrap } from "../../test/temp-folder.ts";
import { lockfileName, readLockfile, workspaceTree } from "../../test/workspace-tree.ts";
import { readSources } from "./read-sources.ts";

test.each(PATCHED)("$manager, $file: a patch that only other packages use stays out", async (workspace) => {
  const { file, lock, manager, patches, write } = workspace;
  const [used, unused] = patches;
  const tree = workspaceTree(manager, "before");
  const root = await makeFolder({
    ...tree,
    [file]: write(tree[file] ?? ""),
    [lockfileName(manager)]: lock(readLockfile(manager, "before")),
    [used]: "1",
    [unused]: "1",
  });
  const read = await readPackage(root, "@acme/api");
  expect(pathsOf(read).filter((path) => path.endsWith(".patch"))).toEqual([used]);
  expect(sourceNotes(read)).toEqual([]);
  await fillFolder(root, { [unused]: "2" });
  expect((await readPackage(root, "@acme/api")).digest).toBe(read.digest);
  await fillFolder(root, { [used]: "2" });
  expect((await readPackage(root, "@acme/api")).digest).not.toBe(read.digest);
  const whole = await readPackage(root, "@acme/web");
  expect(pathsOf(whole)).toContain(unused);
});

test("an archive in yarn's offline mirror that only other packages use stays out", async () => {
  const root = await makeFolder({
    "package.json": '{"workspaces":["packages/*"]}',
    "packages/app/package.json": '{"name":"@acme/api","dependencies":{"@s/a":"1","b":"1"}}',
    "packages/web/package.json": '{"name":"web","dependencies":{"c":"1"}}',
    ".yarnrc": 'yarn-offline-mirror "./mirror"\n',
    "yarn.lock": `# yarn lockfile v1\n\n\n${[
      ["@s/a", "https://registry.example.test/@s/a/-/a-1.0.0.tgz#1"],
      ["b", "https://registry.example.test/b/-/b-1.0.0.tgz#1"],
      ["c", "https://registry.example.test/c/-/c-1.0.0.tgz#1"],
    ]
      .map(([name, address]) => `"${name}@1":\n  version "1.0.0"\n  resolved "${address}"\n`)
      .join("\n")}`,
    ...Object.fromEntries(["@s-a-1.0.0", "b-1.0.0", "c-1.0.0"].map((name) => [`mirror/${name}.tgz`, ""])),
    "mirror/README.md": "",
  });
  const read = await readPackage(root, "@acme/api");
  expect(pathsOf(read).filter((path) => path.startsWith("mirror/"))).toEqual([
    "mirror/@s-a-1.0.0.tgz",
    "mirror/README.md",
    "mirror/b-1.0.0.tgz",
  ]);
});

test("settings and the lockfile of a package that comes with its manifest only come as well", async () => {
  const root = await makeFolder({
    "package.json": '{"workspaces":["packages/*"]}',
    "packages/app/package.json": '{"name":"@acme/api","devDependencies":{"tool":"*"}}',
    "packages/tool/package.json": '{"name":"tool"}',
    ...Object.fromEntries(
      [".npmrc", "pnpm-lock.yaml", "index.js"].map((name) => [`packages/tool/${name}`, ""]),
    ),
  });
  expect(pathsOf(await readPackage(root, "@acme/api"))).toEqual([
    "package.json",
    "packages",
    "packages/app",
    "packages/app/package.json",
    "packages/tool",
    "packages/tool/.npmrc",
    "packages/tool/package.json",
    "packages/tool/pnpm-lock.yaml",
  ]);
});

async function readPackage(root: string, name: string): Promise<SourceSnapshot> {
  const from = { kind: "workspace", package: name, root: undefined } as const;
  const target = { ...appTarget("."), source: [{ from, to: "", path: ["apps", "web", "source"] }] };
  const snapshots = unwrap(await readSources([target], { directory: join(root, "packages") }));
  return snapshots.get(target.name) as SourceSnapshot;
}

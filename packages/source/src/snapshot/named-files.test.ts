import { join } from "node:path";
import { type SourceSnapshot, sourceNotes } from "@sti/core";
import { describe, expect, test } from "vitest";
import { NAMING_FIELDS, namingTree } from "../../test/named-files.ts";
import { appTarget, makeFolder, pathsOf, type Tree, unwrap } from "../../test/temp-folder.ts";
import { readSources } from "./read-sources.ts";

async function readApp(tree: Tree, ignore: readonly string[] = []): Promise<SourceSnapshot> {
  const root = await makeFolder(tree);
  const from = { kind: "workspace", package: "app", root: undefined } as const;
  const target = { ...appTarget("."), source: [{ from, to: "", path: ["apps", "web", "source"] }], ignore };
  return unwrap(await readSources([target], { directory: join(root, "packages") })).get(
    target.name,
  ) as SourceSnapshot;
}

describe.each(NAMING_FIELDS)("$manager: a file that $field names", (field) => {
  const { file, kind } = field;
  const inside = "./tools/x/file.cjs";

  test("goes along", async () => {
    const snapshot = await readApp({
      ...namingTree(field, inside),
      "tools/x/file.cjs": "1",
      "tools/x/other.cjs": "",
    });
    expect(pathsOf(snapshot).filter((path) => path.startsWith("tools/"))).toEqual([
      "tools/x",
      "tools/x/file.cjs",
    ]);
    expect(sourceNotes(snapshot)).toEqual([]);
  });

  test("is named with its line if it is missing, ignored, outside, or a variable decides its place", async () => {
    const notesOf = async (tree: Tree, ignore?: readonly string[]) =>
      sourceNotes(await readApp(tree, ignore));
    const note = (words: string) => [
      expect.stringMatching(new RegExp(`^${file.replaceAll(".", "\\.")}:[1-9]\\d* names ${words}$`)),
    ];
    expect(await notesOf(namingTree(field, inside))).toEqual(
      kind === "optional" ? [] : note("tools/x/file\\.cjs, which is no file or folder of the workspace"),
    );
    const ignored = { ...namingTree(field, inside), "tools/x/file.cjs": "1" };
    expect(await notesOf(ignored, ["tools"])).toEqual(
      note("tools/x/file\\.cjs, which ignore rules leave out of the source"),
    );
    expect(await notesOf(namingTree(field, "../x/file.cjs"))).toEqual(
      note(".*\\.\\./x/file\\.cjs, which is outside of the workspace and so not in the source"),
    );
    if (kind === "program") return;
    expect(await notesOf(namingTree(field, "$" + "{PLACE}/file.cjs"))).toEqual(
      note('"\\$\\{PLACE\\}/file\\.cjs", whose place a variable decides: it is not in the source'),
    );
  });
});

test("a file that a script of the root names goes along if an install runs the script", async () => {
  const scripts = {
    preinstall: "node tools/check.cjs && npx only-allow pnpm",
    prepare: "sh ./hooks.sh || true",
    build: "node build.js",
  };
  const snapshot = await readApp({
    "package.json": JSON.stringify({ workspaces: ["packages/*"], scripts }),
    "packages/app/package.json": '{"name":"app"}',
    ...Object.fromEntries(
      ["tools/check.cjs", "hooks.sh", "build.js", "tools/other.cjs"].map((one) => [one, ""]),
    ),
  });
  expect(pathsOf(snapshot)).toEqual([
    "hooks.sh",
    "package.json",
    "packages",
    "packages/app",
    "packages/app/package.json",
    "tools",
    "tools/check.cjs",
  ]);
});

test("folders beside the workspace bring the files that their own manifests name", async () => {
  const manifest = (dependencies: object) => JSON.stringify({ dependencies });
  const snapshot = await readApp({
    "package.json": JSON.stringify({ workspaces: ["packages/*"], devDependencies: { r: "file:vendor/r" } }),
    "packages/app/package.json": JSON.stringify({ name: "app", dependencies: { a: "file:../../vendor/a" } }),
    "vendor/a/package.json": manifest({ b: "link:../b", gone: "file:gone" }),
    "vendor/b/package.json": manifest({ c: "file:../../c.tgz", a: "file:../a" }),
    "vendor/r/package.json": manifest({ d: "file:../d" }),
    "vendor/d/index.js": "",
    "vendor/other/package.json": "{}",
    "c.tgz": "",
  });
  expect(pathsOf(snapshot).filter((path) => /^(?:vendor|c)/.test(path))).toEqual([
    "c.tgz",
    "vendor",
    "vendor/a",
    "vendor/a/package.json",
    "vendor/b",
    "vendor/b/package.json",
    "vendor/d",
    "vendor/d/index.js",
    "vendor/r",
    "vendor/r/package.json",
  ]);
  expect(sourceNotes(snapshot)).toEqual([
    "vendor/a/package.json:1 names vendor/a/gone, which is no file or folder of the workspace",
  ]);
});

test("a file of the app's own folder that its ignore rules leave out is named", async () => {
  const snapshot = await readApp({
    "package.json": '{ "workspaces": ["packages/*"] }',
    "packages/app/package.json": '{ "name": "app", "dependencies": { "a": "file:./a.tgz" } }',
    "packages/app/.stiignore": "*.tgz\n",
    "packages/app/a.tgz": "",
  });
  expect(sourceNotes(snapshot)).toEqual([
    "packages/app/package.json:1 names packages/app/a.tgz, which ignore rules leave out of the source",
  ]);
});

test("yarn's constraints go along if an install checks them", async () => {
  const files = async (settings: string) =>
    pathsOf(
      await readApp({
        "package.json": '{ "workspaces": ["packages/*"] }',
        "packages/app/package.json": '{ "name": "app" }',
        "yarn.config.cjs": "",
        ".yarnrc.yml": settings,
      }),
    );
  expect(await files("enableConstraintsChecks: true\n")).toContain("yarn.config.cjs");
  expect(await files("enableConstraintsChecks: false\n")).not.toContain("yarn.config.cjs");
});

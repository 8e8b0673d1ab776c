// Packages that only the files of Nx and Turborepo name, and the root's files of both.
import { join } from "node:path";
import type { SourceSnapshot } from "@sti/core";
import { expect, test } from "vitest";
import { TASK_CASES } from "../../test/task-cases.ts";
import { appTarget, makeFolder, pathsOf, type Tree, unwrap } from "../../test/temp-folder.ts";
import { readSources } from "./read-sources.ts";

const PACKAGES = ["app", "lib", "gen", "shared-a", "shared-b", "other"];

test.each(TASK_CASES)("%s brings the packages that it names", async (_, files, brought, reason) => {
  const snapshot = unwrap(await readApp(files));
  const { packages = [] } = snapshot.get("web") as SourceSnapshot;
  const others = packages.filter(({ path }) => path !== "" && path !== "packages/app");
  expect(others.map(({ extent, path }) => ({ extent, path }))).toEqual(
    brought.map((name) => ({ extent: "whole", path: `packages/${name}` })),
  );
  const { field = "", file = "" } = others[0]?.reason ?? {};
  expect(`${field} of ${file}`).toBe(reason);
});

test("the root's files of both go along", async () => {
  const files = { "nx.json": "{}", "turbo.json": "{}", "project.json": "{}" };
  const snapshot = unwrap(await readApp(files)).get("web") as SourceSnapshot;
  expect(pathsOf(snapshot).filter((path) => path.endsWith(".json") && !path.includes("/"))).toEqual([
    "nx.json",
    "package.json",
    "turbo.json",
  ]);
});

test.each(["turbo.json", "packages/app/project.json"])("a %s that is not valid is named", async (file) => {
  const read = await readApp({ [file]: '{ "tasks": [ }' });
  expect(read).toMatchObject({
    failures: [{ code: "workspace-invalid", file: expect.stringContaining(file) }],
  });
});

async function readApp(files: Tree) {
  const root = await makeFolder({
    "package.json": '{ "workspaces": ["packages/*"] }',
    ...Object.fromEntries(
      PACKAGES.map((name) => [`packages/${name}/package.json`, JSON.stringify({ name })]),
    ),
    ...files,
  });
  const from = { kind: "workspace", package: "app", root: undefined } as const;
  const target = { ...appTarget("."), source: [{ from, to: "", path: ["apps", "web", "source"] }] };
  return await readSources([target], { directory: join(root, "packages") });
}

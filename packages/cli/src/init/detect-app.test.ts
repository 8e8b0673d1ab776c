import { describe, expect, test } from "vitest";
import { DETECTED_APPS, EXPRESS } from "../../test/detected-apps.ts";
import { viewOf } from "../../test/folder-view.ts";
import { detectApp } from "./detect-app.ts";
import { isWorkspaceRoot } from "./detect-node.ts";

const json = JSON.stringify;

test.each(DETECTED_APPS)("detects %s", (_name, files, facts) => {
  const found = detectApp(viewOf(files));
  expect([found?.kind, found?.start, ...(found?.details ?? [])]).toEqual(facts);
});

test("finds nothing in a folder with other files", () => {
  expect(detectApp(viewOf({ "notes.txt": "" }))).toBeUndefined();
  expect(detectApp(viewOf({ "index.html": "" }, "web/public"))).toBeUndefined();
});

describe("a lock file that is missing", () => {
  test.each([
    [{ "package.json": json(EXPRESS) }, "npm install --package-lock-only"],
    [{ "package.json": json({ ...EXPRESS, packageManager: "pnpm@10.0.0" }) }, "pnpm install --lockfile-only"],
    [{ Pipfile: "", "app.py": "" }, "pipenv lock"],
  ])("is reported with the command: %j", (files, command) => {
    expect(detectApp(viewOf(files))?.missing).toMatchObject([{ command }]);
  });

  test("is none without dependencies, and for a package whose workspace has one", () => {
    expect(detectApp(viewOf({ "package.json": json({ scripts: { start: "x" } }) }))?.missing).toEqual([]);
    const root = viewOf({ "pnpm-lock.yaml": "", "package.json": "{}" });
    expect(detectApp(viewOf({ "package.json": json(EXPRESS) }, "apps/api"), root)?.missing).toEqual([]);
  });
});

test("a package of a workspace is no app because of its main", () => {
  const files = { "package.json": json({ main: "index.js" }), "index.js": "" };
  expect(detectApp(viewOf(files))?.start).toBe("node index.js");
  expect(detectApp(viewOf(files, "packages/ui"), viewOf({}))?.start).toBeUndefined();
});

test.each([
  ["app.listen(3000)", 3000],
  ["app.listen(process.env.PORT ?? 3000)", undefined],
  ["app.listen(99999)", undefined],
])("%s listens on %s", (text, port) => {
  const files = { "package.json": json(EXPRESS), "server.js": text };
  expect(detectApp(viewOf(files))?.port).toBe(port);
});

test.each([
  [{ "package.json": json({ workspaces: ["packages/*"] }) }, true],
  [{ "pnpm-workspace.yaml": "packages:\n  - apps/*\n" }, true],
  [{ "pnpm-workspace.yaml": "overrides: {}\n", "package.json": "{}" }, false],
  [{ "package.json": "{" }, false],
])("%j is the root of a workspace: %s", (files, is) => {
  expect(isWorkspaceRoot(viewOf(files))).toBe(is);
});

// The decisions of the builder "node", which runs in its image as plain JavaScript.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { packageRoot } from "../package-root.ts";

const lib = join(packageRoot, "builders/node/lib");
const { buildOrder, chooseVersion, findManager, findPackages, readManifest, wantedNode } = await import(
  join(lib, "source.mjs")
);
const { findSite, findStart } = await import(join(lib, "start.mjs"));

/** Objects are written as JSON. */
function makeSource(files: Readonly<Record<string, string | object>>): string {
  const folder = mkdtempSync(join(tmpdir(), "sti-node-builder-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof content === "string" ? content : JSON.stringify(content));
  }
  return folder;
}

describe("the wanted Node.js", () => {
  test.each([
    [{}, "24", "the builder's default"],
    [{ ".nvmrc": "v20.11.1\n" }, "20.11.1", ".nvmrc"],
    [{ ".nvmrc": "lts/jod" }, "22", ".nvmrc"],
    [{ ".nvmrc": "# comment\nlts/*\n" }, "24", ".nvmrc"],
    [{ ".nvmrc": "22", ".node-version": "20" }, "20", ".node-version"],
    [{ ".tool-versions": "ruby 3.3\nnodejs 22.3.0\n" }, "22.3.0", ".tool-versions"],
    [{ "mise.toml": '[tools]\nnode = "22"\n' }, "22", "mise.toml"],
    [{ "package.json": { engines: { node: ">=18 <23" } } }, ">=18 <23", '"engines" in package.json'],
    [
      { "package.json": { volta: { node: "22.1.0" }, engines: { node: "20" } } },
      "22.1.0",
      '"volta" in package.json',
    ],
  ])("of %j is %s", (files, range, place) => {
    const folder = makeSource({ "package.json": {}, ...files });
    expect(wantedNode(folder, [readManifest(folder)], {})).toEqual({ range, place });
  });

  test("is that of NODE_VERSION before all files", () => {
    expect(wantedNode(makeSource({ ".nvmrc": "20" }), [], { NODE_VERSION: "22" }).range).toBe("22");
  });

  test.each([
    [["22.1.0", "24.9.0", "24.10.0", "26.1.0"], "24.10.0"],
    [["20.1.0", "21.7.0", "22.2.0", "23.0.0"], "22.2.0"],
    [["23.1.0", "23.2.0"], "23.2.0"],
    [["25.0.0", "26.0.0-rc.1"], "25.0.0"],
    [[], undefined],
  ])("of the versions %j is %s", (versions, chosen) => {
    expect(chooseVersion(versions)).toBe(chosen);
  });
});

describe("the package manager", () => {
  const dependencies = { ms: "2" };
  test.each([
    [{ "package-lock.json": "{}" }, {}, { name: "npm", version: "11" }],
    [{ "pnpm-lock.yaml": "lockfileVersion: '9.0'\n" }, {}, { name: "pnpm", version: "10" }],
    [{ "pnpm-lock.yaml": "lockfileVersion: '6.0'\n" }, {}, { name: "pnpm", version: "8" }],
    [{ "yarn.lock": "# yarn lockfile v1\n" }, {}, { name: "yarn", version: "1", berry: false }],
    [{ "yarn.lock": "__metadata:\n  version: 8\n" }, {}, { name: "yarn", version: "4", berry: true }],
    [
      { "yarn.lock": "" },
      { packageManager: "yarn@4.1.0+sha224.abc" },
      { name: "yarn", version: "4.1.0", berry: true },
    ],
    [
      { "package-lock.json": "{}", "pnpm-lock.yaml": "" },
      { packageManager: "npm@10.2.0" },
      { name: "npm", version: "10.2.0", lock: "package-lock.json" },
    ],
  ])("of %j with %j is %j", (files, manifest, expected) => {
    const folder = makeSource({ "package.json": { dependencies, ...manifest }, ...files });
    expect(findManager(folder, readManifest(folder), findPackages(folder), "24.1.0")).toMatchObject(expected);
  });

  test.each([
    [{}, {}, "no lock file of npm. Run `npm install --package-lock-only` and commit the file"],
    [{}, { packageManager: "pnpm@10.0.0" }, "no lock file of pnpm. Run `pnpm install --lockfile-only`"],
    [
      { "bun.lock": "" },
      {},
      "no lock file of npm, but a bun.lock, and bun is not supported. Run `npm install",
    ],
    [{ "yarn.lock": "" }, { packageManager: "npm@10.0.0" }, "no lock file of npm, but a yarn.lock."],
    [{}, { packageManager: "bun@1.0.0" }, '"packageManager": "bun@1.0.0" is not supported'],
    [{ "pnpm-lock.yaml": "lockfileVersion: 5.4\n" }, {}, 'name that pnpm in "packageManager"'],
  ])("of %j with %j is refused: %s", (files, manifest, words) => {
    const folder = makeSource({ "package.json": { dependencies, ...manifest }, ...files });
    expect(() => findManager(folder, readManifest(folder), findPackages(folder), "24.1.0")).toThrow(words);
  });

  test("needs no lock file if there is nothing to install", () => {
    const folder = makeSource({ "package.json": { scripts: { start: "node ." } } });
    expect(findManager(folder, readManifest(folder), findPackages(folder), "22.1.0")).toMatchObject({
      name: "npm",
      version: "10",
      lock: undefined,
    });
  });
});

test("packages of a workspace are built after those that they depend on, and others not at all", () => {
  const built = { scripts: { build: "true" } };
  const folder = makeSource({
    "package.json": { name: "root", ...built },
    "apps/web/package.json": { name: "web", dependencies: { ui: "*", api: "*" }, ...built },
    "packages/api/package.json": { name: "api", devDependencies: { ui: "*" } },
    "packages/ui/package.json": { name: "ui", dependencies: { web: "*" }, ...built },
    "packages/other/package.json": { name: "other", ...built },
    "packages/ui/node_modules/x/package.json": { name: "x", ...built },
  });
  const packages = findPackages(folder);
  expect(buildOrder(packages, "web")).toEqual(["packages/ui", "apps/web"]);
  expect(buildOrder(packages, undefined)).toEqual([""]);
  expect(() => buildOrder(packages, "none")).toThrow("no package of the source has the name none");
});

describe("the start command", () => {
  test.each([
    [{ Procfile: "worker: x\nweb: node web.js \n" }, { scripts: { start: "node start.js" } }, "node web.js"],
    [{ Procfile: "web: npm start" }, { scripts: { start: "pnpm serve", serve: "node s.js" } }, "node s.js"],
    [{}, { scripts: { start: "next start" } }, "next start"],
    [{ "lib/it's.js": "" }, { main: "lib/it's.js" }, "exec node 'lib/it'\\''s.js'"],
    [{ "lib/main.js": "" }, { main: "lib/main" }, "exec node 'lib/main'"],
    [{ "index.js": "" }, { main: "gone.js" }, "exec node 'index.js'"],
    [{}, {}, undefined],
  ])("of %j with %j is %s", (files, manifest, command) => {
    expect(findStart(makeSource({ "package.json": manifest, ...files }), "")).toBe(command);
  });

  test("is refused if it runs a script that is missing, or runs itself", () => {
    const start = (manifest: object) => findStart(makeSource({ "package.json": manifest }), "");
    expect(() => start({ scripts: { start: "npm run serve" } })).toThrow("package.json has no such script");
    expect(() => start({ scripts: { start: "npm start" } })).toThrow("package.json has no such script");
  });
});

test("a site is the first folder with a page, or the one that the user names", () => {
  const folder = makeSource({
    "public/index.html": "",
    "build/index.html": "",
    "www/a.txt": "",
    "dist/a.js": "",
  });
  expect(findSite(folder, undefined)).toBe(join(folder, "build"));
  expect(findSite(folder, "www")).toBe(join(folder, "www"));
  expect(() => findSite(folder, "gone")).toThrow("OUTPUT_DIR=gone: the build made no such folder");
});

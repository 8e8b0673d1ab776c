import { load } from "js-yaml";
import { describe, expect, test } from "vitest";
import {
  MANAGERS,
  type Manager,
  readLockfile,
  type State,
  workspaceTree,
} from "../../test/workspace-tree.ts";
import type { KeptPackages, LockfilePruner } from "./lockfile-pruner.ts";
import { readBerryLock } from "./prune-berry-lock.ts";
import { readBunLock } from "./prune-bun-lock.ts";
import { readNpmLock } from "./prune-npm-lock.ts";
import { readPnpmLock } from "./prune-pnpm-lock.ts";
import { readYarnLock } from "./prune-yarn-lock.ts";
import { cutManifest, parseManifest } from "./workspace-manifest.ts";

const READERS: Readonly<Record<Manager, (text: string) => LockfilePruner | undefined>> = {
  npm: readNpmLock,
  pnpm: readPnpmLock,
  pnpm8: readPnpmLock,
  yarn1: readYarnLock,
  yarn4: readBerryLock,
  bun: readBunLock,
};

const ALL = ["", "packages/api", "packages/shared", "packages/tool", "packages/web"];
const OF_API = ALL.slice(0, 3);

function keep(manager: Manager, folders: readonly string[], state: State = "before"): KeptPackages {
  const tree = workspaceTree(manager, state);
  // The root links to it.
  const cut = new Set(folders.includes("packages/tool") ? [] : ["@acme/tool"]);
  const packages = folders.map((folder) => {
    const text = tree[folder === "" ? "package.json" : `${folder}/package.json`] ?? "";
    const parsed = parseManifest(folder === "" ? cutManifest(text, cut) : text);
    if ("problem" in parsed) throw new Error(parsed.problem);
    return { folder, manifest: parsed.manifest };
  });
  return { packages, left: new Set(ALL.filter((folder) => !folders.includes(folder))), cut };
}

function prune(manager: Manager, text: string, kept: KeptPackages): string {
  const pruned = READERS[manager](text)?.prune(kept)?.text;
  if (pruned === undefined) throw new Error("kept whole");
  return pruned;
}

describe.each(MANAGERS)("a lockfile of %s", (manager) => {
  const before = readLockfile(manager, "before");
  // Yarn compares letter by letter; the others are free to order their keys. JSON is YAML.
  const comparable = (text: string) => (manager.startsWith("yarn") ? text : load(text));

  test("is cut down to what its own tool writes for these packages alone", () => {
    const pruned = prune(manager, before, keep(manager, OF_API));
    expect(comparable(pruned)).toEqual(comparable(readLockfile(manager, "api")));
  });

  test("is the same whatever other packages of the workspace depend on", () => {
    const after = readLockfile(manager, "after");
    expect(after).not.toBe(before);
    expect(prune(manager, after, keep(manager, OF_API, "after"))).toBe(
      prune(manager, before, keep(manager, OF_API)),
    );
    const withWeb = ["", "packages/shared", "packages/web"];
    expect(prune(manager, after, keep(manager, withWeb, "after"))).not.toBe(
      prune(manager, before, keep(manager, withWeb)),
    );
  });

  test("has everything when every package stays, and pruning it again changes nothing", () => {
    const whole = prune(manager, before, keep(manager, ALL));
    expect(comparable(whole)).toEqual(comparable(before));
    const pruned = prune(manager, before, keep(manager, OF_API));
    expect(prune(manager, pruned, keep(manager, OF_API))).toBe(pruned);
  });

  test("that lacks a package's dependencies is kept whole", () => {
    expect(READERS[manager](readLockfile(manager, "api"))?.prune(keep(manager, ALL))).toBeUndefined();
  });

  test("knows of the root's dependencies whether they are packages of the registry", () => {
    const pruner = READERS[manager](before);
    expect(pruner?.isFromRegistry(["ms", "2.1.3"])).toBe(true);
    expect(pruner?.isFromRegistry(["@acme/tool", "1.0.0"])).toBe(false);
  });

  test("of another version, or none at all, is not taken for one", () => {
    const texts = [
      "",
      "[1",
      "{}",
      "lockfileVersion: '5.4'\nimporters: {}\n",
      "lockfileVersion: '9.0'\n",
      '{ "lockfileVersion": 1, "dependencies": {} }',
      ...MANAGERS.filter((other) => READERS[other] !== READERS[manager]).map((other) =>
        readLockfile(other, "before"),
      ),
    ];
    for (const text of texts) expect(READERS[manager](text)).toBeUndefined();
  });
});

describe("pruning", () => {
  const packageIn = (folder: string, manifest: object) => {
    const parsed = parseManifest(JSON.stringify(manifest));
    if ("problem" in parsed) throw new Error(parsed.problem);
    return { folder, manifest: parsed.manifest };
  };
  const keepOnly = (
    folders: Readonly<Record<string, object>>,
    left: readonly string[] = [],
  ): KeptPackages => ({
    packages: Object.entries(folders).map(([folder, manifest]) => packageIn(folder, manifest)),
    left: new Set(left),
    cut: new Set(),
  });

  test("keeps what pnpm has in front of the lockfile, and the packages behind aliases, peers and files", () => {
    const front = "---\nlockfileVersion: '9.0'\nimporters: {}\n";
    const text = `${front}\n---\n${[
      "lockfileVersion: '9.0'",
      "importers:",
      "  .: {}",
      "  a:",
      "    dependencies:",
      "      alias: { specifier: npm:@s/x@1, version: '@s/x@1.0.0(p@2.0.0(q@3.0.0))' }",
      "      local: { specifier: file:../v.tgz, version: file:v.tgz }",
      "packages:",
      ...["'@s/x@1.0.0'", "p@2.0.0", "q@3.0.0", "local@file:v.tgz", "z@1.0.0"].map((key) => `  ${key}: {}`),
      "snapshots:",
      "  '@s/x@1.0.0(p@2.0.0(q@3.0.0))': { dependencies: { p: 2.0.0(q@3.0.0) } }",
      "  p@2.0.0(q@3.0.0): { dependencies: { q: 3.0.0 } }",
      ...["q@3.0.0", "local@file:v.tgz", "z@1.0.0"].map((key) => `  ${key}: {}`),
    ].join("\n")}\n`;
    const pruned = readPnpmLock(text)?.prune(keepOnly({ "": {}, a: {} }))?.text ?? "";
    expect(pruned.startsWith(`${front}\n---\nlockfileVersion`)).toBe(true);
    expect(load(pruned.slice(pruned.lastIndexOf("---\n") + 4))).toEqual(
      load(text.slice(text.lastIndexOf("---\n") + 4).replaceAll("  z@1.0.0: {}\n", "")),
    );
    const ofWindows = readPnpmLock(text.replaceAll("\n", "\r\n"))?.prune(keepOnly({ "": {}, a: {} }));
    expect(ofWindows?.text.replaceAll("\r\n", "\n")).toBe(pruned);
  });

  test("follows npm's links to folders that are no packages of the workspace, but to none that was left out", () => {
    const lock = (name: string, folder: string) =>
      JSON.stringify({
        lockfileVersion: 2,
        packages: {
          "": { workspaces: ["a", "b"] },
          a: { dependencies: { [name]: "*" } },
          b: { name: "b" },
          vendor: { dependencies: { x: "1" } },
          "node_modules/a": { resolved: "a", link: true },
          "node_modules/b": { resolved: "b", link: true },
          [`node_modules/${name}`]: { resolved: folder, link: true },
          "node_modules/x": { version: "1.0.0" },
          "node_modules/y": { version: "1.0.0" },
        },
        dependencies: {},
      });
    const kept = keepOnly({ "": {}, a: {} }, ["b"]);
    const pruned = JSON.parse(readNpmLock(lock("v", "vendor"))?.prune(kept)?.text ?? "");
    expect(pruned).not.toHaveProperty("dependencies");
    expect(Object.keys(pruned.packages)).toEqual([
      ...["", "a", "vendor", "node_modules/a", "node_modules/v", "node_modules/x"],
    ]);
    expect(readNpmLock(lock("b", "b"))?.prune(kept)).toBeUndefined();
  });

  test("says of npm's packages whether they are for development, optional, both or peers, for those that stay", () => {
    const names = ["dev", "both", "opt", "peer", "plain"];
    const lock = {
      lockfileVersion: 3,
      packages: {
        "": {},
        a: {
          dependencies: { plain: "1" },
          devDependencies: { dev: "1", both: "1" },
          optionalDependencies: { opt: "1", both: "1" },
          peerDependencies: { peer: "1", gone: "1" },
        },
        "node_modules/a": { resolved: "a", link: true },
        ...Object.fromEntries(names.map((name) => [`node_modules/${name}`, { extraneous: true }])),
      },
    };
    const { packages } = JSON.parse(
      readNpmLock(JSON.stringify(lock))?.prune(keepOnly({ "": {}, a: {} }))?.text ?? "",
    );
    expect(Object.fromEntries(names.map((name) => [name, packages[`node_modules/${name}`]]))).toEqual({
      dev: { dev: true },
      both: { devOptional: true },
      opt: { optional: true },
      peer: { peer: true },
      plain: {},
    });
  });

  test("finds what yarn 1 keeps under a resolution, and by a path from the root", () => {
    const block = (pattern: string, version: string) => `${pattern}:\n  version "${version}"\n`;
    const blocks = {
      a: block('"@s/a@^1.0.0", "@s/a@2.0.0"', "2.0.0"),
      v: block('"v@file:vendor/v.tgz"', "1.0.0"),
      z: block("z@^1", "1.0.0"),
    };
    const head = "# THIS IS AN AUTOGENERATED FILE.\n# yarn lockfile v1\n\n\n";
    const kept = keepOnly({
      "": { resolutions: { "x/@s/a": "2.0.0" } },
      "packages/p": { name: "p", dependencies: { "@s/a": "^1.0.0", v: "file:../../vendor/v.tgz", p: "*" } },
    });
    const lock = readYarnLock(head + Object.values(blocks).join("\n"));
    expect(lock?.prune(kept)?.text).toBe(`${head}${blocks.a}\n${blocks.v}`);
    expect(lock?.prune(keepOnly({ "": { dependencies: { gone: "1" } } }))).toBeUndefined();
  });

  test("applies yarn's resolutions, keeps patches with what they are of, and sorts anew", () => {
    const entry = (key: string, resolution: string, dependencies: readonly string[] = []) =>
      [
        `"${key}":`,
        "  version: 1.0.0",
        `  resolution: "${resolution}"`,
        ...(dependencies.length === 0 ? [] : ["  dependencies:", ...dependencies.map((one) => `    ${one}`)]),
        "  languageName: node",
        "  linkType: hard",
        "",
      ].join("\n");
    const patch = (hash: string) => `m@patch:m@npm%3A1.0.0#~/.yarn/patches/m.patch${hash}`;
    const head = "# This file is generated.\n\n__metadata:\n  version: 8\n  cacheKey: 10\n";
    const own = entry("root@workspace:.", "root@workspace:.");
    const p = entry("p@workspace:packages/p", "p@workspace:packages/p", [
      'l: "link:../l"',
      'm: "npm:^1"',
      "n: 1",
      'j: "npm:@s/k@1"',
    ]);
    const m = entry("m@npm:1.0.0", "m@npm:1.0.0");
    const patched = entry(patch(""), patch("::version=1.0.0&hash=abc"));
    const link = entry(
      "l@link:../l::locator=p%40workspace%3Apackages%2Fp",
      "l@link:../l::locator=p%40workspace%3Apackages%2Fp",
    );
    const pair = (key: string) => entry(key, "k@npm:1.0.0");
    const alias = entry("@s/k@npm:@s/k@1, j@npm:@s/k@1", "@s/k@npm:1.0.0");
    const text = [head, alias, pair("k@npm:^1, n@npm:1"), link, m, patched, own, p].join("\n");
    const kept = keepOnly({
      "": { name: "root", resolutions: { "p/m@npm:^1": "patch:m@npm%3A1.0.0#~/.yarn/patches/m.patch" } },
      "packages/p": { name: "p" },
    });
    expect(readBerryLock(text)?.prune(kept)?.text).toBe(
      [head, alias, link, m, patched, pair("n@npm:1"), p, own].join("\n"),
    );
    expect(
      readBerryLock(text.replace("npm:^1, ", ""))?.prune(keepOnly({ "": {}, gone: {} })),
    ).toBeUndefined();
  });
});

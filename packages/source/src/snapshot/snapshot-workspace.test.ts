import { execFileSync } from "node:child_process";
import { mkdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { type AppTarget, type Failure, type SourceSnapshot, sourceNotes } from "@sti/core";
import { unpackTar } from "modern-tar";
import { describe, expect, test } from "vitest";
import { appTarget, fillFolder, makeFolder, pathsOf, type Tree, unwrap } from "../../test/temp-folder.ts";
import { lockfileName, MANAGERS, readLockfile, wholeTree, workspaceTree } from "../../test/workspace-tree.ts";
import { addCheckouts } from "../git/add-checkouts.ts";
import { pack } from "../send/pack.ts";
import { readSources } from "./read-sources.ts";

function packageTarget(
  name: string,
  more: { root?: string; ignore?: string[]; app?: string } = {},
): AppTarget {
  const { app = "web", ignore = [], root } = more;
  const from = { kind: "workspace", package: name, root } as const;
  return { ...appTarget(".", app), source: [{ from, to: "", path: ["apps", app, "source"] }], ignore };
}

async function readPackage(directory: string, target: AppTarget): Promise<SourceSnapshot> {
  return unwrap(await readSources([target], { directory })).get(target.name) as SourceSnapshot;
}

const filesOf = (snapshot: SourceSnapshot) =>
  snapshot.entries.flatMap((entry) => (entry.kind === "file" ? [entry.path] : []));

/** A file as it is sent. */
async function textOf(snapshot: SourceSnapshot, path: string): Promise<string> {
  const part = { kind: "source", snapshot, path: "", owner: { uid: 0, gid: 0 } } as const;
  const chunks: Uint8Array[] = [];
  for await (const chunk of pack([part], { time: 0 })) chunks.push(chunk);
  const sent = await unpackTar(Buffer.concat(chunks));
  return Buffer.from(sent.find(({ header }) => header.name === path)?.data ?? "").toString();
}

async function failuresOf(directory: string, target: AppTarget): Promise<readonly Failure[]> {
  const read = await readSources([target], { directory });
  return read.ok ? [] : read.failures;
}

/** A workspace of npm, which needs the least. */
const npm = (
  packages: Readonly<Record<string, object>>,
  more: Tree = {},
  workspaces = ["packages/*"],
): Tree => ({
  "package.json": JSON.stringify({ name: "root", workspaces }),
  ...Object.fromEntries(
    Object.entries(packages).map(([folder, manifest]) => [
      `${folder}/package.json`,
      JSON.stringify(manifest),
    ]),
  ),
  ...more,
});

describe.each(MANAGERS)("a package of a workspace of %s", (manager) => {
  test("comes with what it depends on, the root's manifest, and a lockfile for just these", async () => {
    const root = await makeFolder(wholeTree(manager, "before"));
    const snapshot = await readPackage(join(root, "packages/web"), packageTarget("@acme/api"));
    expect(filesOf(snapshot)).toEqual(
      [
        lockfileName(manager),
        "package.json",
        "packages/api/index.js",
        "packages/api/package.json",
        "packages/shared/index.js",
        "packages/shared/package.json",
        ...(manager.startsWith("pnpm") ? ["pnpm-workspace.yaml"] : []),
      ].sort(),
    );
    const lockfile = await textOf(snapshot, lockfileName(manager));
    expect(lockfile).toContain("typescript");
    expect(lockfile).not.toContain("left-pad");
    expect(await textOf(snapshot, "package.json")).toBe(workspaceTree(manager, "api")["package.json"]);
  });

  test("is the same source whatever happens to packages that it does not need", async () => {
    const root = await makeFolder(wholeTree(manager, "before"));
    const target = packageTarget("@acme/api");
    const { digest } = await readPackage(root, target);
    await fillFolder(root, {
      ...wholeTree(manager, "after"),
      "packages/web/more.js": "more",
      "packages/new/package.json": '{"name":"new"}',
    });
    await rm(join(root, "packages/tool/index.js"));
    expect((await readPackage(root, target)).digest).toBe(digest);
    await fillFolder(root, { "packages/shared/index.js": "changed" });
    expect((await readPackage(root, target)).digest).not.toBe(digest);
  });

  test("is another source with another version in the lockfile", async () => {
    const root = await makeFolder(wholeTree(manager, "before"));
    const target = packageTarget("@acme/api");
    const { digest } = await readPackage(root, target);
    const lockfile = readLockfile(manager, "before").replaceAll("2.0.4", "2.0.3");
    await fillFolder(root, { [lockfileName(manager)]: lockfile });
    expect((await readPackage(root, target)).digest).not.toBe(digest);
  });
});

describe("the packages that go along", () => {
  test("are those of every kind of dependency, of theirs and of the root's, by name, path and alias", async () => {
    const root = await makeFolder({
      ...npm({
        "packages/app": {
          name: "app",
          dependencies: { a: "workspace:^", "not-b": "workspace:b@*", far: "https://example.test/far.tgz" },
          optionalDependencies: { c: "1.0.0", d: "*" },
          peerDependencies: { e: "catalog:" },
        },
        "packages/a": { name: "a", dependencies: { x: "link:../f", y: "file:../../vendor/y.tgz", app: "*" } },
        ...Object.fromEntries(
          ["b", "c", "d", "e", "f", "g", "far", "other"].map((name) => [`packages/${name}`, { name }]),
        ),
      }),
      "package.json": JSON.stringify({
        workspaces: { packages: ["./packages/*/"] },
        overrides: { "z>gg": "link:packages/g" },
      }),
      "vendor/y.tgz": "y",
      "vendor/z.tgz": "z",
    });
    expect(filesOf(await readPackage(root, packageTarget("app")))).toEqual([
      "package.json",
      ...["a", "app", "b", "c", "d", "e", "f", "g"].map((name) => `packages/${name}/package.json`),
      "vendor/y.tgz",
    ]);
  });

  test("are none that only the root links to: its manifest comes without these links", async () => {
    const manifest = {
      name: "root",
      workspaces: ["packages/*"],
      devDependencies: { a: "*", b: "workspace:*", c: "file:packages/c", ms: "2" },
      peerDependencies: { c: "*" },
      overrides: { d: "$d" },
      optionalDependencies: { d: "*" },
    };
    const names = ["a", "b", "c", "d"];
    const root = await makeFolder({
      ...npm({
        "packages/app": { name: "app", dependencies: { a: "*" } },
        ...Object.fromEntries(names.map((name) => [`packages/${name}`, { name }])),
      }),
      "package.json": `${JSON.stringify(manifest, undefined, "\t")}\n`,
    });
    const snapshot = await readPackage(root, packageTarget("app"));
    expect(filesOf(snapshot)).toEqual([
      "package.json",
      ...["a", "app", "d"].map((name) => `packages/${name}/package.json`),
    ]);
    const { peerDependencies: _, ...rest } = manifest;
    const { a, ms } = manifest.devDependencies;
    expect(await textOf(snapshot, "package.json")).toBe(
      `${JSON.stringify({ ...rest, devDependencies: { a, ms } }, undefined, "\t")}\n`,
    );
    await fillFolder(root, { "packages/b/index.js": "changed" });
    expect((await readPackage(root, packageTarget("app"))).digest).toBe(snapshot.digest);
    expect(filesOf(await readPackage(root, packageTarget("root")))).toContain("packages/b/package.json");
  });

  test("are the root's own for a package that depends on the root", async () => {
    const root = await makeFolder({
      ...npm({ "packages/app": { name: "app", dependencies: { root: "*" } }, "packages/a": { name: "a" } }),
      "package.json": '{"name":"root","workspaces":["packages/*"],"devDependencies":{"a":"*"}}',
    });
    expect(filesOf(await readPackage(root, packageTarget("app")))).toContain("packages/a/package.json");
  });

  test("do not replace a package of the registry that the root has by the same name", async () => {
    const manifest = '{"workspaces":["packages/*"],"devDependencies":{"a":"1.0.0"}}';
    const root = await makeFolder({
      ...npm({ "packages/app": { name: "app" }, "packages/a": { name: "a" } }),
      "package.json": manifest,
      "yarn.lock": '# yarn lockfile v1\n\n\na@1.0.0:\n  version "1.0.0"\n',
    });
    const snapshot = await readPackage(root, packageTarget("app"));
    expect(await textOf(snapshot, "package.json")).toBe(manifest);
    expect(await textOf(snapshot, "yarn.lock")).toContain("a@1.0.0:");
  });

  test("come without the packages in their folders, unless these go along, too", async () => {
    const inner = { "packages/a/plugins/in": { name: "in" }, "packages/a/plugins/out": { name: "out" } };
    const tree = npm(
      { "packages/a": { name: "a", dependencies: { in: "*" } }, ...inner },
      { "packages/a/plugins/x": "" },
      ["packages/**"],
    );
    const root = await makeFolder(tree);
    expect(filesOf(await readPackage(root, packageTarget("a")))).toEqual([
      "package.json",
      "packages/a/package.json",
      "packages/a/plugins/in/package.json",
      "packages/a/plugins/x",
    ]);
  });

  test("are all of the root, but for its packages, when the root is what was asked for", async () => {
    const root = await makeFolder(
      npm({ "packages/a": { name: "a" } }, { "src/main.js": "", "packages/x": "" }),
    );
    expect(filesOf(await readPackage(root, packageTarget("root")))).toEqual([
      "package.json",
      "packages/x",
      "src/main.js",
    ]);
  });

  test("are read by the ignore rules of the root, of their own folder and of the config", async () => {
    const root = await makeFolder(
      npm(
        { "packages/a": { name: "a", dependencies: { b: "*" } }, "packages/b": { name: "b" } },
        {
          ".dockerignore": "**/*.log\npackages/b/docs\n.npmrc\n",
          ".npmrc": "",
          "packages/a/.stiignore": "docs\n!docs/kept\n",
          "packages/a/docs/kept": "",
          "packages/a/docs/x": "",
          "packages/a/x.log": "",
          "packages/a/x.tmp": "",
          "packages/a/node_modules/b/index.js": "",
          "packages/b/docs/x": "",
        },
      ),
    );
    expect(filesOf(await readPackage(root, packageTarget("a", { ignore: ["*.tmp"] })))).toEqual([
      "package.json",
      "packages/a/.stiignore",
      "packages/a/docs/kept",
      "packages/a/package.json",
      "packages/b/package.json",
    ]);
  });

  test("are read once for all apps that have them", async () => {
    const root = await makeFolder(
      npm({
        "packages/a": { name: "a", dependencies: { c: "*" } },
        "packages/b": { name: "b", dependencies: { c: "*" } },
        "packages/c": { name: "c" },
      }),
    );
    const targets = ["a", "b"].map((name) => packageTarget(name, { app: name }));
    const [a, b] = [...unwrap(await readSources(targets, { directory: root })).values()].map(({ origin }) =>
      origin.kind === "parts" ? origin.parts.find(({ to }) => to === "packages/c")?.snapshot : undefined,
    );
    expect(a).toBeDefined();
    expect(b).toBe(a);
  });
});

describe("catalogs of pnpm's settings", () => {
  const read = async (app: string, settings: string) => {
    const root = await makeFolder({
      "pnpm-workspace.yaml": `packages: [apps/*]\n${settings}`,
      "package.json": "{}",
      "apps/a/package.json": '{"name":"a","dependencies":{"once":"catalog:","ms":"catalog:old"}}',
      "apps/b/package.json": '{"name":"b","dependencies":{"left-pad":"catalog:"}}',
    });
    return (await readPackage(root, packageTarget(app))).digest;
  };
  const before =
    "catalog: { once: 1.4.0, left-pad: 1.3.0 }\ncatalogs: { old: { ms: 1.0.0 }, new: { ms: 2.0.0 } }\n";

  test.each([
    ["an entry that another package uses", before.replace("1.3.0", "1.2.0"), true],
    ["a catalog that no package uses", before.replace("2.0.0", "2.1.0"), true],
    ["an entry of its own", before.replace("1.4.0", "1.3.3"), false],
    ["an entry of its own in a named catalog", before.replace("1.0.0", "1.1.0"), false],
    ["another setting", `${before}nodeLinker: hoisted\n`, false],
  ])("%s changes an app's source or not", async (_name, after, isSame) => {
    expect((await read("a", after)) === (await read("a", before))).toBe(isSame);
  });

  test("are kept where an override uses them", async () => {
    const overridden = "overrides: { left-pad: 'catalog:' }\n";
    const [one, other] = [before, before.replace("1.3.0", "1.2.0")];
    expect(await read("a", overridden + other)).not.toBe(await read("a", overridden + one));
  });
});

test("the root's own files are settings, patches that are named, and what yarn runs", async () => {
  const root = await makeFolder({
    "pnpm-workspace.yaml": "packages: [apps/*]\npatchedDependencies:\n  left-pad: patches/left-pad.patch\n",
    "package.json": '{"pnpm":{"patchedDependencies":{"ms@2":"./fixes/ms.patch"}}}',
    "apps/a/package.json": '{"name":"a"}',
    ".npmrc": "",
    ".pnpmfile.cjs": "",
    ".yarn/releases/yarn.cjs": "",
    ".yarn/cache/x.zip": "",
    "patches/left-pad.patch": "",
    "patches/other.patch": "",
    "fixes/ms.patch": "",
    "README.md": "",
    "tsconfig.json": "",
  });
  expect(filesOf(await readPackage(root, packageTarget("a")))).toEqual([
    ".npmrc",
    ".pnpmfile.cjs",
    ".yarn/releases/yarn.cjs",
    "apps/a/package.json",
    "fixes/ms.patch",
    "package.json",
    "patches/left-pad.patch",
    "pnpm-workspace.yaml",
  ]);
});

test.each([
  ["patch-package", "patches"],
  ["husky || true; npx patch-package --patch-dir tools/fixes", "tools/fixes"],
])("patches that the root's postinstall applies come if their packages do: %s", async (command, folder) => {
  const root = await makeFolder({
    ...npm({ "packages/app": { name: "app", dependencies: { "@s/used": "1" } } }),
    "package.json": JSON.stringify({ workspaces: ["packages/*"], scripts: { postinstall: command } }),
    "package-lock.json": JSON.stringify({
      lockfileVersion: 3,
      packages: {
        "": { workspaces: ["packages/*"] },
        "node_modules/app": { resolved: "packages/app", link: true },
        "node_modules/@s/used": { version: "1.0.0" },
        "node_modules/stranger": { version: "1.0.0" },
        "packages/app": { name: "app", dependencies: { "@s/used": "1" } },
      },
    }),
    ...Object.fromEntries(
      ["@s+used+1.0.0+001+twice", "stranger+1.0.0", "stranger++@s+used+1.0.0", "@s+used++app+1.0.0"].map(
        (name) => [`${folder}/${name}.patch`, ""],
      ),
    ),
  });
  const files = filesOf(await readPackage(root, packageTarget("app")));
  expect(files.filter((path) => path.startsWith(folder))).toEqual([
    `${folder}/@s+used++app+1.0.0.patch`,
    `${folder}/@s+used+1.0.0+001+twice.patch`,
  ]);
});

describe("a package that only devDependencies lead to", () => {
  const tool = (more: object) => ({
    "packages/app": { name: "app", devDependencies: { tool: "*" } },
    "packages/tool": { name: "tool", dependencies: { lib: "*" }, ...more },
    "packages/lib": { name: "lib" },
  });
  const sources = { "packages/app/index.js": "", "packages/tool/index.js": "", "packages/lib/index.js": "" };

  test("comes with its manifest only, and so do its own dependencies", async () => {
    const root = await makeFolder(npm(tool({}), sources));
    const { digest, ...snapshot } = await readPackage(root, packageTarget("app"));
    expect(filesOf({ digest, ...snapshot })).toEqual([
      "package.json",
      "packages/app/index.js",
      "packages/app/package.json",
      "packages/lib/package.json",
      "packages/tool/package.json",
    ]);
    await fillFolder(root, { "packages/tool/index.js": "changed" });
    expect((await readPackage(root, packageTarget("app"))).digest).toBe(digest);
    await fillFolder(root, { "packages/tool/package.json": '{"name":"tool","version":"2.0.0"}' });
    expect((await readPackage(root, packageTarget("app"))).digest).not.toBe(digest);
  });

  test("comes whole if an install runs a script of it", async () => {
    const root = await makeFolder(npm(tool({ scripts: { prepare: "node index.js" } }), sources));
    const files = filesOf(await readPackage(root, packageTarget("app")));
    expect(files).toContain("packages/tool/index.js");
    expect(files).toContain("packages/lib/index.js");
  });

  test("comes whole if something needs it for production, too", async () => {
    const tree = npm(
      {
        ...tool({}),
        "packages/app": { name: "app", dependencies: { lib: "*" }, devDependencies: { tool: "*" } },
      },
      sources,
    );
    const files = filesOf(await readPackage(await makeFolder(tree), packageTarget("app")));
    expect(files).toContain("packages/lib/index.js");
    expect(files).not.toContain("packages/tool/index.js");
  });

  test("may be ignored altogether", async () => {
    const root = await makeFolder(npm(tool({}), { ...sources, ".stiignore": "packages/tool\n" }));
    expect(filesOf(await readPackage(root, packageTarget("app")))).not.toContain(
      "packages/tool/package.json",
    );
  });
});

describe("config files of packages", () => {
  const tree = npm(
    {
      "packages/app": { name: "app", dependencies: { lib: "*" }, devDependencies: { conf: "*", lint: "*" } },
      "packages/lib": { name: "lib", scripts: { build: "node ../../tools/build.js -o ../../tools" } },
      "packages/conf": { name: "conf" },
      "packages/lint": { name: "lint" },
    },
    {
      "packages/app/tsconfig.json":
        '{ "extends": ["conf/base.json", "../../tsconfig.base"], "outDir": "../../out" }',
      "packages/app/eslint.config.js": 'import lint from "lint";\n// ../../README.md\n',
      "packages/conf/base.json": '{ "extends": "../lint/tsconfig.json" }',
      "packages/conf/tsconfig.json": '{ "extends": "../lint/tsconfig.json" }',
      "packages/lint/tsconfig.json": "{}",
      "packages/lint/index.js": "",
      "tsconfig.base.json": "{}",
      "tools/build.js": "",
      "out/x.js": "",
      "README.md": "",
    },
  );

  test("bring a package that a build reads, and warn of what they name outside", async () => {
    const root = await makeFolder(tree);
    await mkdir(join(root, "deploy"));
    const snapshot = await readPackage(join(root, "deploy"), packageTarget("app"));
    const files = filesOf(snapshot);
    expect(files).toContain("packages/conf/base.json");
    expect(files).not.toContain("packages/lint/index.js");
    expect(sourceNotes(snapshot)).toEqual([
      'packages/app/tsconfig.json names tsconfig.base.json, which is not in the source; to add it, make it a part: { from: "../tsconfig.base.json" }',
      'packages/lib/package.json names tools/build.js, which is not in the source; to add it, make it a part: { from: "../tools/build.js", to: "tools" }',
      'packages/lib/package.json names tools, which is not in the source; to add it, make it a part: { from: "../tools", to: "tools" }',
      'packages/conf/tsconfig.json names packages/lint/tsconfig.json, which is not in the source; to add it, make it a part: { from: "../packages/lint/tsconfig.json", to: "packages/lint" }',
    ]);
  });

  test("warn of nothing that other parts bring; a part may bring a package that has its manifest only", async () => {
    const root = await makeFolder(tree);
    const target = packageTarget("app");
    const parts = [
      ["tools", "tools"],
      ["packages/lint", "packages/lint"],
      ["tsconfig.base.json", ""],
    ].map(([path = "", to = ""]) => ({ from: { kind: "path", path }, to, path: [] }) as const);
    const snapshot = await readPackage(root, { ...target, source: [...target.source, ...parts] });
    expect(sourceNotes(snapshot)).toEqual([]);
    expect(filesOf(snapshot)).toContain("packages/lint/index.js");
    expect(await textOf(snapshot, "packages/lint/package.json")).toBe('{"name":"lint"}');
  });

  test("are not followed out of the root, nor read through links", async () => {
    const folder = await makeFolder({ "secret.json": "{}", ...prefixed("root", tree) });
    const root = join(folder, "root");
    await rm(join(root, "tsconfig.base.json"));
    await symlink("../secret.json", join(root, "tsconfig.base.json"));
    await fillFolder(root, { "packages/lib/tsconfig.json": '{ "extends": "../../../secret.json" }' });
    await symlink("../../tools/build.js", join(root, "packages/lib/build.config.js"));
    const notes = sourceNotes(await readPackage(root, packageTarget("app"))).join("\n");
    expect(notes).not.toMatch(/secret|tsconfig\.base/);
  });

  test("are given with the reason of each package", async () => {
    const snapshot = await readPackage(await makeFolder(tree), packageTarget("app"));
    expect(snapshot.packages).toEqual([
      { path: "", name: "root", extent: "root", reason: undefined },
      { path: "packages/app", name: "app", extent: "whole", reason: undefined },
      ...(["conf", "lib", "lint"] as const).map((name) => ({
        path: `packages/${name}`,
        name,
        extent: name === "lint" ? "manifest" : "whole",
        reason: {
          field: name === "lib" ? "dependencies" : "devDependencies",
          file: "packages/app/package.json",
        },
      })),
    ]);
  });
});

test("files that settings name go along, also from packages that do not stay, but none from outside", async () => {
  const folder = await makeFolder({
    "outside/secret": "",
    "root/package.json":
      '{"workspaces":["packages/*"],"resolutions":{"z":"patch:z@npm%3A1#~/fixes/z.patch"}}',
    "root/.yarnrc.yml": "yarnPath: packages/tool/yarn.cjs\nplugins: [linked/secret, ../outside/secret]\n",
    "root/packages/app/package.json": JSON.stringify({
      name: "app",
      dependencies: { y: "patch:y@npm%3A1#../../fixes/y.patch&./own.patch" },
      devDependencies: { dev: "*" },
    }),
    "root/packages/app/own.patch": "",
    "root/packages/dev/package.json":
      '{"name":"dev","dependencies":{"x":"patch:x@npm%3A1#./x.patch","w":"file:w.tgz"}}',
    ...Object.fromEntries(["x.patch", "w.tgz", "index.js"].map((name) => [`root/packages/dev/${name}`, ""])),
    "root/packages/tool/package.json": '{"name":"tool"}',
    "root/packages/tool/yarn.cjs": "",
    "root/packages/tool/index.js": "",
    "root/fixes/y.patch": "",
    "root/fixes/z.patch": "",
    "root/fixes/other.patch": "",
  });
  const root = join(folder, "root");
  await symlink("../outside", join(root, "linked"));
  expect(filesOf(await readPackage(root, packageTarget("app")))).toEqual([
    ".yarnrc.yml",
    "fixes/y.patch",
    "fixes/z.patch",
    "package.json",
    "packages/app/own.patch",
    "packages/app/package.json",
    "packages/dev/package.json",
    "packages/dev/w.tgz",
    "packages/dev/x.patch",
    "packages/tool/yarn.cjs",
  ]);
});

test("yarn's archives go along if git has them, those of the packages that stay", async () => {
  const archives = ["ms-npm-2.1.3-81ff3cfac1-10.zip", "left-pad-npm-1.3.0-0000000000-10.zip", ".gitignore"];
  const root = await makeFolder({
    ...wholeTree("yarn4", "before"),
    ...Object.fromEntries(archives.map((name) => [`.yarn/cache/${name}`, ""])),
  });
  const cached = async () =>
    filesOf(await readPackage(root, packageTarget("@acme/api"))).filter((path) => path.startsWith(".yarn/"));
  expect(await cached()).toEqual([]);
  execFileSync("git", ["-C", root, "init", "-q"]);
  execFileSync("git", ["-C", root, "add", "-f", ".yarn"]);
  expect(await cached()).toEqual([".yarn/cache/.gitignore", `.yarn/cache/${archives[0]}`]);
});

test("a package is one of several parts, below a folder of its own", async () => {
  const root = await makeFolder(npm({ "packages/a": { name: "a" } }, { "tsconfig.json": "{}" }));
  const target = packageTarget("a");
  const parts = [
    ...target.source.map((part) => ({ ...part, to: "js" })),
    { from: { kind: "path", path: "tsconfig.json" }, to: "js", path: ["apps", "web", "source", 1] } as const,
  ];
  expect(pathsOf(await readPackage(root, { ...target, source: parts }))).toEqual([
    "js",
    "js/package.json",
    "js/packages",
    "js/packages/a",
    "js/packages/a/package.json",
    "js/tsconfig.json",
  ]);
});

test.each(MANAGERS)(
  "a lockfile of %s is reduced whatever its line ends and with a byte order mark",
  async (manager) => {
    const name = lockfileName(manager);
    const tree = wholeTree(manager, "before");
    const read = async (change: (text: string) => string) => {
      const root = await makeFolder({ ...tree, [name]: change(readLockfile(manager, "before")) });
      const text = await textOf(await readPackage(root, packageTarget("@acme/api")), name);
      return text.replaceAll("\r\n", "\n");
    };
    const plain = await read((text) => text);
    expect(plain).not.toBe(readLockfile(manager, "before"));
    expect(await read((text) => `\uFEFF${text}`)).toBe(plain);
    expect(await read((text) => text.replaceAll("\n", "\r\n"))).toBe(plain);
  },
);

test("a lockfile that cannot be understood is sent as it is", async () => {
  const root = await makeFolder(
    npm({ "packages/a": { name: "a" } }, { "yarn.lock": "# yarn lockfile v9\n" }),
  );
  const { entries } = await readPackage(root, packageTarget("a"));
  expect(entries).toContainEqual(expect.objectContaining({ path: "yarn.lock", size: 19 }));
});

test("the commit is known while what goes along is as committed, whatever else changed", async () => {
  const root = await makeFolder(npm({ "packages/a": { name: "a" }, "packages/b": { name: "b" } }));
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=T", "-c", "user.email=t@example.test", "-C", root, ...args]);
  git("init", "-q");
  git("add", "-A");
  git("commit", "-q", "-m", "one");
  const checkout = async () => {
    const snapshots = unwrap(await readSources([packageTarget("a")], { directory: root }));
    return (await addCheckouts(snapshots, { directory: root })).get("web")?.checkout;
  };
  await fillFolder(root, { "packages/b/new.js": "", "README.md": "" });
  expect(await checkout()).toMatchObject({ commit: expect.stringMatching(/^[0-9a-f]{40}/) });
  await fillFolder(root, { "packages/a/new.js": "" });
  expect(await checkout()).toBeUndefined();
});

describe("obstacles are reported:", () => {
  test("no workspace at or above the config, and none at the root that is named", async () => {
    const folder = await makeFolder({ "pnpm-workspace.yaml": "catalog: {}\n", "package.json": "{}" });
    expect(await failuresOf(folder, packageTarget("a"))).toEqual([
      { code: "workspace-missing", folder, searched: true, target: "web", path: ["apps", "web", "source"] },
    ]);
    await fillFolder(folder, npm({}));
    await mkdir(join(folder, "js"));
    expect(await failuresOf(folder, packageTarget("a", { root: "js" }))).toMatchObject([
      { code: "workspace-missing", folder: join(folder, "js"), searched: false },
    ]);
  });

  test("a package that there is not, with the one that was meant, and who asks for it", async () => {
    const folder = await makeFolder(
      npm({
        "packages/a": { name: "@acme/api", dependencies: { "@acme/sharde": "workspace:*" } },
        "packages/b": { name: "@acme/shared" },
      }),
    );
    expect(await failuresOf(folder, packageTarget("@acme/appi"))).toMatchObject([
      { code: "workspace-package-unknown", name: "@acme/appi", root: folder, suggestion: "@acme/api" },
    ]);
    for (const written of ["b", "packages/b", "./packages/b/", "shared"]) {
      expect(await failuresOf(folder, packageTarget(written))).toMatchObject([
        { suggestion: "@acme/shared" },
      ]);
    }
    expect(await failuresOf(folder, packageTarget("@acme/api"))).toMatchObject([
      {
        code: "workspace-package-unknown",
        name: "@acme/sharde",
        suggestion: "@acme/shared",
        dependent: join(folder, "packages/a/package.json"),
      },
    ]);
  });

  test("a name that two packages have, where it is needed", async () => {
    const folder = await makeFolder(
      npm({ "packages/a": { name: "a" }, "packages/b": { name: "b" }, "packages/c": { name: "b" } }),
    );
    expect(await failuresOf(folder, packageTarget("a"))).toEqual([]);
    expect(await failuresOf(folder, packageTarget("b"))).toMatchObject([
      { code: "workspace-package-twice", folders: [join(folder, "packages/b"), join(folder, "packages/c")] },
    ]);
  });

  test("manifests and settings that are not valid, with their lines", async () => {
    const folder = await makeFolder(npm({}, { "packages/a/package.json": '{\n  "name": "a",\n}' }));
    expect(await failuresOf(folder, packageTarget("a"))).toMatchObject([
      {
        code: "workspace-invalid",
        file: join(folder, "packages/a/package.json"),
        message: expect.stringContaining("line 3"),
      },
    ]);
    await fillFolder(folder, { "packages/a/package.json": '{\n "name": }' });
    expect(await failuresOf(folder, packageTarget("a"))).toMatchObject([
      { code: "workspace-invalid", message: expect.stringMatching(/^Unexpected token '}'.*"\{ "name": }"/) },
    ]);
    await fillFolder(folder, { "packages/a/package.json": '{"dependencies":{"b":1}}' });
    expect(await failuresOf(folder, packageTarget("a"))).toMatchObject([
      { code: "workspace-invalid", message: "dependencies is not a list of names with ranges" },
    ]);
    await fillFolder(folder, { "pnpm-workspace.yaml": "packages:\n  - 'a\n" });
    expect(await failuresOf(folder, packageTarget("a"))).toMatchObject([
      { code: "workspace-invalid", file: join(folder, "pnpm-workspace.yaml") },
    ]);
  });

  test("manifests and lockfiles that are no files, without waiting for them", async () => {
    for (const [name, folder] of [
      ["yarn.lock", await makeFolder(npm({ "packages/a": { name: "a" } }))],
      ["package.json", await makeFolder({})],
    ] as const) {
      execFileSync("mkfifo", [join(folder, name)]);
      expect(await failuresOf(folder, packageTarget("a"))).toMatchObject([
        { code: "source-file-refused", file: join(folder, name), problem: "is a named pipe" },
      ]);
    }
  });

  test("folders that a link leads round in are gone through once", async () => {
    const folder = await makeFolder(npm({ "packages/a": { name: "a" } }, {}, ["packages/**"]));
    await symlink("..", join(folder, "packages/a/loop"));
    expect(pathsOf(await readPackage(folder, packageTarget("a")))).toContain("packages/a/loop");
  });

  test("a package outside of the root, by its pattern or by a link", async () => {
    const folder = await makeFolder({
      ...Object.fromEntries(
        Object.entries(
          npm({ "packages/a": { name: "a", dependencies: { out: "*" } } }, {}, ["packages/*", "../out"]),
        ).map(([path, node]) => [`root/${path}`, node]),
      ),
      "out/package.json": '{"name":"out"}',
      "far/package.json": '{"name":"far"}',
    });
    const root = join(folder, "root");
    await symlink("../../far", join(root, "packages/far"));
    expect(await failuresOf(root, packageTarget("a"))).toMatchObject([
      { code: "workspace-package-outside", name: "out", folder: join(folder, "out"), root },
    ]);
    expect(await failuresOf(root, packageTarget("far"))).toMatchObject([
      { code: "workspace-package-outside", name: "far", folder: join(root, "packages/far"), root },
    ]);
  });
});

function prefixed(folder: string, tree: Tree): Tree {
  return Object.fromEntries(Object.entries(tree).map(([path, node]) => [`${folder}/${path}`, node]));
}

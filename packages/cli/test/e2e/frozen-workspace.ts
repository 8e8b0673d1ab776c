// One workspace as each package manager wants it, and the commands that lock it and install it frozen.
import type { PackageManager } from "@sti/testing/package-managers";

export interface Manager extends PackageManager {
  readonly lock: readonly string[];
  readonly frozen: readonly string[];
  /** Range for a package of the workspace. */
  readonly local: string;
  readonly settings?: Readonly<Record<string, string>>;
  /** Fields of the root's manifest. */
  readonly root?: object;
  /** Whether once and left-pad, which the app does not need, are patched by `patches/once.patch` and so on. */
  readonly patches?: boolean;
}

const CATALOG = "catalog:\n  once: 1.4.0\n  left-pad: 1.3.0\n";
const PATCHED = { "once@1.4.0": "patches/once.patch", "left-pad@1.3.0": "patches/left-pad.patch" };
const yarnPatch = (name: string, version: string) => `patch:${name}@npm%3A${version}#~/patches/${name}.patch`;
/** Adds a line on top of a file. */
const patch = (file: string, first: string) =>
  `diff --git a/${file} b/${file}\n--- a/${file}\n+++ b/${file}\n@@ -1,1 +1,2 @@\n+// patched\n ${first}\n`;
export const MANAGERS: readonly Manager[] = [
  {
    name: "npm",
    from: undefined,
    program: "npm",
    lock: ["install", "--package-lock-only", "--no-audit", "--no-fund", "--ignore-scripts"],
    frozen: ["ci", "--no-audit", "--no-fund"],
    local: "1.0.0",
  },
  ...["8.15.9", "10.34.8"].map((version) => ({
    name: `pnpm ${version}`,
    from: `pnpm@${version}`,
    program: "bin/pnpm.cjs",
    lock: ["install", "--lockfile-only"],
    frozen: ["install", "--frozen-lockfile"],
    local: "workspace:*",
    patches: true,
    ...(version.startsWith("8") ? { root: { pnpm: { patchedDependencies: PATCHED } } } : {}),
    settings: {
      "pnpm-workspace.yaml": `packages: [packages/*]\n${version.startsWith("8") ? "" : `${CATALOG}patchedDependencies: ${JSON.stringify(PATCHED)}\n`}`,
      ".npmrc": "pnpmfile=tools/pnpmfile.cjs\n",
      "tools/pnpmfile.cjs": "module.exports = { hooks: { readPackage: (manifest) => manifest } };\n",
    },
  })),
  {
    name: "yarn 1",
    from: "yarn@1.22.22",
    program: "bin/yarn.js",
    lock: ["install", "--ignore-scripts"],
    frozen: ["install", "--frozen-lockfile", "--offline"],
    local: "1.0.0",
    settings: { ".yarnrc": 'yarn-offline-mirror "./mirror"\n' },
  },
  {
    name: "yarn 4",
    from: "@yarnpkg/cli-dist@4.18.1",
    program: "bin/yarn.js",
    lock: ["install", "--mode=update-lockfile", "--no-immutable"],
    frozen: ["install", "--immutable"],
    local: "workspace:^",
    settings: { "yarn.lock": "", ".yarnrc.yml": `nodeLinker: node-modules\n${CATALOG}` },
    patches: true,
    root: { resolutions: { once: yarnPatch("once", "1.4.0"), "left-pad": yarnPatch("left-pad", "1.3.0") } },
  },
  {
    name: "bun",
    from: `@oven/bun-linux-${process.arch === "arm64" ? "aarch64" : process.arch}@1.4.5`,
    program: "bin/bun",
    isScript: false,
    lock: ["install", "--lockfile-only"],
    frozen: ["install", "--frozen-lockfile", "--linker=hoisted"],
    local: "workspace:*",
    settings: { "bunfig.toml": 'preload = ["./tools/preload.cjs"]\n', "tools/preload.cjs": "" },
    patches: true,
    root: { patchedDependencies: PATCHED },
  },
];

/** Nine packages: app needs lib, and conf for development; the root links to some that it does not need. */
export function filesOf({ local, name, patches, root, settings = {} }: Manager): Record<string, string> {
  const isPnpm = name.startsWith("pnpm");
  const catalog = (range: string) =>
    (settings[".yarnrc.yml"] ?? settings["pnpm-workspace.yaml"])?.includes("catalog") ? "catalog:" : range;
  const manifest = (folder: string, fields: object) =>
    JSON.stringify({ name: `@acme/${folder}`, version: "1.0.0", private: true, ...fields }, undefined, 2);
  const others = ["one", "two", "three", "four"];
  const packages: Record<string, object> = {
    app: {
      dependencies: { "@acme/lib": local, once: catalog("1.4.0"), vendored: "file:../../vendor/vendored" },
      devDependencies: { "@acme/conf": local, isarray: "2.0.5" },
    },
    lib: { main: "index.js", dependencies: { ms: "2.1.3" }, optionalDependencies: { "is-number": "7.0.0" } },
    conf: { bin: { conf: "./bin.js" }, dependencies: { inherits: "2.0.4" } },
    tool: { dependencies: { "@acme/stranger": local }, bin: { tool: "./bin.js" } },
    stranger: { dependencies: { "left-pad": catalog("1.3.0"), "@acme/conf": local, ms: "2.0.0" } },
    ...Object.fromEntries(others.map((one) => [one, { devDependencies: { "@acme/tool": local } }])),
  };
  return {
    ...settings,
    ...(patches === true
      ? {
          "patches/once.patch": patch("once.js", "var wrappy = require('wrappy')"),
          "patches/left-pad.patch": patch(
            "index.js",
            "/* This program is free software. It comes without any warranty, to",
          ),
        }
      : {}),
    "vendor/vendored/package.json": '{ "name": "vendored", "version": "1.0.0", "main": "index.js" }',
    "vendor/vendored/index.js": 'module.exports = "vendored";\n',
    "package.json": JSON.stringify(
      {
        name: "acme",
        version: "1.0.0",
        private: true,
        ...(isPnpm ? {} : { workspaces: ["packages/*"] }),
        dependencies: { "@acme/stranger": local, ms: "2.1.3" },
        devDependencies: { "@acme/tool": local, "@acme/lib": local, "@acme/one": local, wrappy: "1.0.2" },
        ...root,
      },
      undefined,
      2,
    ),
    ...Object.fromEntries(
      Object.entries(packages).flatMap(([folder, fields]) => [
        [`packages/${folder}/package.json`, manifest(folder, fields)],
        [`packages/${folder}/index.js`, `module.exports = "${folder}";\n`],
        [`packages/${folder}/bin.js`, "#!/usr/bin/env node\n"],
      ]),
    ),
    "sti.config.json": JSON.stringify({
      apps: { app: { source: { workspace: "@acme/app" }, buildImage: "debian", tag: "sti-e2e-frozen" } },
    }),
  };
}

// One workspace as each package manager wants it, and the commands that lock it and install it frozen.
import type { PackageManager } from "@sti/testing/package-managers";

export interface Manager extends PackageManager {
  readonly lock: readonly string[];
  readonly frozen: readonly string[];
  /** Range for a package of the workspace. */
  readonly local: string;
  readonly settings?: Readonly<Record<string, string>>;
}

const CATALOG = "catalog:\n  once: 1.4.0\n  left-pad: 1.3.0\n";
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
    settings: {
      "pnpm-workspace.yaml": `packages: [packages/*]\n${version.startsWith("8") ? "" : CATALOG}`,
      ".npmrc": "pnpmfile=tools/pnpmfile.cjs\n",
      "tools/pnpmfile.cjs": "module.exports = { hooks: { readPackage: (manifest) => manifest } };\n",
    },
  })),
  {
    name: "yarn 1",
    from: "yarn@1.22.22",
    program: "bin/yarn.js",
    lock: ["install", "--ignore-scripts"],
    frozen: ["install", "--frozen-lockfile"],
    local: "1.0.0",
  },
  {
    name: "yarn 4",
    from: "@yarnpkg/cli-dist@4.18.1",
    program: "bin/yarn.js",
    lock: ["install", "--mode=update-lockfile", "--no-immutable"],
    frozen: ["install", "--immutable"],
    local: "workspace:^",
    settings: { "yarn.lock": "", ".yarnrc.yml": `nodeLinker: node-modules\n${CATALOG}` },
  },
];

/** Nine packages: app needs lib, and conf for development; the root links to some that it does not need. */
export function filesOf({ local, name, settings = {} }: Manager): Record<string, string> {
  const isPnpm = name.startsWith("pnpm");
  const catalog = (range: string) =>
    (settings[".yarnrc.yml"] ?? settings["pnpm-workspace.yaml"])?.includes("catalog") ? "catalog:" : range;
  const manifest = (folder: string, fields: object) =>
    JSON.stringify({ name: `@acme/${folder}`, version: "1.0.0", private: true, ...fields }, undefined, 2);
  const others = ["one", "two", "three", "four"];
  const packages: Record<string, object> = {
    app: {
      dependencies: { "@acme/lib": local, once: catalog("1.4.0") },
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
    "package.json": JSON.stringify(
      {
        name: "acme",
        version: "1.0.0",
        private: true,
        ...(isPnpm ? {} : { workspaces: ["packages/*"] }),
        dependencies: { "@acme/stranger": local, ms: "2.1.3" },
        devDependencies: { "@acme/tool": local, "@acme/lib": local, "@acme/one": local, wrappy: "1.0.2" },
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

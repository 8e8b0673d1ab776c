// The exported source of a workspace package is installed by each package manager with its lockfile frozen. Needs the
// npm registry.
import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { runSti } from "@sti/testing/run-cli";
import { createWorkspace, makeWorkspace, type Workspace } from "@sti/testing/workspace";
import { beforeAll, describe, expect, test } from "vitest";

const run = promisify(execFile);

interface Manager {
  readonly name: string;
  /** The npm package, undefined for the npm that is there. */
  readonly from: string | undefined;
  readonly program: string;
  readonly lock: readonly string[];
  readonly frozen: readonly string[];
  /** Range for a package of the workspace. */
  readonly local: string;
  readonly settings?: Readonly<Record<string, string>>;
}

const CATALOG = "catalog:\n  once: 1.4.0\n  left-pad: 1.3.0\n";
const MANAGERS: readonly Manager[] = [
  {
    name: "npm",
    from: undefined,
    program: "npm",
    lock: ["install", "--package-lock-only", "--no-audit", "--no-fund"],
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
function filesOf({ local, name, settings = {} }: Manager): Record<string, string> {
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

let managers: Workspace;

beforeAll(async () => {
  managers = await makeWorkspace({ "package.json": '{ "private": true }' });
  const specs = MANAGERS.flatMap(({ from, name }) =>
    from === undefined ? [] : [`${idOf(name)}@npm:${from}`],
  );
  await run("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", ...specs], {
    cwd: managers.folder,
  });
  return async () => await managers.remove("");
});

const idOf = (name: string) => name.replaceAll(/[ .]/g, "-");

async function manage({ from, name, program }: Manager, args: readonly string[], cwd: string) {
  const file = from === undefined ? program : process.execPath;
  const script = from === undefined ? [] : [join(managers.folder, "node_modules", idOf(name), program)];
  const env = { ...process.env, CI: "1", YARN_ENABLE_TELEMETRY: "0" };
  return await run(file, [...script, ...args], { cwd, env });
}

describe.each(MANAGERS)("$name", (manager) => {
  test("installs the exported source of an app with its lockfile frozen", async () => {
    const { folder } = await createWorkspace(filesOf(manager));
    await manage(manager, manager.lock, folder);
    const out = join(folder, "out");
    const planned = await runSti(["plan", "app", "--offline", "--export", "out"], { cwd: folder });
    expect(planned).toMatchObject({ exitCode: 0, stderr: "" });
    expect((await readdir(join(out, "packages"))).sort()).toEqual(["app", "conf", "lib"]);
    expect(await readdir(join(out, "packages/conf"))).toEqual(["package.json"]);
    await manage(manager, manager.frozen, out);
    const script = 'console.log(require("@acme/lib"), typeof require("once"), typeof require("isarray"))';
    const used = await run(process.execPath, ["-e", script], { cwd: join(out, "packages/app") });
    expect(used.stdout).toBe("lib function function\n");
    await expect(readdir(join(out, "node_modules/left-pad"))).rejects.toThrow("ENOENT");
  });
});

test("a folder that is not empty is refused", async () => {
  const [manager] = MANAGERS;
  const { folder } = await createWorkspace(manager === undefined ? {} : filesOf(manager));
  const { exitCode, stderr } = await runSti(["plan", "--offline", "--export", "packages"], { cwd: folder });
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: "sti: packages is not empty; name a new or an empty folder\n",
  });
});

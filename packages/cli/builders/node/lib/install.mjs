// prepare-dependencies: installs Node.js in /srv/node, the package manager in /srv/tools, production dependencies in
// /srv/app and, if there is something to build, all dependencies in /srv/build.
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BOOTSTRAP, environment, programOf, queryRegistry, run } from "./commands.mjs";
import {
  appFolder,
  buildOrder,
  chooseVersion,
  findManager,
  findPackages,
  main,
  readManifest,
  SourceProblem,
  wantedNode,
} from "./source.mjs";

const SOURCE = "/tmp/src";
/** Scripts of the source's own packages that an install would run: their files are not here yet. */
const LIFECYCLE = [
  "preinstall",
  "install",
  "postinstall",
  "prepublish",
  "preprepare",
  "prepare",
  "postprepare",
];

await main("prepare-dependencies", async () => {
  for (const name of ["app", "build", "node", "tools"])
    rmSync(`/srv/${name}`, { recursive: true, force: true });
  const manifest = readManifest(SOURCE);
  const packages = findPackages(SOURCE);
  const app = packages.get(appFolder(packages, process.env.STI_WORKSPACE));
  const env = environment(SOURCE);
  const wanted = wantedNode(SOURCE, [app, manifest], process.env);
  const version = resolveNode(wanted, env);
  const manager = findManager(SOURCE, manifest, packages, version);
  installTools(version, manager, env);
  if (buildOrder(packages, process.env.STI_WORKSPACE).length > 0)
    install("/srv/build", manager, packages, { env, production: false });
  install("/srv/app", manager, packages, { env, production: true });
  writeFileSync("/srv/tools/installed.json", JSON.stringify({ version, manager }));
  rmSync(env.HOME, { recursive: true, force: true });
});

/** The exact version; the registry decides which versions match. */
function resolveNode({ range, place }, env) {
  const version = chooseVersion(queryRegistry(`${nodePackage()}@${range}`, env));
  if (version === undefined) {
    throw new SourceProblem(
      `no Node.js matches ${range} (${place}) in the package ${nodePackage()} of the npm registry`,
    );
  }
  process.stdout.write(`Node.js ${version}: ${range} by ${place}\n`);
  return version;
}

function nodePackage() {
  return `node-linux-${process.arch}`;
}

function installTools(version, manager, env) {
  const tools = "/srv/tools";
  mkdirSync(tools);
  installNode(version, tools, env);
  const yarn = manager.berry ? "@yarnpkg/cli-dist" : "yarn";
  const named = `${manager.name === "yarn" ? yarn : manager.name}@${manager.version}`;
  // npm brings node-gyp, which compiles native add-ons for every package manager.
  const npm = `npm@${Number.parseInt(version, 10) >= 24 ? "11" : "10"}`;
  const wanted = manager.path !== undefined ? [npm] : manager.name === "npm" ? [named] : [named, npm];
  writeFileSync(join(tools, "package.json"), "{}");
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"];
  run([...BOOTSTRAP, "install", ...options, ...wanted], { cwd: tools, env });
}

/** The program, and the headers for native add-ons: the rest of the package is documentation. */
function installNode(version, tools, env) {
  const name = nodePackage();
  run([...BOOTSTRAP, "pack", "--silent", `${name}@${version}`], { cwd: env.HOME, env });
  const archive = join(env.HOME, `${name}-${version}.tgz`);
  mkdirSync("/srv/node");
  run(["tar", "-xzf", archive, "-C", "/srv/node", "--strip-components=1", "package/bin/node"], {
    cwd: tools,
    env,
  });
  run(["tar", "-xzf", archive, "-C", tools, "--strip-components=1", "package/include"], { cwd: tools, env });
}

/** Installs what the lock file says into `folder`, which gets only files that package managers read. */
function install(folder, manager, packages, { env, production }) {
  cpSync(SOURCE, folder, {
    recursive: true,
    filter: (path) => path !== env.HOME && !path.includes("/node_modules/"),
  });
  for (const [name, manifest] of packages) {
    const scripts = { ...manifest.scripts };
    for (const script of LIFECYCLE) delete scripts[script];
    writeFileSync(join(folder, name, "package.json"), JSON.stringify({ ...manifest, scripts }, null, 2));
  }
  if (manager.lock === undefined) return;
  const own = { ...env, NODE_ENV: production ? "production" : "development" };
  for (const command of installCommands(manager, production)) run(command, { cwd: folder, env: own });
  removeTimes(folder, packages);
}

function installCommands(manager, production) {
  const program = programOf(manager);
  if (manager.name === "npm") {
    return [
      [
        ...program,
        "ci",
        ...(production ? ["--omit=dev"] : ["--include=dev"]),
        "--no-audit",
        "--no-fund",
        "--no-progress",
      ],
    ];
  }
  if (manager.name === "pnpm") {
    const only = production ? ["--prod"] : [];
    return [
      [
        ...program,
        "install",
        "--frozen-lockfile",
        ...only,
        "--package-import-method=copy",
        "--reporter=append-only",
      ],
    ];
  }
  if (!manager.berry) {
    return [
      [
        ...program,
        "install",
        "--frozen-lockfile",
        "--non-interactive",
        "--no-progress",
        `--production=${production}`,
      ],
    ];
  }
  const all = [...program, "install", "--immutable"];
  return production ? [all, [...program, "workspaces", "focus", "--all", "--production"]] : [all];
}

/** Files with the time of the installation would make each result another one. */
function removeTimes(folder, packages) {
  for (const name of packages.keys()) {
    const modules = join(folder, name, "node_modules");
    for (const file of [
      ".modules.yaml",
      ".yarn-integrity",
      ".yarn-state.yml",
      ".pnpm-workspace-state.json",
      ".pnpm-workspace-state-v1.json",
    ]) {
      rmSync(join(modules, file), { force: true });
    }
  }
}

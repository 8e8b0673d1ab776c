// prepare: builds in /srv/build, deploys to /srv/app, and leaves nothing of the build in the result.
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { environment, programOf, run } from "./commands.mjs";
import { appFolder, buildOrder, findPackages, main, SourceProblem } from "./source.mjs";
import { findSite, findStart } from "./start.mjs";

const SOURCE = "/tmp/src";
const OUTPUT = "/tmp/build";
/** Caches of frameworks and their tools, relative to a package: restored by the next build. */
const CACHES = [
  ".next/cache",
  "node_modules/.cache",
  ".angular/cache",
  ".parcel-cache",
  "node_modules/.astro",
  "node_modules/.vite",
];

await main("prepare", async () => {
  const { manager } = JSON.parse(readFileSync("/srv/tools/installed.json", "utf8"));
  const packages = findPackages(SOURCE);
  const workspace = process.env.STI_WORKSPACE;
  const folder = appFolder(packages, workspace);
  const order = buildOrder(packages, workspace);
  const env = { ...environment(SOURCE), NODE_ENV: "production" };
  for (const name of ["artifacts", "command", "start"])
    rmSync(`/srv/${name}`, { recursive: true, force: true });

  const work = order.length > 0 ? "/srv/build" : "/srv/app";
  copyFiles(SOURCE, work);
  if (order.length > 0) {
    runPostinstall(work, packages, manager, { ...env, NODE_ENV: "development" });
    build(work, order, manager, env);
    copyFiles(work, "/srv/app");
  }
  runPostinstall("/srv/app", packages, manager, env);
  removeSettings("/srv/app", packages);

  const site = existsSync(OUTPUT) ? findSite(join(work, folder), process.env.OUTPUT_DIR) : undefined;
  const start = findStart("/srv/app", folder);
  if (site === undefined && start === undefined) {
    throw new SourceProblem(
      'cannot tell how the app starts: add a Procfile with "web: COMMAND", a script "start" or "main" to package.json' +
        (existsSync(OUTPUT) ? ", or name the folder of a site in OUTPUT_DIR" : ""),
    );
  }
  symlinkSync(join("/srv/app", folder), "/srv/start");
  writeFileSync("/srv/command", `${start ?? "exec false"}\n`);
  if (site !== undefined && (start === undefined || process.env.OUTPUT_DIR)) copyFiles(site, OUTPUT);
  else if (existsSync(OUTPUT)) {
    for (const name of ["app", "node", "start", "command"]) copyWhole(join("/srv", name), join(OUTPUT, name));
  }
  for (const name of ["build", "tools"]) rmSync(`/srv/${name}`, { recursive: true, force: true });
});

function build(work, order, manager, env) {
  for (const name of order) restoreCaches(join(work, name), join("/tmp/artifacts", name));
  for (const name of order) {
    const path = [join(work, name, "node_modules/.bin"), join(work, "node_modules/.bin"), env.PATH].join(":");
    run([...programOf(manager), "run", "build"], { cwd: join(work, name), env: { ...env, PATH: path } });
  }
  for (const name of order) saveCaches(join(work, name), join("/srv/artifacts", name));
}

/** Those of the source's own packages, which an install would run, now that all files are here. */
function runPostinstall(root, packages, manager, env) {
  for (const [folder, { scripts }] of packages) {
    if (scripts?.postinstall === undefined) continue;
    run([...programOf(manager), "run", "postinstall"], { cwd: join(root, folder), env });
  }
}

function restoreCaches(folder, artifacts) {
  for (const cache of CACHES) {
    if (existsSync(join(artifacts, cache))) copyWhole(join(artifacts, cache), join(folder, cache));
  }
}

/** They stay in the build image of an extended build, and are in no result. */
function saveCaches(folder, artifacts) {
  for (const cache of CACHES) {
    if (!existsSync(join(folder, cache))) continue;
    if (existsSync(OUTPUT)) {
      mkdirSync(dirname(join(artifacts, cache)), { recursive: true });
      renameSync(join(folder, cache), join(artifacts, cache));
    } else rmSync(join(folder, cache), { recursive: true });
  }
}

/** Settings and archives of package managers: nothing that an app needs, and tokens may be in them. */
function removeSettings(root, packages) {
  for (const folder of packages.keys()) {
    for (const name of [".npmrc", ".yarnrc", ".yarnrc.yml", ".yarn"]) {
      rmSync(join(root, folder, name), { recursive: true, force: true });
    }
  }
}

/** Without installed packages: those of the source are of another machine. */
function copyFiles(from, to) {
  const isOwn = (path) => !/\/(?:node_modules|\.sti-home)(?:\/|$)/.test(path.slice(from.length));
  cpSync(from, to, { recursive: true, verbatimSymlinks: true, filter: isOwn });
}

function copyWhole(from, to) {
  cpSync(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
}

#!/usr/bin/env node
// CommonJS, for Node then loads nothing of what it has for ES modules.
// Checks the Node.js version in syntax that every version understands, prints the own one without loading anything,
// else turns the compile cache on and loads the program.
const [major, minor] = process.versions.node.split(".").map(Number);
const isSupported = major >= 26 || (major === 24 && minor >= 11) || (major === 22 && minor >= 22);
const asksForVersion = /^(?:-V|--version)$/.test(process.argv.slice(2).join(" "));
if (isSupported && asksForVersion) {
  const manifest = require("node:fs").readFileSync(`${__dirname}/../package.json`, "utf8");
  // To a reader that is gone there is nothing to say.
  process.stdout.on("error", () => {}).write(`${JSON.parse(manifest).version}\n`);
} else if (isSupported) {
  const cache = enableCompileCache();
  const dist = require("node:path").join(__dirname, "../dist/");
  const { loadProgram } = require("../dist/start.cjs");
  void loadProgram("main.cjs", { dist, cache, command: process.argv[2] || "" }).main(process.argv);
} else {
  process.stderr.write(
    `sti needs Node.js 22.22, 24.11 or 26 and newer; this is ${process.versions.node}. Install a newer one and try again.\n`,
  );
  process.exitCode = 69;
}

/**
 * The folder of the cache. What is in it is run, so nobody else may be able to write to it: as for all that sti reads back, which
 * private-folder.ts of @sti/source sees to. Where that is not so, or it is switched off (NODE_DISABLE_COMPILE_CACHE),
 * everything is compiled each time.
 */
function enableCompileCache() {
  const { env } = process;
  const { isAbsolute, join } = require("node:path");
  const named = [env.XDG_CACHE_HOME, env.HOME].map((path) => (path && isAbsolute(path) ? path : undefined));
  try {
    const caches = named[0] || join(named[1] || require("node:os").homedir(), ".cache");
    const folder = join(caches, "sti");
    const compiled = join(folder, "compiled");
    if (env.NODE_DISABLE_COMPILE_CACHE || ![folder, compiled].every(isPrivate)) return undefined;
    require("node:module").enableCompileCache(compiled);
    return compiled;
  } catch {
    // A user without a home, or one that cannot be written to.
    return undefined;
  }
}

function isPrivate(path) {
  const { lstatSync, mkdirSync } = require("node:fs");
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const state = lstatSync(path);
  const user = process.geteuid === undefined ? undefined : process.geteuid();
  return state.isDirectory() && (user === undefined || (state.uid === user && (state.mode & 0o022) === 0));
}

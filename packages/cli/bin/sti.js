#!/usr/bin/env node
// Checks the Node.js version in syntax that every version understands, prints the own one without loading anything,
// else turns the compile cache on and hands over.
const [major, minor] = process.versions.node.split(".").map(Number);
const isSupported = major >= 26 || (major === 24 && minor >= 11) || (major === 22 && minor >= 22);
const asksForVersion = /^(?:-V|--version)$/.test(process.argv.slice(2).join(" "));
if (isSupported && asksForVersion) {
  const manifest = process
    .getBuiltinModule("node:fs")
    .readFileSync(new URL("../package.json", import.meta.url), "utf8");
  // To a reader that is gone there is nothing to say.
  process.stdout.on("error", () => {}).write(`${JSON.parse(manifest).version}\n`);
} else if (isSupported) {
  enableCompileCache();
  void import("../dist/main.js").then(({ main }) => main(process.argv));
} else {
  process.stderr.write(
    `sti needs Node.js 22.22, 24.11 or 26 and newer; this is ${process.versions.node}. Install a newer one and try again.\n`,
  );
  process.exitCode = 69;
}

/**
 * What is in the cache is run, so nobody else may be able to write to it: as for all that sti reads back, which
 * private-folder.ts of @sti/source sees to. Where that is not so, or it is switched off (NODE_DISABLE_COMPILE_CACHE),
 * everything is compiled each time.
 */
function enableCompileCache() {
  const { env, getBuiltinModule } = process;
  const { isAbsolute, join } = getBuiltinModule("node:path");
  const named = [env.XDG_CACHE_HOME, env.HOME].map((path) => (path && isAbsolute(path) ? path : undefined));
  try {
    const caches = named[0] || join(named[1] || getBuiltinModule("node:os").homedir(), ".cache");
    const folder = join(caches, "sti");
    const compiled = join(folder, "compiled");
    if ([folder, compiled].every(isPrivate)) getBuiltinModule("node:module").enableCompileCache(compiled);
  } catch {
    // A user without a home, or one that cannot be written to.
  }
}

function isPrivate(path) {
  const { lstatSync, mkdirSync } = process.getBuiltinModule("node:fs");
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const state = lstatSync(path);
  const user = process.geteuid === undefined ? undefined : process.geteuid();
  return state.isDirectory() && (user === undefined || (state.uid === user && (state.mode & 0o022) === 0));
}

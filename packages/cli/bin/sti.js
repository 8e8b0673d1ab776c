#!/usr/bin/env node
// Checks the Node.js version in syntax that every version understands, turns the compile cache on, hands over.
const [major, minor] = process.versions.node.split(".").map(Number);
const isSupported = major >= 26 || (major === 24 && minor >= 11) || (major === 22 && minor >= 22);
if (isSupported) {
  enableCompileCache();
  void import("../dist/main.js").then(({ main }) => main(process.argv));
} else {
  process.stderr.write(
    `sti needs Node.js 22.22, 24.11 or 26 and newer; this is ${process.versions.node}. Install a newer one and try again.\n`,
  );
  process.exitCode = 69;
}

/** Where it cannot be written, or is switched off (NODE_DISABLE_COMPILE_CACHE), everything is compiled each time. */
function enableCompileCache() {
  const { env, getBuiltinModule } = process;
  try {
    const caches = env.XDG_CACHE_HOME || `${env.HOME || getBuiltinModule("node:os").homedir()}/.cache`;
    getBuiltinModule("node:module").enableCompileCache(`${caches}/sti/compiled`);
  } catch {
    // A user without a home.
  }
}

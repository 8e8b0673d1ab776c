// Runs programs with the environment of a build: own home, the app's Node.js first in PATH.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";

/** The npm that installs the app's Node.js and npm. */
export const BOOTSTRAP = ["/usr/bin/nodejs", "/usr/bin/npm"];

/** Everything that tools keep goes below the source, which is no part of the image. `folder`: of the source. */
export function environment(folder) {
  const home = join(folder, ".sti-home");
  mkdirSync(home, { recursive: true });
  const secret = "/run/secrets/npmrc";
  const settings = existsSync(secret) ? { npm_config_userconfig: secret } : ownSettings(folder);
  return {
    ...process.env,
    HOME: home,
    TMPDIR: home,
    COREPACK_ENABLE_STRICT: "0",
    COREPACK_ENABLE_AUTO_PIN: "0",
    npm_config_cache: join(home, "npm"),
    npm_config_store_dir: join(home, "pnpm"),
    npm_config_logs_max: "0",
    npm_config_update_notifier: "false",
    npm_config_manage_package_manager_versions: "false",
    npm_config_nodedir: "/srv/tools",
    YARN_CACHE_FOLDER: join(home, "yarn"),
    YARN_ENABLE_GLOBAL_CACHE: "true",
    YARN_GLOBAL_FOLDER: join(home, "yarn-global"),
    YARN_NODE_LINKER: "node-modules",
    YARN_ENABLE_TELEMETRY: "0",
    YARN_IGNORE_PATH: "1",
    ...settings,
    ...own(["npm_config_cache", "npm_config_store_dir", "YARN_CACHE_FOLDER"]),
  };
}

/** A registry in the source's .npmrc counts for Node.js and the package manager, too. */
function ownSettings(folder) {
  const file = join(folder, ".npmrc");
  return existsSync(file) ? { npm_config_userconfig: file } : {};
}

function own(names) {
  return Object.fromEntries(
    names.filter((name) => process.env[name]).map((name) => [name, process.env[name]]),
  );
}

/** Rejects with the command if it fails; its output is the build's. */
export function run(command, { cwd, env }) {
  const [program, ...args] = command;
  const { error, signal, status } = spawnSync(program, args, {
    cwd,
    env,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status === 0) return;
  const words = [program, ...args].map((word) => word.replace(/^.*\/(?=[^/]+$)/, "")).join(" ");
  throw Object.assign(
    new Error(
      `\`${words}\` ${error ? `cannot be started: ${error.message}` : `ended with ${signal ?? status}`}`,
    ),
    {
      isCommand: true,
    },
  );
}

export function programOf({ berry, name, path }) {
  const modules = "/srv/tools/node_modules";
  if (path !== undefined) return ["node", path];
  if (name === "npm") return ["node", `${modules}/npm/bin/npm-cli.js`];
  if (name === "pnpm") return ["node", `${modules}/pnpm/bin/pnpm.cjs`];
  return ["node", `${modules}/${berry ? "@yarnpkg/cli-dist" : "yarn"}/bin/yarn.js`];
}

/** Versions of a package that match, by the bootstrapping npm. */
export function queryRegistry(spec, env) {
  const [program, ...args] = [...BOOTSTRAP, "view", spec, "version", "--json"];
  const { error, status, stderr, stdout } = spawnSync(program, args, { env, encoding: "utf8" });
  if (status === 0) return stdout.trim() === "" ? [] : [JSON.parse(stdout)].flat();
  if (stdout?.includes('"E404"')) return [];
  throw Object.assign(
    new Error(`\`npm view ${spec}\` failed: ${error?.message ?? `${stderr}${stdout}`.trim()}`),
    {
      isCommand: true,
    },
  );
}

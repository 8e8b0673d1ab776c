// The same apps as packages of a Node.js workspace, for the task runners that sti is measured beside.
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { generateWorkspace } from "./generate-workspace.ts";

/** Reads the sources and writes one file: as little as a build can do. */
const BUILD = "mkdir -p dist && cat *.txt lib/*.txt > dist/all";

/** Start of a task runner in the workspace. */
export interface Runner {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface NodeWorkspace {
  readonly turbo: Runner;
  readonly wireit: Runner;
}

/** `folder` gets it; made when it is missing. */
export function generateNodeWorkspace(shape: { folder: string; apps: number }): NodeWorkspace {
  const { apps, folder } = shape;
  generateWorkspace(shape);
  const names = Array.from({ length: apps }, (_, index) => `app-${index}`);
  const write = (path: string, value: object | string) => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof value === "string" ? value : `${JSON.stringify(value, null, 2)}\n`);
  };
  for (const name of names) {
    const wireit = { all: { command: BUILD, files: ["*.txt", "lib/*.txt"], output: ["dist/**"] } };
    write(`apps/${name}/package.json`, {
      name,
      version: "1.0.0",
      scripts: { build: BUILD, all: "wireit" },
      wireit,
    });
  }
  write("package.json", {
    name: "bench",
    private: true,
    packageManager: "npm@11.0.0",
    workspaces: ["apps/*"],
    scripts: { all: "wireit" },
    wireit: { all: { dependencies: names.map((name) => `./apps/${name}:all`) } },
  });
  write("turbo.json", { tasks: { build: { inputs: ["*.txt", "lib/*.txt"], outputs: ["dist/**"] } } });
  write("package-lock.json", { name: "bench", lockfileVersion: 3, packages: {} });
  write(".gitignore", "dist/\n.turbo/\n.wireit/\nnode_modules/\nbin/\n");
  // turbo starts each script through the package manager. When all is up to date it starts none; filling its cache
  // is quicker with this one.
  write("bin/npm", `#!/bin/sh\n${BUILD}\n`);
  chmodSync(join(folder, "bin/npm"), 0o755);
  const path = `${join(folder, "bin")}:${process.env.PATH}`;
  return {
    turbo: {
      command: [findTurbo(), "run", "build", "--no-update-notifier"],
      env: { PATH: path, TURBO_TELEMETRY_DISABLED: "1" },
    },
    wireit: {
      command: [process.execPath, require.resolve("wireit/bin/wireit.js")],
      // Variables that npm sets for the scripts that it starts.
      env: {
        npm_lifecycle_event: "all",
        npm_package_json: join(folder, "package.json"),
        npm_config_user_agent: `npm/11.0.0 node/v${process.versions.node}`,
      },
    },
  };
}

const require = createRequire(import.meta.url);

/** The program itself: its JavaScript front only finds and starts it. */
function findTurbo(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const architecture = process.arch === "x64" ? "64" : process.arch;
  const front = createRequire(require.resolve("turbo/package.json"));
  return front.resolve(`@turbo/${platform}-${architecture}/bin/turbo`);
}

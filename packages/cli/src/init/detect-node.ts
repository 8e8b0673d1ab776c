// Detects apps of Node.js and static sites by package.json. Pure.
import { posix } from "node:path";
import type { Candidate, FolderView, Missing } from "./inspection.ts";
import { type JsonObject, listOf, objectOf, parseObject, textOf } from "./json-values.ts";
import { readProcfile } from "./read-procfile.ts";

export type PackageManager = "npm" | "pnpm" | "yarn";

/** Lock files by precedence. */
const LOCK_FILES: readonly (readonly [file: string, manager: PackageManager])[] = [
  ["pnpm-lock.yaml", "pnpm"],
  ["yarn.lock", "yarn"],
  ["package-lock.json", "npm"],
  ["npm-shrinkwrap.json", "npm"],
];

const BUN_LOCKS = ["bun.lock", "bun.lockb"];

/** Commands that write a lock file. */
const LOCK_COMMANDS: Readonly<Record<PackageManager, string>> = {
  npm: "npm install --package-lock-only",
  pnpm: "pnpm install --lockfile-only",
  yarn: "yarn install",
};

/** Tools whose build is a folder of files for a web server. */
const SITE_TOOLS = [
  "vite",
  "parcel",
  "@angular/cli",
  "@vue/cli-service",
  "react-scripts",
  "gatsby",
  "astro",
  "@11ty/eleventy",
];

/** Frameworks that serve by a program, although their tools are in the list above. */
const SERVERS = [
  "next",
  "nuxt",
  "@remix-run/serve",
  "@react-router/serve",
  "@sveltejs/adapter-node",
  "@astrojs/node",
  "@tanstack/react-start",
  "nitro",
  "vinxi",
];

/** Undefined without a package.json. `root`: the root of the workspace, for a package of one. */
export function detectNode(folder: FolderView, root?: FolderView): Candidate | undefined {
  const text = folder.read("package.json");
  if (text === undefined) return undefined;
  const manifest = parseObject(text);
  if (manifest === undefined) {
    return { ...NOTHING, path: folder.path, details: ["package.json is not a JSON object"] };
  }
  const scripts = objectOf(manifest.scripts);
  const lock = findLock(folder) ?? (root === undefined ? undefined : findLock(root));
  const manager = managerOf(manifest, root) ?? lock?.manager ?? "npm";
  const start = startOf(folder, manifest, { isMember: root !== undefined, manager });
  const isSite = isStaticSite(manifest, scripts, folder);
  return {
    path: folder.path,
    kind: isSite ? "site" : "node",
    name: textOf(manifest.name),
    start: isSite ? `${manager} run build, then a web server` : start,
    details: [
      lock === undefined ? manager : `${manager}, ${lock.file}`,
      ...BUN_LOCKS.filter((file) => lock === undefined && (root ?? folder).files.has(file)).map(
        (file) => `${file}, which the builder does not support`,
      ),
      ...versionOf(folder, manifest),
      ...frameworksOf(manifest),
    ],
    missing: missingOf(manifest, manager, lock !== undefined),
    port: isSite ? undefined : portOf(folder, manifest),
  };
}

/** Whether a package.json, or a file of its own, makes the folder the root of a workspace. */
export function isWorkspaceRoot(folder: FolderView): boolean {
  if (
    folder.files.has("pnpm-workspace.yaml") &&
    /^packages\s*:/m.test(folder.read("pnpm-workspace.yaml") ?? "")
  )
    return true;
  const manifest = parseObject(folder.read("package.json") ?? "");
  return manifest?.workspaces !== undefined;
}

const NOTHING = {
  kind: undefined,
  name: undefined,
  start: undefined,
  missing: [],
  port: undefined,
};

function findLock(folder: FolderView) {
  const found = LOCK_FILES.find(([file]) => folder.files.has(file));
  return found === undefined ? undefined : { file: found[0], manager: found[1] };
}

/** The manager that `packageManager` names. */
function managerOf(manifest: JsonObject, root: FolderView | undefined): PackageManager | undefined {
  const own = textOf(manifest.packageManager);
  const written = own ?? textOf(parseObject(root?.read("package.json") ?? "")?.packageManager);
  const name = /^(npm|pnpm|yarn)@/.exec(written ?? "")?.[1];
  return name as PackageManager | undefined;
}

function startOf(
  folder: FolderView,
  manifest: JsonObject,
  { isMember, manager }: { readonly isMember: boolean; readonly manager: PackageManager },
): string | undefined {
  const web = readProcfile(folder).get("web");
  if (web !== undefined) return `${web} (Procfile)`;
  if (textOf(objectOf(manifest.scripts).start) !== undefined) return `${manager} start`;
  // A library has a main, too: in a workspace it is no sign of an app.
  const file = isMember ? undefined : entryOf(folder, manifest);
  return file === undefined ? undefined : `node ${file}`;
}

function entryOf(folder: FolderView, manifest: JsonObject): string | undefined {
  const files = [textOf(manifest.main), "server.js", "index.js"];
  return files.find((file) => file !== undefined && hasFile(folder, file));
}

/** Port that the file of the start script listens on, if it does not read PORT. */
function portOf(folder: FolderView, manifest: JsonObject): number | undefined {
  const script = textOf(objectOf(manifest.scripts).start) ?? "";
  const file = /^node\s+(?:\.\/)?([\w.-]+)$/.exec(script)?.[1] ?? entryOf(folder, manifest);
  const text = file === undefined ? undefined : (folder.read(file) ?? folder.read(`${file}.js`));
  if (text === undefined || /\bPORT\b/.test(text)) return undefined;
  const port = Number(/\.listen\(\s*(\d{2,5})\b/.exec(text)?.[1]);
  return port > 0 && port < 65536 ? port : undefined;
}

function hasFile(folder: FolderView, path: string): boolean {
  const [first = "", ...rest] = posix.normalize(path).split("/");
  return rest.length === 0 ? folder.files.has(first) : folder.folders.has(first);
}

function isStaticSite(manifest: JsonObject, scripts: JsonObject, folder: FolderView): boolean {
  const packages = packagesOf(manifest);
  const hasOwnServer = folder.files.has("server.js") || readProcfile(folder).has("web");
  if (textOf(scripts.build) === undefined || hasOwnServer || SERVERS.some((name) => packages.has(name)))
    return false;
  // `react-scripts start` and the like serve while developing only.
  const program = textOf(scripts.start)?.split(/\s/)[0];
  return SITE_TOOLS.some(
    (tool) => packages.has(tool) && (program ?? toolCommand(tool)) === toolCommand(tool),
  );
}

function toolCommand(tool: string): string {
  if (tool === "@angular/cli") return "ng";
  if (tool === "@vue/cli-service") return "vue-cli-service";
  return tool === "@11ty/eleventy" ? "eleventy" : tool;
}

function packagesOf(manifest: JsonObject): ReadonlySet<string> {
  return new Set([
    ...Object.keys(objectOf(manifest.dependencies)),
    ...Object.keys(objectOf(manifest.devDependencies)),
  ]);
}

function frameworksOf(manifest: JsonObject): readonly string[] {
  const packages = packagesOf(manifest);
  return ["next", "nuxt", "express", "fastify", "koa", "@nestjs/core", ...SITE_TOOLS].filter((name) =>
    packages.has(name),
  );
}

function versionOf(folder: FolderView, manifest: JsonObject): readonly string[] {
  for (const file of [".nvmrc", ".node-version"]) {
    const version = folder.read(file)?.trim().replace(/^v/, "");
    if (version !== undefined && /^[\w./-]{1,40}$/.test(version)) return [`Node.js ${version} (${file})`];
  }
  const tools = /^(?:nodejs|node)\s+(\S{1,40})/m.exec(folder.read(".tool-versions") ?? "")?.[1];
  if (tools !== undefined) return [`Node.js ${tools} (.tool-versions)`];
  const engines = textOf(objectOf(manifest.engines).node);
  return engines === undefined ? [] : [`Node.js ${engines} (engines)`];
}

function missingOf(manifest: JsonObject, manager: PackageManager, hasLock: boolean): readonly Missing[] {
  const installs = packagesOf(manifest).size > 0 || listOf(manifest.workspaces).length > 0;
  if (hasLock || !installs) return [];
  return [{ problem: "has dependencies and no lock file", command: LOCK_COMMANDS[manager] }];
}

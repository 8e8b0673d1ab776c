// Facts about an app's source: its packages, package manager, wanted Node.js. Reads files, changes nothing.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A problem of the source, to be printed without a stack. */
export class SourceProblem extends Error {}

/** Runs a script of the builder and reports its problems. */
export async function main(script, run) {
  try {
    await run();
  } catch (error) {
    const isExpected = error instanceof SourceProblem || error.isCommand === true;
    process.stderr.write(`${script}: ${isExpected ? error.message : error.stack}\n`);
    process.exitCode = 1;
  }
}

export function readManifest(folder) {
  const file = join(folder, "package.json");
  if (!existsSync(file)) throw new SourceProblem("the source has no package.json");
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new SourceProblem(`${file.replace("/tmp/src/", "")} is not valid JSON: ${error.message}`);
  }
}

/** All packages of the source, by folder ("" is the root). */
export function findPackages(root) {
  const found = new Map();
  const visit = (folder) => {
    const entries = readdirSync(join(root, folder), { withFileTypes: true });
    if (entries.some((entry) => entry.isFile() && entry.name === "package.json")) {
      found.set(folder, readManifest(join(root, folder)));
    }
    for (const entry of entries) {
      if (entry.isDirectory() && !["node_modules", ".git", ".yarn"].includes(entry.name))
        visit(join(folder, entry.name));
    }
  };
  visit("");
  return found;
}

/** The folder of the package to start: the workspace's, if the source is one. */
export function appFolder(packages, workspace) {
  if (!workspace) return "";
  for (const [folder, { name }] of packages) if (name === workspace) return folder;
  throw new SourceProblem(`no package of the source has the name ${workspace}`);
}

/**
 * Folders of the packages whose script "build" is run, in this order: the app's, after those of the workspace packages
 * that it depends on. A source that is no package of a workspace has one package, the root.
 */
export function buildOrder(packages, workspace) {
  const byName = new Map([...packages].map(([folder, { name }]) => [name, folder]));
  const order = new Set();
  const seen = new Set();
  const visit = (folder) => {
    if (seen.has(folder)) return;
    seen.add(folder);
    const { dependencies, devDependencies, optionalDependencies } = packages.get(folder);
    if (workspace) {
      for (const name of Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies })) {
        if (byName.has(name)) visit(byName.get(name));
      }
    }
    if (packages.get(folder).scripts?.build !== undefined) order.add(folder);
  };
  visit(appFolder(packages, workspace));
  return [...order];
}

const LOCKS = [
  ["pnpm-lock.yaml", "pnpm"],
  ["yarn.lock", "yarn"],
  ["npm-shrinkwrap.json", "npm"],
  ["package-lock.json", "npm"],
];

const BUN_LOCKS = ["bun.lock", "bun.lockb"];

/** How to bring about a lock file, by package manager. */
const LOCKING = {
  npm: "npm install --package-lock-only",
  pnpm: "pnpm install --lockfile-only",
  yarn: "yarn install",
};

/** The package manager: { name, version?, lock?, berry? }; `lock` is undefined if there is nothing to install. */
export function findManager(root, manifest, packages, node) {
  const [, named, version] = /^(npm|pnpm|yarn)@(\d[^+]*)/.exec(manifest.packageManager ?? "") ?? [];
  if (manifest.packageManager !== undefined && named === undefined) {
    throw new SourceProblem(
      `"packageManager": "${manifest.packageManager}" is not supported: npm, pnpm or yarn with a version`,
    );
  }
  const locks = LOCKS.filter(([file]) => existsSync(join(root, file)));
  const [lock, byLock] =
    locks.find(([, name]) => name === named) ?? (named === undefined ? locks : [])[0] ?? [];
  const name = named ?? byLock ?? "npm";
  if (lock === undefined && needsInstall(packages)) {
    const bun = BUN_LOCKS.find((file) => existsSync(join(root, file)));
    const unsupported = bun === undefined ? "" : `, but a ${bun}, and bun is not supported`;
    const other = locks.length > 0 ? `, but a ${locks[0][0]}` : unsupported;
    throw new SourceProblem(`no lock file of ${name}${other}. Run \`${LOCKING[name]}\` and commit the file`);
  }
  if (name !== "yarn") return { name, lock, version: version ?? defaultVersion(name, root, node) };
  const text = lock === undefined ? "" : readFileSync(join(root, lock), "utf8");
  const [, format] = /^__metadata:\r?\n\s+version: (\d+)/m.exec(text) ?? [];
  const berry = version === undefined ? format !== undefined : !version.startsWith("1.");
  return {
    name,
    lock,
    berry,
    version: version ?? (berry ? (Number(format) >= 8 ? "4" : "3") : "1"),
    path: yarnPath(root),
  };
}

function needsInstall(packages) {
  const kinds = ["dependencies", "devDependencies", "optionalDependencies"];
  return [...packages.values()].some((manifest) =>
    kinds.some((kind) => Object.keys(manifest[kind] ?? {}).length > 0),
  );
}

/** The npm that Node.js of this version comes with; the pnpm that writes lock files of this format. */
function defaultVersion(name, root, node) {
  if (name === "npm") return Number.parseInt(node, 10) >= 24 ? "11" : "10";
  const file = join(root, "pnpm-lock.yaml");
  const [, format] =
    /^lockfileVersion: ['"]?(\d+)/m.exec(existsSync(file) ? readFileSync(file, "utf8") : "") ?? [];
  if (format !== undefined && Number(format) < 6) {
    throw new SourceProblem(
      `pnpm-lock.yaml has the format ${format} of an old pnpm: name that pnpm in "packageManager"`,
    );
  }
  return format === "6" ? "8" : "10";
}

function yarnPath(root) {
  const file = join(root, ".yarnrc.yml");
  const [, path] =
    /^yarnPath:\s*["']?([^"'\s]+)/m.exec(existsSync(file) ? readFileSync(file, "utf8") : "") ?? [];
  return path !== undefined && existsSync(join(root, path)) ? path : undefined;
}

const CODENAMES = { hydrogen: "18", iron: "20", jod: "22", krypton: "24" };
const DEFAULT_NODE = "24";

/** The wanted Node.js as a range, and where it is written. */
export function wantedNode(root, manifests, env) {
  const read = (file) => (existsSync(join(root, file)) ? readFileSync(join(root, file), "utf8") : "");
  const places = [
    ["NODE_VERSION", env.NODE_VERSION],
    [".node-version", firstLine(read(".node-version"))],
    [".nvmrc", firstLine(read(".nvmrc"))],
    [".tool-versions", /^(?:nodejs|node)\s+(\S+)/m.exec(read(".tool-versions"))?.[1]],
    ...["mise.toml", ".mise.toml"].map((file) => [
      file,
      /^\s*node(?:js)?\s*=\s*\[?\s*["']([^"']+)/m.exec(read(file))?.[1],
    ]),
    ...manifests.map(({ volta }) => ['"volta" in package.json', volta?.node]),
    ...manifests.map(({ engines }) => ['"engines" in package.json', engines?.node]),
  ];
  const [place, text] = places.find(([, value]) => typeof value === "string" && value.trim() !== "") ?? [];
  if (text === undefined) return { range: DEFAULT_NODE, place: "the builder's default" };
  return { range: rangeOf(text.trim()), place };
}

function rangeOf(text) {
  const plain = text.toLowerCase();
  const [, codename] = /^lts[/-]?(.*)$/.exec(plain) ?? [];
  if (codename !== undefined) return CODENAMES[codename] ?? DEFAULT_NODE;
  if (["node", "latest", "current", "stable"].includes(plain)) return "*";
  return text.replace(/^v(?=\d)/, "");
}

/** Of versions that match, the newest of the default's release line, else of an even one, else the newest. */
export function chooseVersion(versions) {
  const numbers = (version) => version.split(".").map(Number);
  const sorted = [...versions]
    .filter((version) => /^\d+\.\d+\.\d+$/.test(version))
    .sort((a, b) => {
      const [x, y] = [numbers(a), numbers(b)];
      return x[0] - y[0] || x[1] - y[1] || x[2] - y[2];
    });
  const inLine = (test) => sorted.filter((version) => test(version.split(".")[0])).at(-1);
  return (
    inLine((major) => major === DEFAULT_NODE) ?? inLine((major) => Number(major) % 2 === 0) ?? sorted.at(-1)
  );
}

function firstLine(text) {
  return text
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .find((line) => line !== "");
}

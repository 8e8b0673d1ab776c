// Builders that come with sti: folders with a Dockerfile and scripts, copied into projects. A list of digests in each
// copy shows which of its files are edited.
import { createHash } from "node:crypto";
import { lstatSync, readdirSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { FileProblem, readSmallFile, readSmallFileSync, replaceFile } from "@sti/files";
import { packageRoot } from "../package-root.ts";

/** Folders of the package that a builder consists of; later ones win. */
const PARTS = {
  node: ["common", "node"],
  static: ["static"],
  python: ["common", "python"],
  go: ["common", "go"],
  shell: ["common", "shell"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type BuilderKind = keyof typeof PARTS;

export const builderDescriptions: Readonly<Record<BuilderKind, string>> = {
  node: "Node.js apps, and sites that are built: npm, pnpm, yarn",
  static: "sites, served by nginx",
  python: "Python apps: pip, Pipfile.lock; gunicorn, uvicorn",
  go: "Go modules, to one program",
  shell: "anything else: Procfile, build.sh, run.sh, make",
};

export const builderKinds = Object.keys(PARTS) as readonly BuilderKind[];

/** In a copy: the digests of its stock files, in the format of sha256sum. */
export const STOCK_LIST = "builder.sha256";
/** Bytes of one file. */
const LARGEST = 1024 ** 2;

/** An entry of `images` that builds a stage of a builder. */
export interface BuilderImage {
  readonly name: string;
  readonly context: string;
  readonly tag: string;
  readonly stage?: string;
}

/** The state of one stock file in a copy. "outdated": not edited, but this sti comes with another text. */
export type StockState = "current" | "outdated" | "edited" | "missing";

export interface BuilderCopy {
  readonly kind: BuilderKind;
  /** By path in the folder, sorted. */
  readonly files: ReadonlyMap<string, StockState>;
}

/**
 * Writes a builder into a new or empty folder. Resolves to the paths of its files in that folder. Rejects with a
 * FileProblem or the file system's error.
 */
export async function copyBuilder(kind: BuilderKind, directory: string): Promise<readonly string[]> {
  if (readFolder(directory).length > 0) throw new FileProblem("other", directory, "is not empty");
  const stock = readStock(kind);
  await writeStock(kind, directory, stock, [...stock.keys()]);
  return [...stock.keys()];
}

/** Resolves to undefined if the folder is no copy of a builder. Rejects with a FileProblem. */
export async function inspectBuilder(directory: string): Promise<BuilderCopy | undefined> {
  const list = await readText(directory, STOCK_LIST);
  const [, name = ""] = /^# builder: (\S+)/m.exec(list ?? "") ?? [];
  const kind = builderKinds.find((one) => one === name);
  if (list === undefined || kind === undefined) return undefined;
  const recorded = new Map(
    [...list.matchAll(/^([0-9a-f]{64}) {2}(.+)$/gm)].map(([, digest, path]) => [path, digest]),
  );
  const files = new Map<string, StockState>();
  for (const [path, text] of readStock(kind)) {
    const present = await readText(directory, path);
    files.set(path, stateOf(present, text, recorded.get(path)));
  }
  return { kind, files };
}

/** Replaces these stock files of a copy by those of this sti. */
export async function updateBuilder(
  kind: BuilderKind,
  directory: string,
  paths: readonly string[],
): Promise<void> {
  await writeStock(kind, directory, readStock(kind), paths);
}

/** The entries of `images` for a copy: the build image, and the runtime image of extended builds, if it is another. */
export function builderImages(kind: BuilderKind, context: string, prefix: string): readonly BuilderImage[] {
  const image = { name: kind, context, tag: `${prefix}/${kind}` };
  if (kind === "static") return [image];
  return [image, { name: `${kind}-runtime`, context, stage: "runtime", tag: `${prefix}/${kind}-runtime` }];
}

/** The files of a builder by path, sorted. */
function readStock(kind: BuilderKind): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const part of PARTS[kind]) {
    const folder = join(packageRoot, "builders", part);
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const name = path
        .slice(folder.length + 1)
        .split(sep)
        .join("/");
      found.set(name, readSmallFileSync(path, { limit: LARGEST }).toString());
    }
  }
  return new Map([...found].sort(([one], [other]) => (one < other ? -1 : 1)));
}

async function writeStock(
  kind: BuilderKind,
  directory: string,
  stock: ReadonlyMap<string, string>,
  paths: readonly string[],
): Promise<void> {
  for (const path of paths) {
    const file = join(directory, path);
    refuseLinks(directory, path);
    await mkdir(dirname(file), { recursive: true });
    // By folder: packages of package managers have no executable files but their programs.
    await replaceFile(file, stock.get(path) ?? "", /^(?:bin|runtime)\//.test(path) ? 0o777 : 0o666);
  }
  const digests = [...stock].map(([path, text]) => `${digestOf(text)}  ${path}\n`);
  const head = `# builder: ${kind}\n# Stock files of sti, for \`sti builders ls\` and \`sti builders update\`.\n`;
  await replaceFile(join(directory, STOCK_LIST), head + digests.join(""));
}

/** A folder of the copy that is a link would lead to files of others. */
function refuseLinks(directory: string, path: string): void {
  for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) {
    const state = lstatSync(join(directory, folder), { throwIfNoEntry: false });
    if (state !== undefined && !state.isDirectory()) {
      throw new FileProblem("other", join(directory, folder), "is not a folder");
    }
  }
}

function stateOf(present: string | undefined, stock: string, recorded: string | undefined): StockState {
  if (present === stock) return "current";
  if (present === undefined) return "missing";
  return digestOf(present) === recorded ? "outdated" : "edited";
}

/** Undefined if the file is missing. */
async function readText(directory: string, path: string): Promise<string | undefined> {
  const file = join(directory, path);
  if (lstatSync(file, { throwIfNoEntry: false }) === undefined) return undefined;
  return (await readSmallFile(file, { limit: LARGEST, links: "refuse" })).toString();
}

function readFolder(directory: string): readonly string[] {
  if (lstatSync(directory, { throwIfNoEntry: false }) === undefined) return [];
  return readdirSync(directory);
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

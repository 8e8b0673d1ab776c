// Looks at a folder and proposes a config for it: images where a Dockerfile brings the scripts, apps where there is
// source. Reads names of files, and package.json; decides nothing that the user cannot change.
import { readdir, stat } from "node:fs/promises";
import { basename, join, posix } from "node:path";
import { readSmallFile } from "@sti/files";

export interface ProposedImage {
  readonly name: string;
  /** Relative to the folder, with ./ in front. */
  readonly context: string;
  readonly tag: string;
}

export interface ProposedApp {
  readonly name: string;
  /** A folder, relative and with ./ in front, or the name of a package of the workspace. */
  readonly source: string;
  readonly kind: string;
  readonly buildImage: string;
  readonly tag: string;
}

export interface Proposal {
  /** Part of the tags before the slash. */
  readonly prefix: string;
  readonly images: readonly ProposedImage[];
  readonly apps: readonly ProposedApp[];
}

/** Files that mark a folder as an app, by precedence. */
const MARKS: readonly (readonly [file: string, kind: string])[] = [
  ["package.json", "node"],
  ["pyproject.toml", "python"],
  ["requirements.txt", "python"],
  ["go.mod", "go"],
  ["Cargo.toml", "rust"],
  ["pom.xml", "java"],
  ["build.gradle", "java"],
  ["build.gradle.kts", "java"],
  ["composer.json", "php"],
  ["Gemfile", "ruby"],
  ["index.html", "static"],
];

const SKIPPED = new Set([
  "node_modules",
  "dist",
  "build",
  "target",
  "vendor",
  "coverage",
  "test",
  "tests",
  "docs",
]);
/** Of a package.json, bytes. */
const LARGEST = 16 * 1024 ** 2;
/** Depth of the search for apps. */
const DEPTH = 3;

export async function proposeConfig(folder: string): Promise<Proposal> {
  const prefix = clean(basename(folder)) || "acme";
  const found: Found = { images: [], apps: [] };
  await look(folder, "", DEPTH, found);
  const images = found.images.map((path): ProposedImage => {
    const name = clean(basename(path)) || "builder";
    return { name, context: `./${path}`, tag: `${prefix}/${name}` };
  });
  const apps = found.apps.map(({ kind, path }): ProposedApp => {
    const name = clean(basename(path)) || prefix;
    const builder = images.find((image) => image.name.includes(kind)) ?? images[0];
    return {
      name,
      source: path === "" ? "." : `./${path}`,
      kind,
      buildImage: builder?.tag ?? `${prefix}/${kind}-builder`,
      tag: `${prefix}/${name}`,
    };
  });
  return { prefix, ...withOwnNames(images, apps) };
}

interface Found {
  readonly images: string[];
  readonly apps: { readonly path: string; readonly kind: string }[];
}

async function look(folder: string, path: string, depth: number, found: Found): Promise<void> {
  const here = join(folder, path);
  const entries = await readdir(here, { withFileTypes: true });
  const files = new Set(entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name));
  if (files.has("Dockerfile") && (await hasPrepare(here))) {
    found.images.push(path === "" ? "." : path);
    return;
  }
  const [, kind] = MARKS.find(([file]) => files.has(file)) ?? [];
  if (kind !== undefined && !(await isWorkspaceRoot(here, files))) {
    found.apps.push({ path, kind });
    return;
  }
  if (depth === 0) return;
  for (const { name } of entries.filter((entry) => entry.isDirectory()).sort(byName)) {
    if (!name.startsWith(".") && !SKIPPED.has(name))
      await look(folder, posix.join(path, name), depth - 1, found);
  }
}

/** A folder with a Dockerfile is a build image when it brings the script that build images have. */
async function hasPrepare(folder: string): Promise<boolean> {
  const places = ["prepare", "bin/prepare", "scripts/prepare", "usr/bin/prepare"];
  const states = await Promise.allSettled(places.map((place) => stat(join(folder, place))));
  return states.some(({ status }) => status === "fulfilled");
}

/** The root of a workspace is not an app; its packages may be. */
async function isWorkspaceRoot(folder: string, files: ReadonlySet<string>): Promise<boolean> {
  if (files.has("pnpm-workspace.yaml") || files.has("lerna.json")) return true;
  if (!files.has("package.json")) return false;
  try {
    const text = (await readSmallFile(join(folder, "package.json"), { limit: LARGEST })).toString();
    const manifest = JSON.parse(text) as { workspaces?: unknown };
    return manifest.workspaces !== undefined;
  } catch {
    return false; // a package.json that cannot be read is found out when the app is built
  }
}

/** A name that occurs twice gets a number; images and apps share their names. */
function withOwnNames(
  images: readonly ProposedImage[],
  apps: readonly ProposedApp[],
): Pick<Proposal, "images" | "apps"> {
  const taken = new Set(images.map(({ name }) => name));
  const named = apps.map((app) => {
    let name = app.name;
    for (let number = 2; taken.has(name); number += 1) name = `${app.name}-${number}`;
    taken.add(name);
    return name === app.name ? app : { ...app, name, tag: `${app.tag.slice(0, -app.name.length)}${name}` };
  });
  return { images, apps: named };
}

/** As names of targets and tags may be. */
function clean(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, "-")
    .replaceAll(/^[-._]+|[-._]+$/g, "");
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}

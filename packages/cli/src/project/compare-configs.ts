// Finds targets whose definition in the config changed since a commit. The old config is evaluated in a folder of its
// own; its imports from node_modules are the present ones.
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { loadConfig } from "@sti/config/load";
import { type Host, type Method, resolveTargets, type Target } from "@sti/core";
import { readAtCommit } from "@sti/source";

/** Inputs of evaluating a config. */
export interface ConfigUse {
  readonly command: string;
  readonly mode?: string | undefined;
  readonly profile?: readonly string[] | undefined;
  readonly set?: readonly string[] | undefined;
}

export interface CompareOptions {
  /** The config first, then what it imports; absolute. */
  readonly files: readonly string[];
  readonly commit: string;
  /** Folder of the config, absolute. */
  readonly directory: string;
  readonly context: ConfigUse;
  readonly method: Method | undefined;
  readonly host: Host;
  readonly signal?: AbortSignal | undefined;
}

/** Names of the targets; all where the config as it was cannot be read any more. */
export async function findTargetsChangedByConfig(
  targets: readonly Target[],
  options: CompareOptions,
): Promise<ReadonlySet<string>> {
  const before = await readTargetsBefore(options);
  const changed = targets.filter((target) => before?.get(target.name) !== wordOf(target));
  return new Set(changed.map(({ name }) => name));
}

/** Definition of each target in the old config, as text; undefined if the old config cannot be read. */
async function readTargetsBefore(options: CompareOptions): Promise<ReadonlyMap<string, string> | undefined> {
  const { commit, context, directory, files, host, method, signal } = options;
  const [file = ""] = files;
  const contents = await readAtCommit(commit, files, { directory, signal });
  if (contents.get(file) === undefined) return undefined;
  // As deep as the highest file lies, so that paths between the files stay as they are.
  const above = files.reduce(
    (top, other) => (relative(top, other).startsWith("..") ? commonOf(top, other) : top),
    directory,
  );
  const copy = await mkdtemp(join(tmpdir(), "sti-config-"));
  try {
    for (const [path, content] of contents) {
      if (content === undefined) continue;
      const target = join(copy, relative(above, path));
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, content);
    }
    await linkModules(copy, above, directory);
    const cwd = join(copy, relative(above, directory));
    const loaded = await loadConfig({
      ...context,
      cwd,
      file: join(cwd, relative(directory, file)),
      onOutput: () => {},
    });
    if (!loaded.ok) return undefined;
    const resolved = resolveTargets(loaded.value.config, { method }, host);
    if (!resolved.ok) return undefined;
    return new Map(resolved.value.map((target) => [target.name, wordOf(target)]));
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

/** A target's definition of its image, as text. */
function wordOf({ name: _, ...fields }: Target): string {
  if (fields.kind !== "app") return JSON.stringify(fields);
  return JSON.stringify({ ...fields, checks: undefined, compare: undefined, dev: undefined });
}

function commonOf(one: string, other: string): string {
  let folder = one;
  while (relative(folder, other).startsWith("..")) folder = dirname(folder);
  return folder;
}

/** The packages that a config finds in its folder and in those above it. */
async function linkModules(copy: string, above: string, directory: string): Promise<void> {
  const places = new Map<string, string>();
  for (let folder = directory; ; folder = dirname(folder)) {
    const inside = relative(above, folder);
    // Modules above all files are found from the top of the copy.
    const place = join(copy, inside.startsWith("..") ? "" : inside, "node_modules");
    const modules = resolve(folder, "node_modules");
    if (!places.has(place) && existsSync(modules)) places.set(place, modules);
    if (folder === dirname(folder)) break;
  }
  for (const [place, modules] of places) {
    await mkdir(dirname(place), { recursive: true });
    await symlink(modules, place, "dir");
  }
}

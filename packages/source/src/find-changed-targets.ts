// Which targets changed files concern: those that have one of them in their source, as their Dockerfile or as a file of
// variables. Ignored files concern nobody.
import { realpath } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import type { Target } from "@sti/core";
import { createIgnoreMatcher } from "./ignore.ts";
import { APP_RULE_FILES, readIgnorePatterns } from "./read-ignore-patterns.ts";

export interface FindChangedOptions {
  /** Folder of the config file, absolute. */
  readonly directory: string;
  /** The config and what it imports, absolute: when one of them changed, any target may have. */
  readonly configFiles: readonly string[];
  /** Files that targets take variables from, by target name; absolute. */
  readonly variableFiles: ReadonlyMap<string, readonly string[]>;
}

/** Names of the targets. `files`: absolute. Secrets are no part of what is built, and so not looked at. */
export async function findChangedTargets(
  targets: readonly Target[],
  files: readonly string[],
  options: FindChangedOptions,
): Promise<ReadonlySet<string>> {
  const changed = new Set(files);
  if (options.configFiles.some((file) => changed.has(file))) return new Set(targets.map(({ name }) => name));
  const found = new Set<string>();
  for (const target of targets) {
    const named = options.variableFiles.get(target.name)?.some((file) => changed.has(file)) === true;
    if (named || (await hasAny(target, files, options.directory))) found.add(target.name);
  }
  return found;
}

async function hasAny(target: Target, files: readonly string[], directory: string): Promise<boolean> {
  const roots =
    target.kind === "image"
      ? [target.context]
      : target.source.flatMap(({ from }) => (from.kind === "path" ? [from.path] : []));
  for (const path of roots) {
    const written = resolve(directory, path);
    // What git names has no links on its way. A folder that is gone is where it was written.
    const root = await realpath(written).catch(() => written);
    const inside = files.filter((file) => file === root || file.startsWith(`${root}${sep}`));
    if (target.kind === "image" && files.includes(join(root, target.dockerfile))) return true;
    if (inside.length === 0) continue;
    if (inside.includes(root)) return true;
    const rules = await readIgnorePatterns(root, target);
    // Rules that cannot be read are told when the source is read; until then nothing is taken for ignored.
    if ("problem" in rules) return true;
    const matcher = createIgnoreMatcher(rules.patterns);
    const names = inside.map((file) => relative(root, file).split(sep).join("/"));
    const ruleFiles =
      target.kind === "app" ? APP_RULE_FILES : [`${target.dockerfile}.dockerignore`, ".dockerignore"];
    if (names.some((name) => ruleFiles.includes(name) || !matcher.ignores(name))) return true;
  }
  return false;
}

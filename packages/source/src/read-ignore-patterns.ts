// Which ignore rules hold for a target: the file they are read from, and what is always left out or taken in.
import { readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import type { Target } from "@sti/core";
import { DEFAULT_APP_PATTERNS, includePattern, parseIgnoreFile } from "./ignore.ts";
import { STATE_FOLDER } from "./records.ts";
import type { SourceProblem } from "./source-problem.ts";

/** What sti itself keeps beside a config changes with every build. */
const OWN_PATTERN = `**/${STATE_FOLDER}`;

export type IgnorePatterns = { readonly patterns: readonly string[] } | { readonly problem: SourceProblem };

/**
 * An app has `.stiignore`, or else `.dockerignore`, at the root of its source. An image entry has
 * `<dockerfile>.dockerignore`, or else `.dockerignore`; it always keeps its Dockerfile and `.dockerignore`.
 */
export async function readIgnorePatterns(root: string, target: Target): Promise<IgnorePatterns> {
  const candidates =
    target.kind === "app"
      ? [".stiignore", ".dockerignore"]
      : [`${target.dockerfile}.dockerignore`, ".dockerignore"];
  const read = await readFirst(candidates.map((name) => join(root, name)));
  if ("problem" in read) return read;
  if (target.kind === "app") {
    return { patterns: [...DEFAULT_APP_PATTERNS, ...read.patterns, OWN_PATTERN] };
  }
  if (read.patterns.length === 0) return { patterns: [OWN_PATTERN] };
  const dockerfile = posix.normalize(target.dockerfile);
  const kept = dockerfile.startsWith("../") || posix.isAbsolute(dockerfile) ? [] : [dockerfile];
  return { patterns: [...read.patterns, ...[".dockerignore", ...kept].map(includePattern), OWN_PATTERN] };
}

async function readFirst(files: readonly string[]): Promise<IgnorePatterns> {
  for (const file of files) {
    let text: string;
    try {
      text = await readFile(file, "utf8");
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "ENOTDIR") continue;
      return { problem: { code: "source-unreadable", files: [file] } };
    }
    const { patterns, invalid } = parseIgnoreFile(text);
    // To go on without such a rule could send what was meant to be left out.
    if (invalid.length > 0) {
      return { problem: { code: "ignore-invalid", file, lines: invalid } };
    }
    return { patterns };
  }
  return { patterns: [] };
}

// Finds the ignore rules of a target: the file they are read from, and paths that are always left out or included.
import { join, posix } from "node:path";
import type { AppTarget, Target } from "@sti/core";
import { FileProblem, readSmallFileSync } from "@sti/files";
import type { DiskView } from "../disk/disk-view.ts";
import { problemOfFile, type SourceProblem } from "../disk/source-problem.ts";
import { STATE_FOLDER } from "../disk/state-folder.ts";
import { DEFAULT_APP_PATTERNS, includePattern } from "./ignore.ts";
import { parseIgnoreFile } from "./ignore-pattern.ts";

/** Files that sti itself writes beside a config change with every build: remembered data, and reports. */
export const OWN_PATTERNS: readonly string[] = [
  STATE_FOLDER,
  "sti-report.html",
  "sti-report.json",
  "sti-junit.xml",
  "sti-trace.json",
].map((name) => `**/${name}`);

/** Bytes. */
const LARGEST = 1024 ** 2;

export type IgnorePatterns = { readonly patterns: readonly string[] } | { readonly problem: SourceProblem };

/** Of an app. The first one that is there counts, whatever its images are. */
export const APP_RULE_FILES: readonly string[] = [".stiignore", ".s2iignore", ".dockerignore"];

/** Files that a target's rules may be in, relative to its root, the first that is there. */
export function ruleFilesOf(target: Target): readonly string[] {
  return target.kind === "app"
    ? APP_RULE_FILES
    : [`${posix.normalize(target.dockerfile)}.dockerignore`, ".dockerignore"];
}

/**
 * An app has the first of APP_RULE_FILES at the root of its source, and the patterns of its config. An image entry has
 * `<dockerfile>.dockerignore`, or else `.dockerignore`; it always keeps its Dockerfile and `.dockerignore`.
 */
export function readIgnorePatterns(
  root: string,
  { target, view }: { readonly target: Target; readonly view: DiskView },
): IgnorePatterns {
  const read = readFirst(
    ruleFilesOf(target)
      .filter((name) => mayHave(root, name, view))
      .map((name) => join(root, name)),
  );
  if ("problem" in read) return read;
  if (target.kind === "app") return { patterns: appPatterns(read.patterns, target) };
  if (read.patterns.length === 0) return { patterns: OWN_PATTERNS };
  const dockerfile = posix.normalize(target.dockerfile);
  const kept = dockerfile.startsWith("../") || posix.isAbsolute(dockerfile) ? [] : [dockerfile];
  return { patterns: [...read.patterns, ...[".dockerignore", ...kept].map(includePattern), ...OWN_PATTERNS] };
}

/** The same for a source that is no folder; `texts`: of the rule files it has. `file`: its name, for people. */
export function streamIgnorePatterns(
  texts: ReadonlyMap<string, string>,
  { file, target }: { readonly file: string; readonly target: AppTarget },
): IgnorePatterns {
  const name = APP_RULE_FILES.find((candidate) => texts.has(candidate));
  const read = name === undefined ? { patterns: [] } : parse(`${file}:${name}`, texts.get(name) ?? "");
  return "problem" in read ? read : { patterns: appPatterns(read.patterns, target) };
}

/** Undefined when all patterns of the config will do. */
export function findConfigIgnoreProblem(target: AppTarget): SourceProblem | undefined {
  const { invalid } = parseIgnoreFile(target.ignore.join("\n"));
  return invalid.length === 0 ? undefined : { code: "ignore-invalid", file: "ignore", lines: invalid };
}

function appPatterns(written: readonly string[], target: AppTarget): readonly string[] {
  const { patterns } = parseIgnoreFile(target.ignore.join("\n"));
  return [...DEFAULT_APP_PATTERNS, ...written, ...patterns, ...OWN_PATTERNS];
}

/** The folder is listed anyhow, and most have no such file. */
function mayHave(root: string, name: string, view: DiskView): boolean {
  const entries = view.list(root);
  return "problem" in entries || name.includes("/") || entries.some((entry) => entry.name === name);
}

function readFirst(files: readonly string[]): IgnorePatterns {
  for (const file of files) {
    let text: string;
    try {
      text = readSmallFileSync(file, { limit: LARGEST }).toString();
    } catch (error) {
      if (!(error instanceof FileProblem)) throw error;
      if (error.kind === "missing") continue;
      return { problem: problemOfFile(error) };
    }
    return parse(file, text);
  }
  return { patterns: [] };
}

function parse(file: string, text: string): IgnorePatterns {
  const { patterns, invalid } = parseIgnoreFile(text);
  // Without such a rule, files that should be left out could be sent.
  return invalid.length > 0 ? { problem: { code: "ignore-invalid", file, lines: invalid } } : { patterns };
}

// Finds the ignore rules of a target: the file they are read from, and paths that are always left out or included.
import { join as joinPath, posix } from "node:path";
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

/** The place that a pattern is from: sti's defaults for apps, a file (absolute), the app's config, sti's own files. */
export type PatternOrigin = "default" | { readonly file: string } | "config" | "sti";

export interface PlacedPatterns {
  readonly patterns: readonly string[];
  /** Of each pattern, by its index. */
  readonly origins: readonly PatternOrigin[];
}

export type IgnorePatterns = PlacedPatterns | { readonly problem: SourceProblem };

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
      .map((name) => joinPath(root, name)),
  );
  if ("problem" in read) return read;
  if (target.kind === "app") return appPatterns(read, target);
  if (read.patterns.length === 0) return placed("sti", OWN_PATTERNS);
  const dockerfile = posix.normalize(target.dockerfile);
  const kept = dockerfile.startsWith("../") || posix.isAbsolute(dockerfile) ? [] : [dockerfile];
  return join(read, placed("sti", [...[".dockerignore", ...kept].map(includePattern), ...OWN_PATTERNS]));
}

/** The same for a source that is no folder; `texts`: of the rule files it has. `file`: its name, for people. */
export function streamIgnorePatterns(
  texts: ReadonlyMap<string, string>,
  { file, target }: { readonly file: string; readonly target: AppTarget },
): IgnorePatterns {
  const name = APP_RULE_FILES.find((candidate) => texts.has(candidate));
  const read = name === undefined ? NONE : parse(`${file}:${name}`, texts.get(name) ?? "");
  return "problem" in read ? read : appPatterns(read, target);
}

/** Undefined when all patterns of the config will do. */
export function findConfigIgnoreProblem(target: AppTarget): SourceProblem | undefined {
  const { invalid } = parseIgnoreFile(target.ignore.join("\n"));
  return invalid.length === 0 ? undefined : { code: "ignore-invalid", file: "ignore", lines: invalid };
}

function appPatterns(written: PlacedPatterns, target: AppTarget): PlacedPatterns {
  const { patterns } = parseIgnoreFile(target.ignore.join("\n"));
  return join(
    placed("default", DEFAULT_APP_PATTERNS),
    written,
    placed("config", patterns),
    placed("sti", OWN_PATTERNS),
  );
}

const NONE: PlacedPatterns = { patterns: [], origins: [] };

function placed(origin: PatternOrigin, patterns: readonly string[]): PlacedPatterns {
  return { patterns, origins: patterns.map(() => origin) };
}

function join(...lists: readonly PlacedPatterns[]): PlacedPatterns {
  return {
    patterns: lists.flatMap(({ patterns }) => patterns),
    origins: lists.flatMap(({ origins }) => origins),
  };
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
  return NONE;
}

function parse(file: string, text: string): IgnorePatterns {
  const { patterns, invalid } = parseIgnoreFile(text);
  // Without such a rule, files that should be left out could be sent.
  return invalid.length > 0
    ? { problem: { code: "ignore-invalid", file, lines: invalid } }
    : placed({ file }, patterns);
}

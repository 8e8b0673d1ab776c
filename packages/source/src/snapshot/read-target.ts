// Reads the source of one target. Reading each kind is in snapshot-*.ts; callers know the earlier results.
import { resolve } from "node:path";
import type { AppTarget, Failure, ImageTarget, SourcePart, SourceSnapshot, Target } from "@sti/core";
import { detectFormat } from "../archive/detect-format.ts";
import type { DiskView } from "../disk/disk-view.ts";
import type { Locate } from "../disk/locate.ts";
import { classifyFileError } from "../disk/open-file.ts";
import type { PrivateFolder } from "../disk/private-folder.ts";
import { firstPaths, type SourceProblem } from "../disk/source-problem.ts";
import type { FetchedRepository } from "../git/fetch-repository.ts";
import { type ReadSourceGitOptions, readSourceGit } from "../git/read-source-git.ts";
import { createIgnoreMatcher, type IgnoreMatcher } from "../ignore/ignore.ts";
import {
  APP_RULE_FILES,
  findConfigIgnoreProblem,
  type IgnorePatterns,
  streamIgnorePatterns,
} from "../ignore/read-ignore-patterns.ts";
import type { Workspace } from "../workspace/read-workspace.ts";
import { mergeParts, type ReadPart } from "./merge-parts.ts";
import { snapshotFile } from "./snapshot-file.ts";
import type { FolderSnapshot } from "./snapshot-folder.ts";
import { snapshotGit } from "./snapshot-git.ts";
import { type StreamRules, snapshotStream } from "./snapshot-stream.ts";
import type { ReadRules, WorkspaceFrom } from "./snapshot-workspace.ts";
import { withTexts } from "./source-texts.ts";

/** Inputs for reading targets, and results of previous ones. */
export interface Reading {
  /** Folder of the config file, absolute: relative paths start here. */
  readonly directory: string;
  /** Gets the commits that are fetched. Needed where a source is one. */
  readonly repositories?: PrivateFolder | undefined;
  readonly fetched: Map<string, Promise<FetchedRepository>>;
  readonly workspaces: Map<string, Promise<Workspace>>;
  readonly view: DiskView;
  readonly locate: Locate;
  /** The environment, which may name the branch of a commit. */
  readonly env: ReadSourceGitOptions["env"];
  readonly signal?: AbortSignal | undefined;
  /** The ignore patterns of a folder, absolute. */
  readonly patternsFor: (root: string, target: Target) => IgnorePatterns;
  /** Many targets have the same rules. */
  readonly matcherFor: (patterns: readonly string[]) => IgnoreMatcher;
  /** Reads a folder; `key` identifies the way of reading, for targets that read the same. */
  readonly readFolder: (root: string, matcher: IgnoreMatcher, key: unknown) => Promise<FolderSnapshot>;
  /** Reads something else, absolute or an address; `key` as above. */
  readonly readOther: (
    place: { readonly file: string } | { readonly url: string },
    key: unknown,
    read: () => Promise<FolderSnapshot>,
  ) => Promise<FolderSnapshot>;
}

export type ReadTarget = { readonly snapshot: SourceSnapshot } | { readonly failures: readonly Failure[] };

export async function readTarget(target: Target, reading: Reading): Promise<ReadTarget> {
  reading.signal?.throwIfAborted();
  if (target.kind === "app") return await readApp(target, reading);
  const read = await readContext(target, reading);
  if ("snapshot" in read) return read;
  const place = { target: target.name, path: [...target.path, "context"] };
  return { failures: read.problems.map((problem) => ({ ...problem, ...place })) };
}

async function readContext(target: ImageTarget, reading: Reading): Promise<FolderSnapshot> {
  const file = resolve(reading.directory, target.context);
  const located = reading.locate(file);
  if ("problem" in located) return { problems: [located.problem] };
  if (!located.isFolder) return { problems: [{ code: "source-not-a-directory", file }] };
  return await readFolder(located.path, target, reading);
}

async function readApp(target: AppTarget, reading: Reading): Promise<ReadTarget> {
  const place = (problem: SourceProblem, path: SourcePart["path"]): Failure => ({
    ...problem,
    target: target.name,
    path,
  });
  const invalid = findConfigIgnoreProblem(target);
  if (invalid !== undefined) return { failures: [place(invalid, [...target.path, "ignore"])] };
  const parts: ReadPart[] = [];
  const failures: Failure[] = [];
  for (const part of target.source) {
    const read = await readPart(part, target, reading);
    if ("snapshot" in read) parts.push({ part, snapshot: read.snapshot });
    else failures.push(...read.problems.map((problem) => place(problem, part.path)));
  }
  if (failures.length > 0) return { failures };
  const merged = mergeParts(parts);
  const read = "snapshot" in merged ? await withTexts(merged.snapshot) : merged;
  if ("problem" in read) return { failures: [place(read.problem, [...target.path, "source"])] };
  const removing = read.snapshot.entries.flatMap(({ path }) => (WHITEOUT.test(path) ? [path] : []));
  if (removing.length > 0) {
    const problem = { code: "source-name-invalid", files: firstPaths(removing) } as const;
    return { failures: [place(problem, [...target.path, "source"])] };
  }
  if (target.git === undefined) return read;
  return { snapshot: { ...read.snapshot, git: await readSourceGit(read.snapshot, reading) } };
}

/** In a layer of an image such a name removes the file of the rest of the name. */
const WHITEOUT = /(?:^|\/)\.wh\./;

async function readPart({ from }: SourcePart, target: AppTarget, reading: Reading): Promise<FolderSnapshot> {
  const { directory, fetched, signal } = reading;
  const rulesFor = (file: string): StreamRules => ({
    files: APP_RULE_FILES,
    create: (texts) => {
      const rules = streamIgnorePatterns(texts, { file, target });
      return "problem" in rules ? rules : { matcher: createIgnoreMatcher(rules.patterns) };
    },
  });
  if (from.kind === "git") {
    const kept = makeFolder(from.url, reading.repositories);
    if ("problem" in kept) return { problems: [kept.problem] };
    const place = { folder: kept.path, directory, fetched };
    return await reading.readOther({ url: from.url }, [from, target.ignore], () =>
      snapshotGit(from, { place, rules: rulesFor(from.url), signal }),
    );
  }
  if (from.kind === "workspace") return await readWorkspacePackage(from, target, reading);
  const located = reading.locate(resolve(directory, from.path));
  if ("problem" in located) return { problems: [located.problem] };
  const { path } = located;
  if (located.isFolder) return await readFolder(path, target, reading);
  return await reading.readOther({ file: path }, [path, target.ignore], () =>
    readSingle(path, rulesFor(path), reading),
  );
}

function makeFolder(
  url: string,
  repositories: PrivateFolder | undefined,
): { readonly path: string } | { readonly problem: SourceProblem } {
  if (repositories === undefined) throw new Error(`no folder for what is fetched of ${url}`);
  try {
    return { path: repositories.make() };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return { problem: { code: "git-failed", url, operation: "keep a commit", message } };
  }
}

/** Its rules are those of the root, for all of it, and those of each package's folder. */
async function readWorkspacePackage(
  from: WorkspaceFrom,
  target: AppTarget,
  reading: Reading,
): Promise<FolderSnapshot> {
  // With all that reads manifests and lockfiles, which other sources do not need.
  const { snapshotWorkspace } = await import("./snapshot-workspace.ts");
  return await snapshotWorkspace(from, {
    ...reading,
    readRules: async (folder): Promise<ReadRules> => {
      const rules = reading.patternsFor(folder, target);
      return "problem" in rules ? rules : { ...rules, matcher: reading.matcherFor(rules.patterns) };
    },
  });
}

async function readFolder(root: string, target: Target, reading: Reading): Promise<FolderSnapshot> {
  const rules = reading.patternsFor(root, target);
  if ("problem" in rules) return { problems: [rules.problem] };
  const { patterns } = rules;
  return await reading.readFolder(root, reading.matcherFor(patterns), [root, patterns]);
}

async function readSingle(
  file: string,
  rules: StreamRules,
  { signal, view }: Reading,
): Promise<FolderSnapshot> {
  try {
    const found = await detectFormat(file);
    switch (found.kind) {
      case "archive":
        return await snapshotStream({ kind: "archive", file, format: found.format }, { file, rules, signal });
      case "file":
        return await snapshotFile(file, { start: found.start, signal, view });
      case "unsupported":
        return {
          problems: [
            {
              code: "archive-invalid",
              file,
              problem: `is packed with ${found.name}; zip, tar, tar.gz and tar.zst can be read`,
            },
          ],
        };
      case "damaged":
        return {
          problems: [
            {
              code: "archive-invalid",
              file,
              problem: "is damaged: it has the name of an archive, but not the content",
            },
          ],
        };
      default:
        return found satisfies never;
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (classifyFileError(error) === "gone") return { problems: [{ code: "source-missing", file }] };
    return { problems: [{ code: "source-unreadable", files: [file] }] };
  }
}

// Reads the sources of all targets, each folder, archive, file or commit once for the same rules, and gathers every
// problem. How each kind is read is in snapshot-*.ts.
import { realpathSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  type AppTarget,
  type Failure,
  failed,
  type ImageTarget,
  type Result,
  type SourcePart,
  type SourceSnapshot,
  success,
  type Target,
} from "@sti/core";
import pLimit from "p-limit";
import { detectFormat } from "./detect-format.ts";
import type { DigestCache } from "./digest-cache.ts";
import { createDiskView, type DiskView } from "./disk-view.ts";
import type { FetchedRepository } from "./fetch-repository.ts";
import { createIgnoreMatcher, type IgnoreMatcher } from "./ignore.ts";
import { mergeParts, type ReadPart } from "./merge-parts.ts";
import { classifyFileError } from "./open-file.ts";
import {
  APP_RULE_FILES,
  findConfigIgnoreProblem,
  readIgnorePatterns,
  streamIgnorePatterns,
} from "./read-ignore-patterns.ts";
import type { Workspace } from "./read-workspace.ts";
import { STATE_FOLDER } from "./records.ts";
import { snapshotFile } from "./snapshot-file.ts";
import { type FolderSnapshot, snapshotFolder } from "./snapshot-folder.ts";
import { snapshotGit } from "./snapshot-git.ts";
import { type StreamRules, snapshotStream } from "./snapshot-stream.ts";
import type { ReadRules, WorkspaceFrom } from "./snapshot-workspace.ts";
import type { SourceProblem } from "./source-problem.ts";

export interface ReadSourcesOptions {
  /** Folder of the config file, absolute: relative paths start here. */
  readonly directory: string;
  /** Folder that gets the state folder, in which repositories are kept. Default: `directory`. */
  readonly stateDirectory?: string | undefined;
  /** Repositories that were fetched for an earlier read; a branch stays at the commit it had then. */
  readonly fetched?: Map<string, Promise<FetchedRepository>> | undefined;
  /** Digests of earlier sessions; those of this one are added. All files are read without it. */
  readonly digests?: DigestCache | undefined;
  /** Read every file, also one that looks as it did: what is remembered was found to be wrong. */
  readonly distrust?: boolean | undefined;
  /** The read rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

const TARGETS_AT_ONCE = 16;

/** The source of each app and the context of each image entry, by target name; or all problems of all. */
export async function readSources(
  targets: readonly Target[],
  options: ReadSourcesOptions,
): Promise<Result<ReadonlyMap<string, SourceSnapshot>>> {
  const limit = pLimit(TARGETS_AT_ONCE);
  const reading: Reading = {
    ...options,
    fetched: options.fetched ?? new Map(),
    shared: new Map(),
    view: createDiskView(options),
    matcherFor: shareMatchers(),
    workspaces: new Map(),
    rules: new Map(),
  };
  const ended = await Promise.allSettled(targets.map((target) => limit(() => readTarget(target, reading))));
  const snapshots = new Map<string, SourceSnapshot>();
  const failures: Failure[] = [];
  for (const [index, target] of targets.entries()) {
    const one = ended[index];
    if (one?.status !== "fulfilled") throw one?.reason;
    if ("snapshot" in one.value) snapshots.set(target.name, one.value.snapshot);
    else failures.push(...one.value.failures);
  }
  return failures.length > 0 ? failed(failures) : success(snapshots);
}

interface Reading extends ReadSourcesOptions {
  readonly fetched: Map<string, Promise<FetchedRepository>>;
  readonly shared: Map<string, Promise<FolderSnapshot>>;
  readonly view: DiskView;
  /** Many targets have the same rules. */
  readonly matcherFor: (patterns: readonly string[]) => IgnoreMatcher;
  readonly workspaces: Map<string, Promise<Workspace>>;
  /** Of the folders of workspaces. */
  readonly rules: Map<string, Promise<ReadRules>>;
}

type ReadTarget = { readonly snapshot: SourceSnapshot } | { readonly failures: readonly Failure[] };

async function readTarget(target: Target, reading: Reading): Promise<ReadTarget> {
  reading.signal?.throwIfAborted();
  if (target.kind === "app") return await readApp(target, reading);
  const read = await readContext(target, reading);
  if ("snapshot" in read) return read;
  const place = { target: target.name, path: [...target.path, "context"] };
  return { failures: read.problems.map((problem) => ({ ...problem, ...place })) };
}

async function readContext(target: ImageTarget, reading: Reading): Promise<FolderSnapshot> {
  const file = resolve(reading.directory, target.context);
  const located = locate(file);
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
  if ("snapshot" in merged) return merged;
  return { failures: [place(merged.problem, [...target.path, "source"])] };
}

async function readPart({ from }: SourcePart, target: AppTarget, reading: Reading): Promise<FolderSnapshot> {
  const { directory, fetched, signal, stateDirectory = directory } = reading;
  const rulesFor = (file: string): StreamRules => ({
    files: APP_RULE_FILES,
    create: (texts) => {
      const rules = streamIgnorePatterns(texts, { file, target });
      return "problem" in rules ? rules : { matcher: createIgnoreMatcher(rules.patterns) };
    },
  });
  if (from.kind === "git") {
    const place = { folder: join(stateDirectory, STATE_FOLDER, "git"), directory, fetched };
    return await shareRead(reading, [from, target.ignore], () =>
      snapshotGit(from, { place, rules: rulesFor(from.url), signal }),
    );
  }
  if (from.kind === "workspace") return await readWorkspacePackage(from, target, reading);
  const located = locate(resolve(directory, from.path));
  if ("problem" in located) return { problems: [located.problem] };
  const { path } = located;
  if (located.isFolder) return await readFolder(path, target, reading);
  return await shareRead(reading, [path, target.ignore], () => readSingle(path, rulesFor(path), reading));
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
    readRules: (folder) =>
      share(reading.rules, [folder, target.ignore], async () => {
        const rules = readIgnorePatterns(folder, { target, view: reading.view });
        return "problem" in rules ? rules : { ...rules, matcher: reading.matcherFor(rules.patterns) };
      }),
    readFolder: (root, matcher, key) =>
      shareRead(reading, key, () => snapshotFolder(root, matcher, reading.signal, { view: reading.view })),
  });
}

async function readFolder(root: string, target: Target, reading: Reading): Promise<FolderSnapshot> {
  const rules = readIgnorePatterns(root, { target, view: reading.view });
  if ("problem" in rules) return { problems: [rules.problem] };
  return await shareRead(reading, [root, rules.patterns], () =>
    snapshotFolder(root, reading.matcherFor(rules.patterns), reading.signal, { view: reading.view }),
  );
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
      default:
        return found satisfies never;
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (classifyFileError(error) === "gone") return { problems: [{ code: "source-missing", file }] };
    return { problems: [{ code: "source-unreadable", files: [file] }] };
  }
}

function shareRead(
  { shared }: Reading,
  what: unknown,
  read: () => Promise<FolderSnapshot>,
): Promise<FolderSnapshot> {
  return share(shared, what, read);
}

function share<Value>(
  known: Map<string, Promise<Value>>,
  what: unknown,
  read: () => Promise<Value>,
): Promise<Value> {
  const key = JSON.stringify(what);
  const reading = known.get(key) ?? read();
  known.set(key, reading);
  return reading;
}

function shareMatchers(): Reading["matcherFor"] {
  const matchers = new Map<string, IgnoreMatcher>();
  return (patterns) => {
    const key = patterns.join("\n");
    const matcher = matchers.get(key) ?? createIgnoreMatcher(patterns);
    matchers.set(key, matcher);
    return matcher;
  };
}

/** The thing itself, with a link at its end (and on the way) followed. Nothing but folders and files will do. */
function locate(
  file: string,
): { readonly path: string; readonly isFolder: boolean } | { readonly problem: SourceProblem } {
  try {
    const path = realpathSync.native(file);
    const state = statSync(path);
    if (state.isDirectory() || state.isFile()) return { path, isFolder: state.isDirectory() };
    return { problem: { code: "source-special-file", files: [file] } };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return { problem: { code: "source-missing", file } };
    return { problem: { code: "source-unreadable", files: [file] } };
  }
}

// Real repositories for tests, and what sti reads of them.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { AppTarget, SourceFrom, SourceSnapshot } from "@sti/core";
import { privateFolder } from "../src/disk/private-folder.ts";
import { readSources } from "../src/snapshot/read-sources.ts";
import { appTarget, makeFolder, type Tree, unwrap } from "./temp-folder.ts";

export function git(folder: string, ...args: string[]): string {
  const identity = [
    "-c",
    "user.name=Test",
    "-c",
    "user.email=test@example.test",
    "-c",
    "protocol.file.allow=always",
  ];
  const env = { ...process.env, GIT_COMMITTER_DATE: "1700000000 +0000", GIT_CONFIG_GLOBAL: "/dev/null" };
  return execFileSync("git", [...identity, "-C", folder, ...args], {
    encoding: "utf8",
    env,
    stdio: "pipe",
  }).trim();
}

export async function makeRepository(
  tree: Tree,
): Promise<{ readonly folder: string; readonly commit: string }> {
  const folder = await makeFolder(tree);
  git(folder, "init", "-q", "-b", "main");
  return { folder, commit: commitAll(folder) };
}

export function commitAll(folder: string): string {
  git(folder, "add", "-A");
  git(folder, "commit", "-q", "-m", "change");
  return git(folder, "rev-parse", "HEAD");
}

export function gitTarget(url: string, more: Partial<Extract<SourceFrom, { kind: "git" }>> = {}): AppTarget {
  const from = {
    kind: "git",
    url,
    ref: undefined,
    dir: "",
    submodules: false,
    local: true,
    ...more,
  } as const;
  return { ...appTarget("."), source: [{ from, to: "", path: ["apps", "web", "source"] }] };
}

/** Commits are kept in `cache/git` of the folder. */
export function placeIn(directory: string) {
  return { directory, repositories: privateFolder(join(directory, "cache/git")) };
}

export async function readGit(target: AppTarget, directory?: string): Promise<SourceSnapshot> {
  const place = placeIn(directory ?? (await makeFolder()));
  return unwrap(await readSources([target], place)).get("web") as SourceSnapshot;
}

export async function failureOf(target: AppTarget) {
  const result = await readSources([target], placeIn(await makeFolder()));
  return result.ok ? undefined : result.failures[0];
}

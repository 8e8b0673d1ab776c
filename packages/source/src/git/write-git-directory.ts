// Writes a git directory with nothing but the given data: no hooks, no template, no setting of anybody else's.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { GitSetting } from "./parse-git-config.ts";

export type ObjectFormat = "sha1" | "sha256";
export type RefStorage = "files" | "reftable";

export interface GitDirectoryOptions {
  readonly objectFormat: ObjectFormat;
  readonly refStorage?: RefStorage | undefined;
  /** "ref: refs/heads/main", or a commit. */
  readonly head: string;
  readonly settings?: readonly GitSetting[] | undefined;
}

/** `folder` is there and empty. */
export function writeGitDirectory(folder: string, options: GitDirectoryOptions): void {
  const { head, objectFormat, refStorage = "files", settings = [] } = options;
  // An older git refuses unknown words, and the defaults need none.
  const extensions: readonly GitSetting[] = [
    ...(objectFormat === "sha1" ? [] : [["extensions.objectformat", objectFormat] as const]),
    ...(refStorage === "files" ? [] : [["extensions.refstorage", refStorage] as const]),
  ];
  const version = extensions.length === 0 ? "0" : "1";
  const own: readonly GitSetting[] = [["core.repositoryformatversion", version], ...extensions];
  writeFileSync(join(folder, "HEAD"), `${head}\n`);
  writeFileSync(join(folder, "config"), [...own, ...settings].map(formatSetting).join(""));
  mkdirSync(join(folder, "info"));
  mkdirSync(join(folder, "objects/info"), { recursive: true });
}

/** Each in a section of its own. */
function formatSetting([name, value]: GitSetting): string {
  const [section = "", ...rest] = name.split(".");
  const key = rest.pop() ?? "";
  const below = rest.join(".");
  const header = below === "" ? section : `${section} ${quote(below)}`;
  return `[${header}]\n\t${key} = ${quote(value)}\n`;
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

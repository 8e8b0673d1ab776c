// One thing that a checkout may bring to attack its builder, and its planting. The plants are in hostile-state.ts,
// hostile-git.ts and hostile-files.ts.
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ImageDetails } from "@sti/core";

/** Places for a plant. All absolute. */
export interface HostilePlace {
  /** The checkout; there is a project in it. */
  readonly folder: string;
  /** A folder beside it, of which nothing may change: the targets of links lie here. */
  readonly outside: string;
  /** A shell command that leaves a file in `outside` when it is run. */
  readonly canary: (name: string) => string;
  /** Images of which something may be remembered. */
  readonly images: readonly KnownImage[];
}

/** Facts known to anybody who has seen the image once. */
export type KnownImage = Pick<ImageDetails, "id" | "layers">;

export interface HostilePlant {
  readonly name: string;
  /** Part of the program that must withstand it. */
  readonly about: "state" | "git" | "files" | "names";
  /** Paths of the checkout that it takes: two plants that take one, or one below the other, are not planted together. */
  readonly takes: readonly string[];
  /** Whether commands that read the project end at it, so that others would not be met. */
  readonly stops: boolean;
  readonly plant: (place: HostilePlace) => void;
}

export function writeIn(folder: string, path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text, { mode });
}

export function linkIn(folder: string, path: string, target: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  symlinkSync(target, join(folder, path));
}

export function pipeIn(folder: string, path: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  execFileSync("mkfifo", [join(folder, path)]);
}

/** Git as the attacker has it: with nothing of this machine's. */
export function runPlainGit(folder: string, args: readonly string[], input?: string): string {
  const env = {
    PATH: process.env.PATH,
    HOME: "/nonexistent",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_AUTHOR_NAME: "a",
    GIT_AUTHOR_EMAIL: "a@example.com",
    GIT_COMMITTER_NAME: "a",
    GIT_COMMITTER_EMAIL: "a@example.com",
  };
  return execFileSync("git", args, { cwd: folder, env, input, encoding: "utf8", stdio: "pipe" });
}

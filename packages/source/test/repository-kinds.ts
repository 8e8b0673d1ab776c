// Kinds of clones and work trees that people have.
import { renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { commitAll, git, makeRepository } from "./git-repository.ts";
import { makeFolder } from "./temp-folder.ts";

const TREE = { "api/a": "1", "web/w": "1" };

export async function clone(origin: string, ...flags: string[]): Promise<string> {
  const place = await makeFolder();
  git(place, "clone", "-q", ...flags, `file://${origin}`, "clone");
  return join(place, "clone");
}

/** Each gives the folder of a work tree with the files of TREE. */
export const KINDS: Readonly<Record<string, (origin: string) => Promise<string>>> = {
  "a clone": (origin) => clone(origin),
  "a shallow clone": (origin) => clone(origin, "--depth=1"),
  "a clone without blobs": (origin) => clone(origin, "--filter=blob:none"),
  "a clone with its git directory elsewhere": async (origin) =>
    await clone(origin, `--separate-git-dir=${join(await makeFolder(), "git")}`),
  "a clone whose .git is a link": async (origin) => {
    const folder = await clone(origin);
    const elsewhere = join(await makeFolder(), "git");
    renameSync(join(folder, ".git"), elsewhere);
    symlinkSync(elsewhere, join(folder, ".git"));
    return folder;
  },
  "a clone with packed refs": async (origin) => {
    const folder = await clone(origin);
    git(folder, "pack-refs", "--all");
    git(folder, "repack", "-adq");
    return folder;
  },
  "a detached commit": async (origin) => {
    const folder = await clone(origin);
    git(folder, "checkout", "-q", "--detach");
    return folder;
  },
  "an index in two parts": async (origin) => {
    const folder = await clone(origin);
    git(folder, "update-index", "--split-index");
    return folder;
  },
  "objects of another clone": async (origin) => {
    const place = await makeFolder();
    git(place, "clone", "-q", "--shared", origin, "clone");
    const objects = join(place, "clone/.git/objects");
    writeFileSync(join(objects, "info/alternates"), `${relative(objects, join(origin, ".git/objects"))}\n`);
    return join(place, "clone");
  },
  "a linked work tree": async (origin) => {
    const folder = await clone(origin);
    const linked = join(await makeFolder(), "linked");
    git(folder, "worktree", "add", "-q", linked, "-b", "topic");
    return linked;
  },
  "a linked work tree whose .git file ends with CR LF": async (origin) => {
    const folder = await clone(origin);
    const linked = join(await makeFolder(), "linked");
    git(folder, "worktree", "add", "-q", linked, "-b", "topic");
    writeFileSync(join(linked, ".git"), `gitdir: ${git(linked, "rev-parse", "--git-dir")}\r\n`);
    return linked;
  },
  "a linked work tree with settings of its own": async (origin) => {
    const folder = await clone(origin);
    const linked = join(await makeFolder(), "linked");
    git(folder, "config", "extensions.worktreeConfig", "true");
    git(folder, "worktree", "add", "-q", linked, "-b", "topic");
    git(linked, "config", "--worktree", "core.fileMode", "false");
    return linked;
  },
  "a submodule": async (origin) => {
    const outer = await makeRepository({ main: "1" });
    git(outer.folder, "submodule", "--quiet", "add", `file://${origin}`, "lib");
    return join(outer.folder, "lib");
  },
  "a repository with sha256": async () => {
    const folder = await makeFolder(TREE);
    git(folder, "init", "-q", "-b", "main", "--object-format=sha256");
    commitAll(folder);
    return folder;
  },
  "a sparse checkout": async (origin) => {
    const folder = await clone(origin, "--sparse");
    git(folder, "sparse-checkout", "set", "api", "web");
    return folder;
  },
  "a sparse index": async (origin) => {
    const folder = await clone(origin, "--sparse");
    git(folder, "sparse-checkout", "set", "--sparse-index", "api", "web");
    return folder;
  },
};

// What git says of the folders on this machine that sources lie in: the commit, and whether they differ from it.
// Reading sources from repositories is snapshot-git.ts.
import { sep } from "node:path";
import type { Checkout } from "@sti/core";
import { runGit } from "./run-git.ts";

/** How long git may take, in milliseconds: its answer is nice to have. */
const LIMIT = 10_000;

/**
 * The commit that each of these folders or files has the content of. What differs from it, by so much as a new file,
 * is left out, and so is what the commit does not have. `paths`: absolute. Rejects only with the signal's reason.
 */
export async function readCheckouts(
  directory: string,
  paths: readonly string[],
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<ReadonlyMap<string, Checkout>> {
  const { signal } = options;
  const limit = AbortSignal.timeout(LIMIT);
  const either = signal === undefined ? limit : AbortSignal.any([signal, limit]);
  const git = async (...args: string[]) =>
    (await runGit(["-C", directory, ...args], { signal: either })).toString("utf8");
  try {
    const found = (await git("rev-parse", "--show-toplevel", "HEAD^{commit}")).replace(/\n$/, "");
    const end = found.lastIndexOf("\n");
    const [root, commit] = [found.slice(0, end), found.slice(end + 1)];
    const below = paths.filter((path) => path === root || path.startsWith(`${root}${sep}`));
    if (below.length === 0) return new Map();
    const [status, files, origin] = await Promise.all([
      git("status", "--porcelain=v1", "-z", "--untracked-files=normal", "--no-renames", "--", ...below),
      git("ls-files", "-z", "--full-name", "--", ...below),
      git("config", "--get", "remote.origin.url").catch(() => ""),
    ]);
    const changed = status.split("\0").flatMap((line) => (line === "" ? [] : [line.slice(3)]));
    const tracked = foldersOf(files.split("\0"));
    const checkout: Checkout = { url: publicAddress(origin.trim()), commit };
    const isClean = (path: string) => {
      const name = path.slice(root.length + 1).replaceAll(sep, "/");
      return tracked.has(name) && !changed.some((other) => overlap(name, other.replace(/\/$/, "")));
    };
    return new Map(below.filter(isClean).map((path) => [path, checkout]));
  } catch {
    signal?.throwIfAborted();
    return new Map(); // no git, no work tree, no commit yet, or somebody else's: nothing is known then
  }
}

/** Files and every folder above them; "" is the root. */
function foldersOf(files: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const file of files) {
    for (
      let path = file;
      path !== "" && !found.has(path);
      path = path.slice(0, Math.max(0, path.lastIndexOf("/")))
    ) {
      found.add(path);
    }
    if (file !== "") found.add("");
  }
  return found;
}

/** Whether one of the paths is, or is in, the other. */
function overlap(a: string, b: string): boolean {
  return a === b || a === "" || b === "" || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}

/** An address that others may read: without passwords and tokens, and not a place on this machine. */
export function publicAddress(origin: string): string | undefined {
  const url = URL.parse(origin);
  if (url !== null && ["http:", "https:", "ssh:", "git:"].includes(url.protocol) && url.host !== "") {
    if (url.protocol !== "ssh:") url.username = "";
    url.password = "";
    url.search = "";
    url.hash = "";
    return url.href;
  }
  return /^(?:[\w.-]+@)?[\w.-]+:(?![/\\]{2})[^\s:]+$/.test(origin) && !/^[A-Za-z]:/.test(origin)
    ? origin
    : undefined;
}

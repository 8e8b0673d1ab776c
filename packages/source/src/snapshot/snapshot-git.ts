// A commit of a git repository as a snapshot, with its submodules where they are asked for. What every git problem
// means for a source is here; how git is run is in run-git.ts.
import { findGitProblem, type RepositoryPart, type SourceFrom } from "@sti/core";
import { ArchiveError } from "../archive/archive-entry.ts";
import { NotPrivateError } from "../disk/private-folder.ts";
import type { SourceProblem } from "../disk/source-problem.ts";
import {
  type FetchedRepository,
  fetchRepository,
  RefUnknownError,
  type RepositoryAddress,
  remoteOf,
} from "../git/fetch-repository.ts";
import { listTree, SUBMODULE } from "../git/read-repository.ts";
import { GitError, runGit } from "../git/run-git.ts";
import type { FolderSnapshot } from "./snapshot-folder.ts";
import { type StreamRules, snapshotStream } from "./snapshot-stream.ts";

export type GitFrom = Extract<SourceFrom, { readonly kind: "git" }>;

/** Folder of the fetched repositories, and fetches of this session: each ref is requested once for all targets. */
export interface GitPlace {
  /** Absolute. */
  readonly folder: string;
  /** Relative paths start here. Absolute. */
  readonly directory: string;
  readonly fetched: Map<string, Promise<FetchedRepository>>;
}

const MOST_SUBMODULES = 200;
const DEEPEST_SUBMODULE = 8;

export async function snapshotGit(
  from: GitFrom,
  {
    place,
    rules,
    signal,
  }: {
    readonly place: GitPlace;
    readonly rules: StreamRules;
    readonly signal: AbortSignal | undefined;
  },
): Promise<FolderSnapshot> {
  const root = await attempt(from, "fetch", () => fetchOnce(from, place, signal));
  if ("problem" in root) return { problems: [root.problem] };
  const { repository, commit, commitTime, name } = root.value;
  const top: RepositoryPart = { repository, commit, dir: from.dir, to: "" };
  const parts = await attempt(from, "read", async () => {
    const below = from.submodules ? await findSubmodules(top, from, { place, signal, depth: 1 }) : [];
    await listTree(top, signal);
    return [top, ...below];
  });
  if ("problem" in parts) return { problems: [parts.problem] };
  const { url } = from;
  const file = from.dir === "" ? url : `${url}:${from.dir}`;
  const read = await snapshotStream({ kind: "git", url, repositories: parts.value }, { file, rules, signal });
  if ("problems" in read) return read;
  const revision = { url: from.local && !/^(?:https|ssh):/.test(url) ? undefined : url, commit, commitTime };
  const below = (folder: string) => (name?.startsWith(folder) ? name.slice(folder.length) : undefined);
  const names = { branch: below("refs/heads/"), tag: below("refs/tags/") };
  return { snapshot: { ...read.snapshot, revision, git: { commit, ...names, isDirty: false } } };
}

/** Problem with a submodule. */
class SubmoduleError extends Error {}

async function attempt<Value>(
  from: GitFrom,
  verb: string,
  work: () => Promise<Value>,
): Promise<{ readonly value: Value } | { readonly problem: SourceProblem }> {
  const { url, ref, dir } = from;
  try {
    return { value: await work() };
  } catch (error) {
    if (error instanceof RefUnknownError)
      return { problem: { code: "git-ref-unknown", url, ref: error.ref } };
    if (error instanceof SubmoduleError) {
      return {
        problem: { code: "git-failed", url, operation: "read the submodules", message: error.message },
      };
    }
    if (error instanceof NotPrivateError)
      return { problem: { code: "git-failed", url, operation: "keep a copy", message: error.message } };
    if (error instanceof ArchiveError) {
      return { problem: { code: "archive-invalid", file: url, entry: error.entry, problem: error.problem } };
    }
    if (!(error instanceof GitError)) throw error;
    if (verb === "read" && dir !== "") return { problem: { code: "source-missing", file: `${url}:${dir}` } };
    const operation = `${verb} ${ref ?? "HEAD"}`;
    return { problem: { code: "git-failed", url, operation, message: error.output } };
  }
}

function fetchOnce(
  address: RepositoryAddress,
  { folder, directory, fetched }: GitPlace,
  signal: AbortSignal | undefined,
): Promise<FetchedRepository> {
  const { local, ref, url } = address;
  const key = JSON.stringify([url, ref, local]);
  const fetching = fetched.get(key) ?? fetchRepository({ url, ref, local }, { folder, directory, signal });
  fetched.set(key, fetching);
  return fetching;
}

interface SubmoduleSearch {
  readonly place: GitPlace;
  readonly signal: AbortSignal | undefined;
  readonly depth: number;
}

/** Those below the part's folder, and theirs. */
async function findSubmodules(
  part: RepositoryPart,
  address: RepositoryAddress,
  { place, signal, depth }: SubmoduleSearch,
): Promise<readonly RepositoryPart[]> {
  const links = (await listTree(part, signal)).filter(({ mode }) => mode === SUBMODULE);
  if (links.length === 0) return [];
  if (depth > DEEPEST_SUBMODULE)
    throw new SubmoduleError(`more than ${DEEPEST_SUBMODULE} are inside of each other`);
  if (links.length > MOST_SUBMODULES) throw new SubmoduleError(`there are more than ${MOST_SUBMODULES}`);
  const urls = await readModules(part, signal);
  const found: RepositoryPart[] = [];
  for (const link of links) {
    const path = part.dir === "" ? link.path : `${part.dir}/${link.path}`;
    const written = urls.get(path);
    if (written === undefined) throw new SubmoduleError(`${path} has no address in .gitmodules`);
    const url = relativeTo(remoteOf(address, place.directory), written);
    const local = address.local && /^file:\/\//i.test(url);
    const problem = findGitProblem(url, { local });
    if (problem !== undefined) throw new SubmoduleError(`the address of ${path}, ${url}, ${problem}`);
    const inner = { url, ref: link.object, local };
    const { repository, commit } = await fetchOnce(inner, place, signal);
    const to = part.to === "" ? link.path : `${part.to}/${link.path}`;
    const fetched: RepositoryPart = { repository, commit, dir: "", to };
    found.push(fetched, ...(await findSubmodules(fetched, inner, { place, signal, depth: depth + 1 })));
  }
  return found;
}

/** Addresses as written, by path in the repository. */
async function readModules(
  { repository, commit }: RepositoryPart,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, string>> {
  const args = ["config", "--blob", `${commit}:.gitmodules`, "--list", "-z"];
  const output = (await runGit(args, { repository, signal })).toString();
  const modules = new Map<string, { path?: string; url?: string }>();
  for (const record of output.split("\0")) {
    const match = /^submodule\.([\s\S]*)\.(path|url)\n([\s\S]*)$/.exec(record);
    if (match === null) continue;
    const [, name = "", key, value = ""] = match;
    modules.set(name, { ...modules.get(name), [key as "path" | "url"]: value });
  }
  return new Map(
    [...modules.values()].flatMap(({ path, url }) =>
      path === undefined || url === undefined ? [] : [[path, url] as const],
    ),
  );
}

/** As git reads "../other.git" in .gitmodules. */
function relativeTo(parent: string, written: string): string {
  if (!/^\.\.?\//.test(written)) return written;
  let base = parent.replace(/\/+$/, "");
  let rest = written;
  for (;;) {
    if (rest.startsWith("./")) rest = rest.slice(2);
    else if (rest.startsWith("../")) {
      rest = rest.slice(3);
      const end = Math.max(base.lastIndexOf("/"), base.lastIndexOf(":"));
      base = base.slice(0, base[end] === ":" ? end + 1 : Math.max(end, 0));
    } else return base.endsWith(":") ? base + rest : `${base}/${rest}`;
  }
}

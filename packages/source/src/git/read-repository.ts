// The entries of commits, straight from a repository's objects: nothing is checked out, so no hook, filter or attribute
// takes effect, and the bytes are those that were committed.
import { isUtf8 } from "node:buffer";
import type { RepositoryPart } from "@sti/core";
import { type ArchiveEntry, ArchiveError } from "../archive/archive-entry.ts";
import { type Body, type ByteReader, createByteReader, readBody } from "../archive/byte-reader.ts";
import { checkEntries } from "../archive/check-entries.ts";
import { runGit, startGit } from "./run-git.ts";

/** One line of a tree. */
export interface TreeEntry {
  readonly mode: string;
  readonly object: string;
  readonly path: string;
}

const FOLDER = "040000";
const LINK = "120000";
export const SUBMODULE = "160000";

export function readRepositories(parts: readonly RepositoryPart[]): AsyncIterable<ArchiveEntry> {
  return checkEntries(readAll(parts));
}

/** The tree below `dir`, paths relative to it. Rejects with GitError when it is no folder of the commit. */
export async function listTree(
  { repository, commit, dir }: Pick<RepositoryPart, "repository" | "commit" | "dir">,
  signal?: AbortSignal,
): Promise<readonly TreeEntry[]> {
  const tree = dir === "" ? commit : `${commit}:${dir}`;
  const output = await runGit(["ls-tree", "-r", "-t", "-z", tree], { repository, signal });
  const entries: TreeEntry[] = [];
  for (let start = 0; start < output.length; ) {
    const end = output.indexOf(0, start);
    const line = output.subarray(start, end);
    const tab = line.indexOf(0x09);
    const [mode = "", , object = ""] = line.toString("latin1", 0, tab).split(" ");
    const path = line.subarray(tab + 1);
    if (!isUtf8(path)) throw new ArchiveError("has a name that is not UTF-8", path.toString());
    entries.push({ mode, object, path: path.toString() });
    start = end + 1;
  }
  return entries;
}

async function* readAll(parts: readonly RepositoryPart[]): AsyncGenerator<ArchiveEntry, void, undefined> {
  for (const part of parts) yield* readOne(part);
}

async function* readOne(part: RepositoryPart): AsyncGenerator<ArchiveEntry, void, undefined> {
  const entries = await listTree(part);
  const git = startGit(["cat-file", "--batch"], part.repository);
  const { stdin, stdout } = git;
  if (stdin === null || stdout === null) throw new Error("git has no pipes");
  // That it ended early is seen where its answer is missing.
  stdin.on("error", () => undefined);
  git.on("error", () => undefined);
  const ended = new Promise((resolve) => git.once("close", resolve));
  const answers = createByteReader(stdout as AsyncIterable<Uint8Array>);
  try {
    for (const { mode, object, path: inside } of entries) {
      const path = part.to === "" ? inside : `${part.to}/${inside}`;
      // A submodule that is not read is an empty folder, as it is in a clone.
      if (mode === FOLDER || mode === SUBMODULE) {
        yield { kind: "directory", path };
        continue;
      }
      stdin.write(`${object}\n`);
      const blob = await openBlob(answers, path);
      if (mode !== LINK) {
        yield { kind: "file", path, executable: mode === "100755", content: blob.content };
        await blob.skip();
        continue;
      }
      const target: Uint8Array[] = [];
      for await (const chunk of blob.content) target.push(Uint8Array.from(chunk));
      await blob.skip();
      const bytes = Buffer.concat(target);
      if (!isUtf8(bytes)) throw new ArchiveError("has a link target that is not UTF-8", path);
      yield { kind: "symlink", path, linkTarget: bytes.toString() };
    }
  } finally {
    stdin.end();
    stdout.destroy();
    git.kill();
    await ended;
  }
}

/** The answer is "OBJECT blob SIZE\n", the bytes, and "\n". */
async function openBlob(answers: ByteReader, path: string): Promise<Body> {
  let line = "";
  while (!line.endsWith("\n")) {
    const byte = await answers.take(1);
    if (byte.length === 0) throw new ArchiveError("cannot be read from the repository", path);
    line += byte.toString("latin1");
  }
  const found = /^[0-9a-f]+ blob (\d+)\n$/.exec(line);
  if (found === null) throw new ArchiveError(`is not in the repository (${line.trim()})`, path);
  const endedEarly = () => new ArchiveError("cannot be read from the repository", path);
  return readBody(answers, { size: Number(found[1]), padding: 1, endedEarly });
}

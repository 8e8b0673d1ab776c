// Writes a source to a folder as a build would get it: the same bytes, modes and links.
import { type FileHandle, mkdir, open, readdir, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { SourceEntry, SourceSnapshot } from "@sti/core";
import { sendFiles } from "./send-files.ts";

/** Undefined if all is written; else the problem of the folder, which is left as it was. */
export async function exportSource(snapshot: SourceSnapshot, folder: string): Promise<string | undefined> {
  const made = await makeEmpty(folder);
  if ("problem" in made) return made.problem;
  try {
    await writeEntries(snapshot, folder);
    return undefined;
  } catch (error) {
    // It was empty: all of it is ours.
    for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true });
    if (made.isNew) await rm(folder, { recursive: true });
    throw error;
  }
}

async function makeEmpty(
  folder: string,
): Promise<{ readonly isNew: boolean } | { readonly problem: string }> {
  try {
    const isNew = (await mkdir(folder, { recursive: true })) !== undefined;
    return (await readdir(folder)).length > 0 ? { problem: "is not empty" } : { isNew };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    if (code === "EEXIST" || code === "ENOTDIR") return { problem: "is not a folder" };
    return { problem: `cannot be written (${code})` };
  }
}

/** Links come last, so that nothing is written through one. */
async function writeEntries(snapshot: SourceSnapshot, folder: string): Promise<void> {
  const placeOf = ({ path }: SourceEntry) => join(folder, path);
  for (const entry of snapshot.entries) {
    if (entry.kind === "directory") await mkdir(placeOf(entry), { recursive: true, mode: 0o755 });
  }
  await sendFiles(snapshot, async (entry, content) => {
    await mkdir(dirname(placeOf(entry)), { recursive: true });
    // Neither an existing file nor a link is written to.
    const file = await open(placeOf(entry), "wx", entry.executable ? 0o755 : 0o644);
    try {
      await writeContent(file, content);
      await file.chmod(entry.executable ? 0o755 : 0o644);
    } finally {
      await file.close();
    }
  });
  for (const entry of snapshot.entries) {
    if (entry.kind === "symlink") await symlink(entry.linkTarget, placeOf(entry));
  }
}

async function writeContent(
  file: FileHandle,
  content: AsyncIterable<Uint8Array> | Iterable<Promise<Uint8Array>>,
): Promise<void> {
  for await (const chunk of content) await file.writeFile(chunk);
}

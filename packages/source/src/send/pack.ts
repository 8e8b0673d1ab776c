// Turns the parts of an archive into a tar stream. The bytes of sources are compared with their snapshot
// while they are sent (read-packed-file.ts); the tar format itself is modern-tar's.

import type { ArchivePart, ChangedFiles, Owner, SourceEntry } from "@sti/core";
import { createTarPacker, type TarPackController } from "modern-tar";
import { joinBlocks } from "./join-blocks.ts";
import type { PackedFile } from "./read-packed-file.ts";
import { sendFiles } from "./send-files.ts";

/**
 * Writes parts in their order. A source below a path gets an entry for exactly that path; the directories
 * above it get none, in no case: an entry for `tmp/` would change the mode of the image's own /tmp.
 * Entries have `time` (seconds since 1970) as mtime, unless the source says they changed, and no owner's names.
 */
export async function* pack(
  parts: readonly ArchivePart[],
  { time }: { readonly time: number },
): AsyncGenerator<Uint8Array, void, undefined> {
  const { readable, controller } = createTarPacker();
  const archive: Archive = { controller, mtime: new Date(time * 1000) };
  const writing = writeParts(archive, parts).catch((error: unknown) => controller.error(error));
  try {
    yield* joinBlocks(readable);
  } finally {
    // Also after a reader that has had enough: every file is closed before the stream is over.
    await writing;
  }
}

interface Archive {
  readonly controller: TarPackController;
  readonly mtime: Date;
}

interface EntryHeader {
  readonly path: string;
  readonly type: "file" | "directory" | "symlink";
  readonly mode: number;
  readonly owner: Owner;
  readonly size?: number;
  readonly linkTarget?: string;
  /** Seconds since 1970; the archive's time when left out. */
  readonly time?: number;
}

type SourcePart = Extract<ArchivePart, { readonly kind: "source" }>;

async function writeParts(archive: Archive, parts: readonly ArchivePart[]): Promise<void> {
  const given = new Set(parts.flatMap((part) => (part.kind === "directory" ? [part.path] : [])));
  for (const part of parts) {
    switch (part.kind) {
      case "directory":
        await writeEntry(archive, { ...part, type: "directory" });
        break;
      case "file": {
        const bytes = typeof part.content === "string" ? Buffer.from(part.content) : part.content;
        await writeEntry(archive, { ...part, type: "file", size: bytes.length }, [bytes]);
        break;
      }
      case "source":
        if (part.path !== "" && !given.has(part.path)) {
          await writeEntry(archive, { ...part, type: "directory", mode: 0o755 });
        }
        await writeSource(archive, part);
        break;
    }
  }
  archive.controller.finalize();
}

/** Folders first and links last, so that nothing is ever written through a link; files as they come. */
async function writeSource(archive: Archive, part: SourcePart): Promise<void> {
  const { changed, only, owner, path, snapshot } = part;
  const isSent = (entry: SourceEntry) => only === undefined || only.has(entry.path);
  const write = async (entry: SourceEntry, content?: PackedFile) => {
    const header = headerOf(entry, path === "" ? entry.path : `${path}/${entry.path}`, owner);
    const time = changed !== undefined && hasChanged(entry.path, changed) ? { time: changed.time } : {};
    await writeEntry(archive, { ...header, ...time }, content);
  };
  for (const entry of snapshot.entries) if (entry.kind === "directory" && isSent(entry)) await write(entry);
  await sendFiles(snapshot, write, only);
  for (const entry of snapshot.entries) if (entry.kind === "symlink" && isSent(entry)) await write(entry);
}

function hasChanged(path: string, changed: ChangedFiles): boolean {
  return changed.paths === "all" || changed.paths.has(path);
}

function headerOf(entry: SourceEntry, path: string, owner: Owner): EntryHeader {
  switch (entry.kind) {
    case "directory":
      return { type: "directory", path, owner, mode: 0o755 };
    case "file":
      return { type: "file", path, owner, mode: entry.executable ? 0o755 : 0o644, size: entry.size };
    case "symlink":
      return { type: "symlink", path, owner, mode: 0o777, linkTarget: entry.linkTarget };
  }
}

async function writeEntry(
  { controller, mtime }: Archive,
  { type, path, mode, owner, size = 0, linkTarget, time }: EntryHeader,
  content: PackedFile | readonly Uint8Array[] = [],
): Promise<void> {
  const name = type === "directory" ? `${path}/` : path;
  // The old header holds 100 bytes of ASCII; its way to split longer names is not understood alike by all.
  const pax: Record<string, string> = {};
  if (needsPax(name)) pax.path = name;
  if (linkTarget !== undefined && needsPax(linkTarget)) pax.linkpath = linkTarget;
  const writer = controller
    .add({
      type,
      name,
      mode,
      size,
      mtime: time === undefined ? mtime : new Date(time * 1000),
      uid: owner.uid,
      gid: owner.gid,
      pax,
      ...(linkTarget === undefined ? {} : { linkname: linkTarget }),
    })
    .getWriter();
  for await (const chunk of content) {
    if (chunk.length > 0) await writer.write(chunk);
  }
  await writer.close();
}

function needsPax(text: string): boolean {
  return text.length > 100 || !/^[\x20-\x7e]*$/.test(text);
}

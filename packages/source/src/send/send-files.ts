// The bytes of a snapshot's files in the order in which its origin gives them, compared with the snapshot. A part's
// files are sent part by part.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { SourceChangedError, type SourceEntry, type SourceSnapshot } from "@sti/core";
import type { ArchiveEntry } from "../archive/archive-entry.ts";
import { openOrigin, type StreamOrigin } from "./open-origin.ts";
import { type PackedFile, readAhead } from "./read-packed-file.ts";

type FileEntry = Extract<SourceEntry, { readonly kind: "file" }>;
/** Has to read the content to its end before it resolves. */
type Send = (entry: FileEntry, content: PackedFile) => Promise<void>;

/**
 * Rejects with a SourceChangedError where bytes are not those of the snapshot. `only`: paths of the files that are
 * sent; left out: all.
 */
export async function sendFiles(
  snapshot: SourceSnapshot,
  send: Send,
  only?: ReadonlySet<string>,
): Promise<void> {
  const { origin } = snapshot;
  const files = () => filesOf(snapshot).filter(({ path }) => only === undefined || only.has(path));
  switch (origin.kind) {
    case "folder":
      return await sendFromDisk(files(), (entry) => join(origin.root, entry.path), send);
    case "file":
      return await sendFromDisk(files(), () => origin.file, send);
    case "text":
      for (const entry of files()) await send(entry, [Promise.resolve(Buffer.from(origin.content))]);
      return;
    case "archive":
    case "git":
      return await sendFromStream(origin, files(), send);
    case "parts":
      for (const { to, snapshot: part } of origin.parts) {
        await sendFiles(
          part,
          (entry, content) => send(to === "" ? entry : { ...entry, path: `${to}/${entry.path}` }, content),
          only && pathsBelow(to, only),
        );
      }
      return;
    default:
      origin satisfies never;
  }
}

/** The paths that are below a folder, relative to it. */
function pathsBelow(folder: string, paths: ReadonlySet<string>): ReadonlySet<string> {
  if (folder === "") return paths;
  const start = `${folder}/`;
  return new Set([...paths].filter((path) => path.startsWith(start)).map((path) => path.slice(start.length)));
}

function filesOf(snapshot: SourceSnapshot): readonly FileEntry[] {
  return snapshot.entries.filter((entry): entry is FileEntry => entry.kind === "file");
}

async function sendFromDisk(
  entries: readonly FileEntry[],
  pathOf: (entry: FileEntry) => string,
  send: Send,
): Promise<void> {
  const files = readAhead(entries.map((entry) => ({ ...entry, path: pathOf(entry) })));
  try {
    for (const entry of entries) await send(entry, files.next());
  } finally {
    await files.settle();
  }
}

/** A file with several names is sent under one of them each time the origin is read. */
async function sendFromStream(
  origin: StreamOrigin,
  entries: readonly FileEntry[],
  send: Send,
): Promise<void> {
  const waiting = new Map(entries.map((entry) => [entry.path, entry]));
  const place = origin.kind === "archive" ? origin.file : origin.url;
  const names = new Map<string, string[]>();
  const firstNames = new Map<string, string>();
  for (let pass = 1; waiting.size > 0; pass += 1) {
    const before = waiting.size;
    const stream = openOrigin(origin);
    for await (const entry of asChanges(stream, place)) {
      if (entry.kind === "hardlink") {
        const first = firstNames.get(entry.linkTarget) ?? entry.linkTarget;
        firstNames.set(entry.path, first);
        if (pass === 1) names.set(first, [...(names.get(first) ?? []), entry.path]);
        continue;
      }
      if (entry.kind !== "file") continue;
      const wanted = [entry.path, ...(names.get(entry.path) ?? [])].find((name) => waiting.has(name));
      const file = wanted === undefined ? undefined : waiting.get(wanted);
      if (wanted === undefined || file === undefined) continue;
      waiting.delete(wanted);
      await send(file, compared(entry.content, file, place));
      if (waiting.size === 0) break;
    }
    // In the first pass a file comes before its other names are known.
    if (waiting.size === before && pass > 1) throw new SourceChangedError(place);
  }
}

/** It could be read when the snapshot was made: whatever is wrong with it now is a change. */
async function* asChanges(stream: AsyncIterable<ArchiveEntry>, place: string): AsyncGenerator<ArchiveEntry> {
  const iterator = stream[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await iterator.next().catch(() => {
        throw new SourceChangedError(place);
      });
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}

async function* compared(
  content: AsyncIterable<Uint8Array>,
  file: FileEntry,
  place: string,
): AsyncGenerator<Uint8Array> {
  const sha256 = createHash("sha256");
  let left = file.size;
  // The last chunk is held back until the digest is known to be right.
  let held: Uint8Array | undefined;
  const iterator = content[Symbol.asyncIterator]();
  for (;;) {
    const next = await iterator.next().catch(() => {
      throw new SourceChangedError(place);
    });
    if (next.done === true) break;
    left -= next.value.length;
    if (left < 0) break;
    sha256.update(next.value);
    if (held !== undefined) yield held;
    held = next.value;
  }
  if (left !== 0 || sha256.digest("hex") !== file.digest) throw new SourceChangedError(place);
  if (held !== undefined) yield held;
}

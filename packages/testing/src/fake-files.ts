// Files as the fake engine keeps them: of images, of containers and of volumes.
import { posix } from "node:path";
import type { ContainerFile } from "@sti/core";
import { unpackTar } from "modern-tar";

/** A file in the fake engine. A plain text is a file with mode 0755. */
export type FakeFile =
  | string
  | { readonly content: string | Uint8Array; readonly mode: number }
  | { readonly link: string };

/** By absolute path. Folders are there because something is in them. */
export type FakeFiles = ReadonlyMap<string, FakeFile>;

export function readFakeFile(files: FakeFiles, path: string, headBytes: number): ContainerFile | undefined {
  let place = path;
  for (let links = 0; links <= 16; links++) {
    const file = files.get(place);
    if (file === undefined) {
      const isFolder = place === "/" || [...files.keys()].some((other) => other.startsWith(`${place}/`));
      return isFolder
        ? { path: place, kind: "directory", mode: 0o755, size: 0, modifiedAt, head: empty }
        : undefined;
    }
    if (typeof file !== "string" && "link" in file) {
      place = posix.resolve(posix.dirname(place), file.link);
      continue;
    }
    const { content, mode } = typeof file === "string" ? { content: file, mode: 0o755 } : file;
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    return {
      path: place,
      kind: "file",
      mode,
      size: bytes.length,
      modifiedAt,
      head: bytes.slice(0, headBytes),
    };
  }
  return undefined;
}

/** Reads a tar stream to its end. The stream's own errors pass through as they are. */
export async function readTar(archive: AsyncIterable<Uint8Array>): Promise<Map<string, FakeFile>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive) chunks.push(chunk);
  const entries = await unpackTar(Buffer.concat(chunks));
  const files = new Map<string, FakeFile>();
  for (const { header, data } of entries) {
    const path = `/${header.name.replace(/^\.?\//, "").replace(/\/$/, "")}`;
    if (header.type === "symlink") files.set(path, { link: header.linkname ?? "" });
    else if (header.type === "file") files.set(path, { content: data ?? empty, mode: header.mode ?? 0o644 });
  }
  return files;
}

const empty = new Uint8Array();
/** Of everything. */
const modifiedAt = "2026-01-02T03:04:05.000000006Z";

// Files as the fake engine keeps them: of images, of containers and of volumes.
import { posix } from "node:path";
import type { ContainerFile } from "@sti/core";
import { packTar, unpackTar } from "modern-tar";

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

export function holdsFakeFiles(files: FakeFiles, folder: string): boolean {
  return [...files.keys()].some((path) => path === folder || path.startsWith(`${folder}/`));
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

/** As a tar stream in order of path, with the folders that files are in. */
export async function* packFakeFiles(files: FakeFiles): AsyncGenerator<Uint8Array> {
  const folders = [...files.keys()].flatMap(foldersOf);
  const paths = [...new Set([...folders, ...files.keys()])].sort();
  const common = { uid: 0, gid: 0, mtime: new Date(0) };
  const entries = paths.map((path) => {
    const file = files.get(path);
    const name = path.slice(1);
    if (file === undefined)
      return { header: { ...common, name, type: "directory" as const, mode: 0o755, size: 0 } };
    if (typeof file !== "string" && "link" in file) {
      return {
        header: { ...common, name, type: "symlink" as const, mode: 0o777, size: 0, linkname: file.link },
      };
    }
    const { content, mode } = typeof file === "string" ? { content: file, mode: 0o755 } : file;
    const body = typeof content === "string" ? new TextEncoder().encode(content) : content;
    return { header: { ...common, name, type: "file" as const, mode, size: body.length }, body };
  });
  yield await packTar(entries);
}

function foldersOf(path: string): readonly string[] {
  const above = posix.dirname(path);
  return above === "/" ? [] : [...foldersOf(above), above];
}

const empty = new Uint8Array();
/** Of everything. */
const modifiedAt = "2026-01-02T03:04:05.000000006Z";

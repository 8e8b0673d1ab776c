// Tar streams for tests, in small pieces, as a source would send them.
import { packTar } from "modern-tar";

/** A file of an archive; a folder when it has no content. */
export interface PackedFile {
  readonly path: string;
  readonly content?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Seconds since 1970. */
  readonly mtime?: number;
}

export async function* packFiles(files: readonly PackedFile[]): AsyncGenerator<Uint8Array> {
  const entries = files.map(({ path, content, mode = 0o644, uid = 0, gid = 0, mtime = 0 }) => ({
    header: {
      name: path,
      size: Buffer.byteLength(content ?? ""),
      type: content === undefined ? ("directory" as const) : ("file" as const),
      mode,
      uid,
      gid,
      mtime: new Date(mtime * 1000),
    },
    ...(content === undefined ? {} : { body: content }),
  }));
  const archive = await packTar(entries);
  for (let at = 0; at < archive.length; at += pieceSize) yield archive.subarray(at, at + pieceSize);
}

const pieceSize = 10_000;

// A source as one file: packed for other machines, and read there as the same source.
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createZstdCompress } from "node:zlib";
import type { SourceSnapshot, StoredBlob } from "@sti/core";
import { pack } from "./pack.ts";

/** Owner and time are those of the build, not of the file. */
const OWNER = { uid: 0, gid: 0 };

/** Writes a tar.zst to a new file. Rejects with SourceChangedError, and errors of the file system. */
export async function packSource(
  snapshot: SourceSnapshot,
  file: string,
  { signal }: { readonly signal: AbortSignal },
): Promise<StoredBlob> {
  const hash = createHash("sha256");
  let size = 0;
  const measure = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      hash.update(chunk);
      size += chunk.length;
      done(null, chunk);
    },
  });
  const packed = pack([{ kind: "source", snapshot, path: "", owner: OWNER }], { time: 0 });
  const written = createWriteStream(file, { flags: "wx", mode: 0o600 });
  await pipeline(Readable.from(packed), createZstdCompress(), measure, written, { signal });
  return { digest: `sha256:${hash.digest("hex")}`, size };
}

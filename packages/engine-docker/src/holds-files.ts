// Owns the question whether a path inside a container holds anything but folders. Only headers of the archive are read,
// and only up to the first one that answers it.
import { type CallOptions, EngineError } from "@sti/core";
import type { Connection } from "./connect.ts";
import { openExisting } from "./container-archive.ts";
import { isExtension, readTarTypes } from "./read-tar-types.ts";

const operation = "look for files";
const directory = "5";

export async function holdsFiles(
  connection: Connection,
  container: string,
  folder: string,
  { signal }: CallOptions = {},
): Promise<boolean> {
  const stream = await openExisting({ connection, container, operation, signal }, folder);
  if (stream === undefined) return false;
  try {
    return await hasFiles(stream.bytes);
  } finally {
    stream.close();
  }
}

/** Rejects when the archive ends without its end mark: files could have followed. */
export async function hasFiles(archive: AsyncIterable<Uint8Array>): Promise<boolean> {
  let isWhole = false;
  for await (const type of readTarTypes(archive)) {
    if (type === "end") isWhole = true;
    else if (type !== directory && !isExtension(type)) return true;
  }
  if (isWhole) return false;
  throw new EngineError({ reason: "lost", operation, message: "the archive has no end" });
}

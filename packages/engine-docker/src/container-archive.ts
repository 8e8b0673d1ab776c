// Owns the opening of a path inside a container as a tar stream, and which answers mean that there is no such path.
import { EngineError } from "@sti/core";
import type { Connection, EngineStream } from "./connect.ts";
import { shortLimit } from "./engine-request.ts";
import { isMissingContainer } from "./map-engine-error.ts";

/** Connection and container of an archive. */
export interface Archive {
  readonly connection: Connection;
  readonly container: string;
  /** In a few words, for errors: "read file". */
  readonly operation: string;
  readonly signal: AbortSignal | undefined;
}

/** Undefined when there is no such path. */
export async function openExisting(archive: Archive, path: string): Promise<EngineStream | undefined> {
  try {
    return await openArchive(archive, "GET", path);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const missing = error.reason === "not-found" && !isMissingContainer(error.message);
    const looping = /too many (links|levels of symbolic links)/i.test(error.message);
    const belowFile = /not a directory/i.test(error.message);
    if (missing || looping || belowFile) return undefined;
    throw error;
  }
}

/** Links in the folders above the path are followed by the engine. */
export function openArchive(archive: Archive, method: "HEAD" | "GET", path: string): Promise<EngineStream> {
  const { connection, container, operation, signal } = archive;
  return connection.open({
    operation,
    method,
    path: `/containers/${encodeURIComponent(container)}/archive`,
    query: { path },
    signal,
    limit: shortLimit,
  });
}

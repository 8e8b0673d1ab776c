// The entries of an origin that is read from front to back, the same ones each time.
import type { SourceOrigin } from "@sti/core";
import type { ArchiveEntry } from "../archive/archive-entry.ts";
import { openArchive } from "../archive/open-archive.ts";
import { readRepositories } from "../git/read-repository.ts";

export type StreamOrigin = Extract<SourceOrigin, { readonly kind: "archive" | "git" }>;

export function openOrigin(origin: StreamOrigin): AsyncIterable<ArchiveEntry> {
  return origin.kind === "archive"
    ? openArchive(origin.file, origin.format)
    : readRepositories(origin.repositories);
}

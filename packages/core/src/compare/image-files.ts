// The port to @sti/source for reading the files of an image from an engine's stream, and for matching paths.
import type { Mask } from "../definition/compare-rules.ts";
import type { FileEntry } from "./file-entry.ts";

/** By path; in any order. */
export type FileList = ReadonlyMap<string, FileEntry>;

/** The progress of a reading. */
export interface FilesProgress {
  readonly files: number;
  /** Of contents. */
  readonly bytes: number;
}

export interface ReadFilesOptions {
  /** The parts that are left out of contents for their masked digest. */
  readonly mask: readonly Mask[];
  readonly onProgress?: ((progress: FilesProgress) => void) | undefined;
}

export interface ImageFiles {
  /** `stream`: as of `exportContainer`. Rejects with EngineError where the stream does, or is none. */
  readFiles(stream: AsyncIterable<Uint8Array>, options: ReadFilesOptions): Promise<FileList>;
  /** `patterns`: as in .dockerignore, of paths without a leading "/". A folder that matches takes all below along. */
  matchPaths(patterns: readonly string[]): (path: string) => boolean;
}

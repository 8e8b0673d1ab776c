// One entry of something that is read from front to back: an archive, or a commit. Types, and the error of what
// cannot be used.

/** Content has to be read before the next entry is asked for; the rest of it is then lost. */
export type ArchiveEntry =
  | { readonly kind: "directory"; readonly path: string }
  | {
      readonly kind: "file";
      readonly path: string;
      readonly executable: boolean;
      readonly content: AsyncIterable<Uint8Array>;
    }
  | { readonly kind: "symlink"; readonly path: string; readonly linkTarget: string }
  /** Another name of a file that came before. */
  | { readonly kind: "hardlink"; readonly path: string; readonly linkTarget: string }
  /** Pipes, sockets and devices. */
  | { readonly kind: "special"; readonly path: string };

/** An archive that is broken, hostile or too big. */
export class ArchiveError extends Error {
  readonly entry: string | undefined;
  /** Follows the archive or the entry: "leads out of the archive". */
  readonly problem: string;
  constructor(problem: string, entry?: string) {
    super(entry === undefined ? problem : `${entry}: ${problem}`);
    this.name = "ArchiveError";
    this.entry = entry;
    this.problem = problem;
  }
}

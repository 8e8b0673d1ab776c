// One file of an image, as little of it as can be compared. Reading it from an engine's stream is @sti/source's part.

export type FileType = "file" | "directory" | "symlink" | "character-device" | "block-device" | "fifo";

/** One entry of an image's file system. Inapplicable fields are left out. */
export interface FileEntry {
  /**
   * Relative to the image's root, "/"-separated, "" for the root. Bytes that are no UTF-8 are lone surrogates, 0xff is
   * "\udcff": so two names are equal where their bytes are, and JSON can hold them.
   */
  readonly path: string;
  readonly type: FileType;
  /** Permission bits with setuid, setgid and sticky: 0o4755. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970; undefined where the engine itself has touched it. */
  readonly mtime: number | undefined;
  /** Bytes of a regular file. */
  readonly size?: number | undefined;
  /** sha256 of a regular file's content, hex. */
  readonly digest?: string | undefined;
  /** The content's digest by a rule that looks past a part of it. */
  readonly masked?: MaskedDigest | undefined;
  /** Of a symbolic link, as written. */
  readonly linkTarget?: string | undefined;
  /** "major:minor" of a device. */
  readonly device?: string | undefined;
  /** Of a file with several names: the one that comes first in order. That one does not have it. */
  readonly hardLink?: string | undefined;
  /** Extended attributes, capabilities among them: "security.capability=0x01…", in order of name. */
  readonly xattrs?: readonly string[] | undefined;
}

export interface MaskedDigest {
  /** Name of the rule. */
  readonly rule: string;
  /** sha256 of the content without the masked parts, hex. */
  readonly digest: string;
}

// The source port: the files that go into images, as core sees them. Reading and packing live in @sti/source.
import type { Target } from "../definition/target.ts";
import type { Result } from "../failure/result.ts";

/** A user of the image, as numbers. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** One entry of a source, in the form it will have inside the image. */
export type SourceEntry =
  | { readonly kind: "directory"; readonly path: string }
  | {
      readonly kind: "file";
      /** Relative to the source's root, "/"-separated. */
      readonly path: string;
      readonly executable: boolean;
      /** Bytes. */
      readonly size: number;
      /** sha256 of the content, hex. */
      readonly digest: string;
      /** Set when the content is a pointer of Git LFS, which stands for a large file. Not part of a digest. */
      readonly isLfsPointer?: true;
    }
  | { readonly kind: "symlink"; readonly path: string; readonly linkTarget: string };

/** The format of an archive, detected by its content. */
export type ArchiveFormat = "zip" | "tar" | "tar.gz" | "tar.zst";

/** A commit whose files are read straight from a repository's objects. */
export interface RepositoryPart {
  /** The bare repository. */
  readonly repository: string;
  readonly commit: string;
  /** Folder of the commit that is read, "" for all of it. */
  readonly dir: string;
  /** The place of its entries in the source: "", but for submodules. */
  readonly to: string;
}

/** The place from which a snapshot's bytes are read again to send them. Absolute paths on this machine. */
export type SourceOrigin =
  | {
      readonly kind: "folder";
      readonly root: string;
      /** The files and folders of it that are read; left out: all. Relative to it. */
      readonly only?: readonly string[];
    }
  | { readonly kind: "file"; readonly file: string }
  /** One file that is made, of `file`: not read again. */
  | { readonly kind: "text"; readonly file: string; readonly content: string }
  | { readonly kind: "archive"; readonly file: string; readonly format: ArchiveFormat }
  | { readonly kind: "git"; readonly url: string; readonly repositories: readonly RepositoryPart[] }
  | {
      readonly kind: "parts";
      /** Each below its own path in the source, "" for the root. */
      readonly parts: readonly { readonly to: string; readonly snapshot: SourceSnapshot }[];
    };

/** The commit that a source was read from. */
export interface SourceRevision {
  /** Undefined for a repository on this machine. */
  readonly url: string | undefined;
  readonly commit: string;
  /** Time of the commit, seconds since 1970. */
  readonly commitTime: number;
}

/** The commit that a source on this machine has the content of. */
export interface Checkout {
  /** Of the repository, without credentials; undefined when it has none that others could read. */
  readonly url: string | undefined;
  readonly commit: string;
}

/** The state of the repository that a source is in, for an app's scripts. */
export interface SourceGit {
  readonly commit: string;
  /** Undefined where none is checked out, or none was asked for. */
  readonly branch: string | undefined;
  /** Of the commit. */
  readonly tag: string | undefined;
  /** Whether the source differs from the commit. */
  readonly isDirty: boolean;
}

/** A program for one kind of processor. */
export interface SourceBinary {
  readonly path: string;
  /** As the engine calls it, e.g. "amd64". */
  readonly architecture: string;
}

/** A package of a workspace in a source. */
export interface SourcePackage {
  /** Folder in the source, "" for its root. */
  readonly path: string;
  readonly name: string | undefined;
  /** "manifest": the package.json alone; "root": the root's manifest, settings and the files that these name. */
  readonly extent: "whole" | "manifest" | "root";
  /** The field that names it, and that field's file; undefined for the package that was asked for, and the root. */
  readonly reason: { readonly field: string; readonly file: string } | undefined;
}

/** A place that a file of the source names, and that the source may lack. */
export interface OutsidePath {
  /** The naming file, in the source. */
  readonly file: string;
  /** In the file, from 1; undefined if it is unknown. */
  readonly line?: number | undefined;
  /** Where the file would look for it, in the source; as written if it is outside, or a variable decides. */
  readonly path: string;
  /** The part that would bring it: `from` is relative to the config. Undefined if none can. */
  readonly part?: { readonly from: string; readonly to: string } | undefined;
  /** Why a file that an installation reads is not in the source. */
  readonly reason?: "outside" | "variable" | "ignored" | "missing" | undefined;
}

/** A source as it was when it was read. */
export interface SourceSnapshot {
  /** Never part of a digest. */
  readonly origin: SourceOrigin;
  /** Only of a source, or the one part of it, that comes from git. Not part of the digest. */
  readonly revision?: SourceRevision | undefined;
  /** Only of a source in a git work tree that differs in nothing from its commit. Not part of the digest. */
  readonly checkout?: Checkout | undefined;
  /** Only of a source from git, and of an app that asks for it. Not part of the digest. */
  readonly git?: SourceGit | { readonly problem: string } | undefined;
  /** Sources that are a single program. */
  readonly binaries?: readonly SourceBinary[] | undefined;
  /** Text of `.s2i/environment`, which images with s2i's contract read. The entry of the file is in the digest. */
  readonly variablesText?: string | undefined;
  /** Scripts for such images whose first line ends in CR LF, with the program that it names. */
  readonly brokenScripts?: readonly { readonly path: string; readonly interpreter: string }[] | undefined;
  /** Packages of workspaces, with the reason of each. Not part of the digest. */
  readonly packages?: readonly SourcePackage[] | undefined;
  /** Places that config files, settings and manifests of these name. The source may have them by other parts. Not part of the digest. */
  readonly outside?: readonly OutsidePath[] | undefined;
  /** Sorted by path, by code unit. */
  readonly entries: readonly SourceEntry[];
  /** sha256 over paths, x-bits, link targets and bytes, hex. */
  readonly digest: string;
  /** Bytes of all files together. */
  readonly size: number;
}

/** One part of an archive that is sent to the engine. Parts are written in their order. */
export type ArchivePart =
  /** All entries of a snapshot below `path` ("" for the archive's root), owner and times as given. */
  | {
      readonly kind: "source";
      readonly snapshot: SourceSnapshot;
      readonly path: string;
      readonly owner: Owner;
      /** Files that get another time than the rest; left out: none. */
      readonly changed?: ChangedFiles | undefined;
      /** The only entries that are sent; left out: all. */
      readonly only?: ReadonlySet<string> | undefined;
    }
  | { readonly kind: "directory"; readonly path: string; readonly mode: number; readonly owner: Owner }
  | {
      readonly kind: "file";
      readonly path: string;
      readonly content: string | Uint8Array;
      readonly mode: number;
      readonly owner: Owner;
    };

/** Files that are not as they were in the previous build. */
export interface ChangedFiles {
  /** Paths as in the snapshot; "all" when nothing is known of the previous build's source. */
  readonly paths: ReadonlySet<string> | "all";
  /** Their mtime, seconds since 1970. */
  readonly time: number;
}

/** Whether a path is meant by patterns as in an ignore file: itself, or a folder above it. */
export type MatchPaths = (patterns: readonly string[]) => (path: string) => boolean;

/** Core's port to the disk. */
export interface Sources {
  /**
   * Packs parts into a tar stream. `time` (seconds since 1970) is every entry's mtime. A file whose bytes
   * are no longer those of its snapshot makes the stream throw SourceChangedError.
   */
  pack(parts: readonly ArchivePart[], options: { readonly time: number }): AsyncIterable<Uint8Array>;
  readonly matchPaths: MatchPaths;
  /** Reads a target's source once more, after it changed while it was sent. */
  readAgain(target: Target): Promise<Result<SourceSnapshot>>;
  /** The session's snapshots with their checkouts; read only for builds. Left out: they have them. */
  withCheckouts?(): Promise<ReadonlyMap<string, SourceSnapshot>>;
  /** The host's certificates and proxy settings, for apps that ask for them. */
  hostTrust(): Promise<Result<HostTrust>>;
}

/** The settings of a company network that a build needs. */
export interface HostTrust {
  /** PEM certificates, or undefined when the host has no bundle. */
  readonly caBundle: Uint8Array | undefined;
  /** Proxy variables of the host, e.g. HTTP_PROXY. */
  readonly env: Readonly<Record<string, string>>;
}

/** A file changed between its digest and its upload. */
export class SourceChangedError extends Error {
  readonly path: string;
  constructor(path: string) {
    super(`${path} changed while it was being read`);
    this.name = "SourceChangedError";
    this.path = path;
  }
}

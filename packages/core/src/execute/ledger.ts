// The ledger port: the notes of sessions about work before they do it, so that a later one can finish it. Kept on disk
// by @sti/source. Types only.
import type { SessionOwner } from "./session-id.ts";

export type LedgerEntry =
  /** Images with this key may come into being. */
  | { readonly kind: "build"; readonly key: string; readonly target: string }
  /** Images with this key have their tags; a session that moves a tag at the same moment may not know of it. */
  | { readonly kind: "made"; readonly key: string; readonly target: string }
  /** The image loses its tag, and is then to be removed. */
  | { readonly kind: "replaced"; readonly id: string; readonly target: string }
  /** An image may have this name, in its normal form, for a push to the store or a pull from it alone. */
  | { readonly kind: "named"; readonly name: string; readonly pushed?: PushedAs };

/** The image that is pushed by a name: the engine may name it by its digest, too. */
export interface PushedAs {
  readonly id: string;
  /** Names by digest, in the repository of the push, that the image had before. */
  readonly spared: readonly string[];
}

/** One engine's, for all sessions of one user. Unreadable files count as missing; failed writes reject. */
export interface LedgerFiles {
  /** The sessions of which there is something. */
  list(): Promise<readonly LedgerSession[]>;
  read(session: string): Promise<readonly LedgerEntry[]>;
  append(session: string, entry: LedgerEntry): Promise<void>;
  /** In the place of all that there was; nothing stays of a session without entries. */
  write(session: string, entries: readonly LedgerEntry[]): Promise<void>;
  /** Ids of untagged images that sti was seen not to have made. An id stands for the same image for ever. */
  readForeign(): Promise<ReadonlySet<string>>;
  /** In the place of all that there were. */
  writeForeign(ids: ReadonlySet<string>): Promise<void>;
}

export interface LedgerSession {
  readonly id: string;
  /** Seconds since something was written down. */
  readonly age: number;
}

export interface Ledger {
  readonly files: LedgerFiles;
  /** As of sweepLeftovers. */
  readonly isDead: (owner: SessionOwner) => boolean;
}

// A rule: a reason for which a difference does not count. The rules are in default-rules.ts.
import type { Difference } from "./comparison.ts";
import type { FileEntry } from "./file-entry.ts";

/** A difference before rules have seen it. Of files, with the two entries. */
export interface Change extends Omit<Difference, "rule" | "origin" | "hint"> {
  readonly files?:
    | { readonly left: FileEntry | undefined; readonly right: FileEntry | undefined }
    | undefined;
}

export interface Rule {
  /** Short, for tables: "pyc-stamps". */
  readonly name: string;
  /** The reason why the covered differences do not count, in a few words. */
  readonly about: string;
  covers(change: Change): boolean;
}

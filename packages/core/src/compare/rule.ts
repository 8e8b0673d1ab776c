// What a rule is: a reason for which a difference does not count. Which there are is in default-rules.ts.
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
  /** Why what it covers does not count, in a few words. */
  readonly about: string;
  covers(change: Change): boolean;
}

// Failures of reading sources, and of the files beside them. Types only.
import type { OfTarget } from "./config-place.ts";

export type SourceFailure =
  | ({ readonly code: "source-missing"; readonly file: string } & OfTarget)
  | ({ readonly code: "source-not-a-directory"; readonly file: string } & OfTarget)
  | ({ readonly code: "source-empty"; readonly file: string } & OfTarget)
  | ({ readonly code: "source-unreadable"; readonly files: readonly string[] } & OfTarget)
  | ({ readonly code: "source-special-file"; readonly files: readonly string[] } & OfTarget)
  /** A file with ignore rules, a manifest or a lockfile; `problem` follows its name. */
  | ({ readonly code: "source-file-refused"; readonly file: string; readonly problem: string } & OfTarget)
  | ({ readonly code: "source-name-invalid"; readonly files: readonly string[] } & OfTarget)
  | ({
      readonly code: "ignore-invalid";
      readonly file: string;
      /** Lines that are no pattern, as "line 3: [a". */
      readonly lines: readonly string[];
    } & OfTarget)
  | ({ readonly code: "source-changed"; readonly file: string } & OfTarget)
  | ({
      readonly code: "source-too-large";
      readonly file: string;
      /** Bytes that a source may have. */
      readonly limit: number;
      /** The largest files, largest first; sizes in bytes. */
      readonly largest: readonly { readonly file: string; readonly size: number }[];
    } & OfTarget)
  | ({
      readonly code: "source-path-twice";
      /** Path inside the source. */
      readonly file: string;
      /** Places in the config of the two parts that give it, as text. */
      readonly parts: readonly [string, string];
    } & OfTarget)
  | ({
      readonly code: "archive-invalid";
      readonly file: string;
      /** The entry at fault, where there is one. */
      readonly entry?: string | undefined;
      /** Follows the file or the entry: "leads out of the archive". */
      readonly problem: string;
    } & OfTarget)
  | ({
      readonly code: "git-ref-unknown";
      readonly url: string;
      readonly ref: string;
    } & OfTarget)
  | ({
      readonly code: "git-failed";
      readonly url: string;
      /** The operation: "fetch 1f3c…". */
      readonly operation: string;
      readonly message: string;
    } & OfTarget)
  | ({ readonly code: "dockerfile-missing"; readonly file: string } & OfTarget)
  | ({ readonly code: "dockerfile-invalid"; readonly file: string; readonly message: string } & OfTarget)
  | { readonly code: "host-trust-unreadable"; readonly file: string; readonly message: string }
  | { readonly code: "report-unwritable"; readonly file: string; readonly message: string }
  | { readonly code: "durations-unreadable"; readonly file: string; readonly message: string };

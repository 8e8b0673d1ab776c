// Failures of the lock file. Types only.
import type { Located, Location } from "./config-place.ts";

export type LockFailure =
  | { readonly code: "lock-unreadable"; readonly file: string; readonly message: string }
  | { readonly code: "lock-unwritable"; readonly file: string; readonly message: string }
  | {
      readonly code: "lock-invalid";
      readonly location: Location;
      readonly message: string;
      /** The lines around the place, with a caret. */
      readonly frame?: string | undefined;
    }
  /** Nothing to compare with, where that was asked for. */
  | { readonly code: "lock-missing"; readonly file: string }
  | ({ readonly code: "lock-incomplete"; readonly image: string } & Located)
  | {
      readonly code: "lock-drift";
      readonly image: string;
      /** In the lock file. */
      readonly location?: Location | undefined;
      readonly locked: {
        readonly digest: string | undefined;
        readonly id: string;
        readonly platform: string;
      };
      /** The engine's image under this name, if any. */
      readonly present: { readonly digest: string | undefined; readonly id: string } | undefined;
    }
  | {
      readonly code: "lock-image-unknown";
      readonly image: string;
      readonly suggestion?: string | undefined;
      readonly known: readonly string[];
    };

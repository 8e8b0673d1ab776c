// Failures of finding and reading the config. Types only.
import type { Located, Location } from "./config-place.ts";

export type ConfigFailure =
  | { readonly code: "config-not-found"; readonly directory: string; readonly searched: readonly string[] }
  | { readonly code: "config-unreadable"; readonly file: string; readonly message: string }
  | {
      readonly code: "config-syntax";
      readonly location: Location;
      readonly message: string;
      /** The source lines around the place, with a caret. */
      readonly frame?: string | undefined;
    }
  | {
      readonly code: "config-threw";
      readonly file: string;
      readonly message: string;
      /** The name of a module that an import names and that was not found. */
      readonly module?: string | undefined;
      readonly location?: Location | undefined;
      readonly frame?: string | undefined;
    }
  | { readonly code: "config-timeout"; readonly file: string; readonly seconds: number }
  | { readonly code: "config-exited"; readonly file: string; readonly exitCode: number }
  | { readonly code: "config-no-default-export"; readonly file: string }
  | {
      readonly code: "profile-unknown";
      readonly name: string;
      readonly suggestion?: string | undefined;
      readonly known: readonly string[];
    }
  | { readonly code: "override-invalid"; readonly override: string; readonly message: string }
  /** Of the environment. */
  | {
      readonly code: "variable-invalid";
      readonly variable: string;
      readonly value: string;
      readonly message: string;
    }
  | ({ readonly code: "config-invalid"; readonly message: string } & Located)
  | ({
      readonly code: "config-unknown-key";
      readonly key: string;
      readonly suggestion?: string | undefined;
      /** The reason why a key that other tools have is not offered here. */
      readonly note?: string | undefined;
      readonly known: readonly string[];
    } & Located);

// Failures of references between targets, and of selecting them. Types only.
import type { ConfigPath, Located, Location } from "./config-place.ts";

export type GraphFailure =
  | ({ readonly code: "reference-invalid"; readonly reference: string; readonly message: string } & Located)
  | ({
      readonly code: "target-unknown";
      readonly name: string;
      readonly suggestion?: string | undefined;
    } & Located)
  | ({
      readonly code: "tag-duplicate";
      readonly tag: string;
      readonly target: string;
      readonly other: string;
      readonly otherLocation?: Location | undefined;
      readonly otherPath: ConfigPath;
    } & Located)
  | ({
      readonly code: "graph-cycle";
      /** Target names in order; the first is repeated at the end. */
      readonly names: readonly string[];
      /** Config place of each edge, one fewer than names. */
      readonly edges: readonly { readonly path: ConfigPath; readonly location?: Location | undefined }[];
      /** Index of the edge whose removal would break the cycle at the least cost. */
      readonly cut: number;
    } & Located)
  | {
      readonly code: "selection-unknown";
      readonly name: string;
      readonly suggestion?: string | undefined;
      readonly known: readonly string[];
    }
  | { readonly code: "selection-invalid"; readonly selector: string; readonly message: string }
  | { readonly code: "selection-unmatched"; readonly selector: string; readonly known: readonly string[] }
  | {
      readonly code: "changes-unknown";
      /** The commit that is asked about; undefined where none was named and none is usual here. */
      readonly commit: string | undefined;
      readonly reason:
        | "no-repository"
        | "other-owner"
        | "no-base"
        | "commit-missing"
        | "no-common-commit"
        | "git-failed";
      /** Whether the repository has only its latest commits. */
      readonly isShallow: boolean;
      readonly message: string;
      /** Of another owner: the path that git's safe.directory is to name. */
      readonly repository?: string | undefined;
    }
  /** A value of --platform. `message` follows it, after a colon. */
  | { readonly code: "platform-invalid"; readonly platform: string; readonly message: string }
  /** Neither the engine nor a worker builds for the platform. */
  | ({
      readonly code: "platform-unbuildable";
      readonly target: string;
      readonly platform: string;
      /** The platform of the engine. */
      readonly engine: string;
      /** The store that has no result of it; left out where the config has none. */
      readonly store?: string | undefined;
    } & Located)
  /** A variant of a comparison cannot be derived from the config. */
  | {
      readonly code: "variant-invalid";
      /** "--build-image" */
      readonly option: string;
      readonly value: string;
      /** Follows the value: "has no name". */
      readonly message: string;
    }
  | {
      readonly code: "recorded-build-unknown";
      /** A number of builds, or the start of a key. */
      readonly asked: string;
    };

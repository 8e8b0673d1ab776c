// Failures of reading workspaces. Types only.
import type { OfTarget } from "./config-place.ts";

export type WorkspaceFailure =
  /** No workspace at `folder`, nor, where it was searched for, above it. */
  | ({
      readonly code: "workspace-missing";
      readonly folder: string;
      readonly searched: boolean;
    } & OfTarget)
  /** A manifest or another file of a workspace without usable content. */
  | ({ readonly code: "workspace-invalid"; readonly file: string; readonly message: string } & OfTarget)
  | ({
      readonly code: "workspace-package-unknown";
      readonly name: string;
      readonly root: string;
      readonly suggestion?: string | undefined;
      /** The manifest that depends on it; undefined for the package that the config names. */
      readonly dependent?: string | undefined;
    } & OfTarget)
  | ({
      readonly code: "workspace-package-twice";
      readonly name: string;
      readonly folders: readonly string[];
    } & OfTarget)
  | ({
      readonly code: "workspace-package-outside";
      readonly name: string;
      readonly folder: string;
      readonly root: string;
    } & OfTarget);

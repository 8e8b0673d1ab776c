// The reason of a build, as a closed, JSON-safe union. The words are in describe-cause.ts.

/** Kinds of changes of a source's files. */
export type FileChange =
  | "edited"
  | "added"
  | "removed"
  | "made-executable"
  | "made-plain"
  | "link-changed"
  /** E.g. a file where a link was. */
  | "replaced";

export interface FilesCause {
  readonly kind: "files";
  readonly change: FileChange;
  /** The first of them, as the user knows them: relative to the config's folder where they are files of this machine. */
  readonly files: readonly string[];
  /** All of them, also those that are not named. */
  readonly count: number;
  /** Whether they are inputs of the dependency layer, which is made again. */
  readonly dependencies?: true | undefined;
}

/** The config key of a variable. */
export type VariableKind = "env" | "buildEnv" | "args" | "secrets" | "labels" | "git";

/** The reason of the change of another target's image. */
export interface RootCause {
  /** The target it happened to, which may be further down than the one that is needed. */
  readonly target: string;
  readonly cause: Cause;
  /** Number of the target's other causes. */
  readonly more: number;
}

export type Cause =
  /** No image has the tag. `wasBuiltHere`: one had it, by a record. */
  | { readonly kind: "image-missing"; readonly tag: string; readonly wasBuiltHere: boolean }
  /** The image with the tag is no result of this target. `target`: whose it is, of those sti made. */
  | { readonly kind: "image-foreign"; readonly tag: string; readonly target: string | null }
  /** The build stage of an extended build is gone, or is of another build. */
  | { readonly kind: "build-half-missing"; readonly tag: string }
  | { readonly kind: "forced" }
  /** The key differs, and nothing is recorded of the build that made the image. */
  | { readonly kind: "inputs-changed" }
  | FilesCause
  /** The source differs, and the changed files are not known. */
  | { readonly kind: "source-changed" }
  /** An image entry's Dockerfile, as the user knows it. */
  | { readonly kind: "dockerfile-edited"; readonly file: string }
  | {
      readonly kind: "variable-changed";
      readonly of: VariableKind;
      readonly name: string;
      readonly change: "added" | "removed" | "changed";
    }
  /** Another key of the config; null where it is not set. */
  | {
      readonly kind: "field-changed";
      readonly field: string;
      readonly from: string | null;
      readonly to: string | null;
    }
  /** The same name stands for another image now. */
  | { readonly kind: "image-moved"; readonly image: string; readonly from: string; readonly to: string }
  /** The image of another target, by which this one is made or on which it depends, has changed. */
  | {
      readonly kind: "target-changed";
      readonly target: string;
      readonly from: string;
      readonly to: string;
      readonly because: RootCause | null;
    }
  /** The other target is built first; whether its image will change is not known yet. */
  | { readonly kind: "target-pending"; readonly target: string; readonly because: RootCause | null }
  /** An entry of `dependsOn`. */
  | { readonly kind: "dependency"; readonly target: string; readonly change: "added" | "removed" }
  /** SOURCE_DATE_EPOCH; null where it is not set. */
  | { readonly kind: "time-changed"; readonly from: number | null; readonly to: number | null }
  /** sti makes images or keys in another way than the version that made the image. */
  | { readonly kind: "schema-changed"; readonly from: number; readonly to: number };

/** The root cause of a change of `target`, for the targets that depend on it; null without causes. */
export function rootOf(target: string, causes: readonly Cause[]): RootCause | null {
  const [cause] = causes;
  if (cause === undefined) return null;
  if ((cause.kind === "target-changed" || cause.kind === "target-pending") && cause.because !== null) {
    return cause.because;
  }
  return { target, cause, more: causes.length - 1 };
}

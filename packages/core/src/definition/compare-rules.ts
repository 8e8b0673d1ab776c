// The user's rules about differences that do not count.

/** A part of texts that may differ. */
export interface Mask {
  /** Patterns as in .dockerignore, of paths in the image: "app/build-info.json". */
  readonly files: readonly string[];
  /** A regular expression; what it matches is taken out before contents are compared. */
  readonly pattern: string;
}

/** `compare` of a config, and --ignore. They only ever turn `different` into `equivalent`. */
export interface CompareRules {
  /** Patterns as in .dockerignore, of paths in the image: whatever differs there does not count. */
  readonly ignore: readonly string[];
  readonly mask: readonly Mask[];
}

export const NO_RULES: CompareRules = { ignore: [], mask: [] };

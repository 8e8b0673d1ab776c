// The user's rules about differences that do not count.

/** A part of texts that may differ. */
export interface Mask {
  /** Patterns as in .dockerignore, of paths in the image: "app/build-info.json". */
  readonly files: readonly string[];
  /** A regular expression; its matches are removed before contents are compared. */
  readonly pattern: string;
}

/** `compare` of a config, and --ignore. They only ever turn `different` into `equivalent`. */
export interface CompareRules {
  /** Patterns as in .dockerignore, of paths in the image: differences there do not count. */
  readonly ignore: readonly string[];
  readonly mask: readonly Mask[];
}

export const NO_RULES: CompareRules = { ignore: [], mask: [] };

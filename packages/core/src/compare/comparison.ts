// The result of a comparison of two images, as data for JSON. The functions that make it are beside this file.

/** From best to worst. `equivalent`: all differences are covered by rules. */
export type Verdict = "identical" | "equivalent" | "different";

/** The verdict on two builds: a variant that was not built cannot be compared. */
export type PairVerdict = Verdict | "not-compared";

/** The compared parts, in the order of the output. */
export type CompareLevel = "config" | "files" | "behaviour" | "cost";

/** The origin of a difference: the two base images, or the layers above them. */
export type DifferenceOrigin = "base" | "app";

/** The pattern of two contents that differ. */
export type HintKind = "timestamp" | "random" | "build-path" | "order";

export interface Hint {
  readonly kind: HintKind;
  /** The place in the left content that shows it, cut to a line. */
  readonly left: string;
  readonly right: string;
}

/** One thing that is not the same. Values are texts for people; null: nothing is there. */
export interface Difference {
  readonly level: CompareLevel;
  /** A field of config ("Env"), a property of files ("content", "mode" …), else one of the level's words. */
  readonly what: string;
  /** Of files "/"-separated from the image's root, "/app/a.txt"; of config a variable or label; of behaviour a check. */
  readonly path?: string | undefined;
  readonly left: string | null;
  readonly right: string | null;
  /** Left out where no base is known. */
  readonly origin?: DifferenceOrigin | undefined;
  /** Name of the rule that covers it: with one, the difference does not count. */
  readonly rule?: string | undefined;
  readonly hint?: Hint | undefined;
}

/** A rule that covered something. */
export interface FiredRule {
  readonly name: string;
  /** The reason why the covered differences do not count, in a few words. */
  readonly about: string;
  /** Number of differences that it covered. */
  readonly count: number;
}

/** The result of one level. */
export interface LevelVerdict {
  readonly level: CompareLevel;
  readonly verdict: Verdict;
  /** Those that count, in order of path; then those that rules cover, of each rule the first hundred. */
  readonly differences: readonly Difference[];
  /** Number of differences that no rule covers. */
  readonly different: number;
  /** Number of covered ones. */
  readonly covered: number;
  /** In order of name. */
  readonly rules: readonly FiredRule[];
  /** The way to the verdict if it was not the usual one: "both have the same layers". */
  readonly note?: string | undefined;
}

/** One of the two sides. */
export interface ComparedImage {
  /** As people call it: a reference, or an app and how it was built. */
  readonly name: string;
  /** "sha256:…" */
  readonly id: string;
  /** The image that it is based on, where it is known and there. */
  readonly base?: { readonly name: string; readonly id: string } | undefined;
}

export const COMPARISON_VERSION = 1;

/** Two images, compared. */
export interface Comparison {
  readonly schemaVersion: typeof COMPARISON_VERSION;
  readonly left: ComparedImage;
  readonly right: ComparedImage;
  /** The worst of the levels' verdicts; cost is reported without one. */
  readonly verdict: Verdict;
  readonly levels: readonly LevelVerdict[];
}

/** Output of `sti compare --json`. */
export interface CompareDocument {
  readonly schemaVersion: typeof COMPARISON_VERSION;
  /** The required verdict. */
  readonly require: Verdict;
  /** Whether every verdict is at least that. */
  readonly met: boolean;
  readonly comparisons: readonly Comparison[];
}

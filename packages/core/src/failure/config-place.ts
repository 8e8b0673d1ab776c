// The place of a failure in the config. Types only.

/** A place in a file the user wrote. Lines and columns count from 1. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Keys that lead to a value in the config, e.g. ["apps", "web", "tag"]. */
export type ConfigPath = readonly (string | number)[];

/** The fields of every failure that stems from the config. */
export interface Located {
  readonly path: ConfigPath;
  readonly location?: Location | undefined;
  /** The value of `--set` that the problem is in; there is no location then. */
  readonly override?: string | undefined;
}

/** The fields of every failure of a running target. */
export interface OfTarget extends Located {
  readonly target: string;
}

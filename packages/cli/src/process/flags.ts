// The options that several commands share, as the parser hands them over. Types only.
import type { Method } from "@sti/core";

/** Options that locate the project and the engine. */
export interface ProjectFlags {
  readonly cwd?: string;
  readonly config?: string;
  /** For a config that is a function. */
  readonly mode?: string;
  /** Names of profiles of the config. */
  readonly profile?: readonly string[];
  /** Values that take the place of written ones. */
  readonly set?: readonly string[];
  readonly engine?: string;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** Treatment of external images that differ from the lock file. */
export interface LockFlags {
  /** Refuse them; default: in CI, where there is a lock file. */
  readonly frozen?: boolean;
}

/** Options that change how targets are built. */
export interface TargetFlags {
  readonly method?: Method;
  readonly clean?: boolean;
  readonly force?: boolean;
}

/** The option of commands that know the platforms of targets. */
export interface PlatformFlags {
  /** Platforms to build for, as they are written; left out: all of each target. */
  readonly platform?: readonly string[];
}

/** Options that select a command's targets, besides their selectors. */
export interface SelectionFlags {
  /** Only what differs from this commit; `true`: from the branch that this one is to be merged into. */
  readonly affected?: string | true;
  /** One of several parts of the selection, from 1. */
  readonly shard?: { readonly index: number; readonly count: number };
  /** A file of --metadata-file, whose durations balance the parts. */
  readonly shardBy?: string;
  /** `false`: build only the selected targets. */
  readonly deps?: boolean;
}

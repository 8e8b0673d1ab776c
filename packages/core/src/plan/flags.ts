// Settings that the command line adds to the config. Types only.
export interface PlanFlags {
  /** Build from nothing: no artifacts of earlier builds, and nothing of the engine's build cache. */
  readonly clean: boolean;
  /** Build all selected targets, also up-to-date ones; prepare runs again even if the engine has it cached. */
  readonly force: boolean;
  /** SOURCE_DATE_EPOCH of the session: seconds since 1970 that every sent file gets as its time. */
  readonly time: number;
}

/** 1980-01-01: the first time that every archive format can hold. */
export const DEFAULT_TIME = 315_532_800;

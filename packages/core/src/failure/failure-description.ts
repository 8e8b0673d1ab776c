// The form of a failure's texts. Types only.

export interface FailureDescription {
  /** The cause, in one sentence without a full stop. */
  readonly summary: string;
  /** More about the cause; may have several lines. */
  readonly detail?: string;
  /** The next step to take. */
  readonly hint?: string;
}

/** Formats a file's path, e.g. relative to the working directory. */
export type FormatFile = (file: string) => string;

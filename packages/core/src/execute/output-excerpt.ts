// The lines of a target's output that explain a failure: those from the first one that looks like an error, and the last
// ones.
import { type ErrorRank, findErrorRank } from "./error-lines.ts";
import type { TargetOutput } from "./event.ts";

/** Number of last lines that are kept. */
const LAST_LINES = 20;
/** Number of lines that are kept from the first error on, where it is not among the last ones. */
const FIRST_LINES = 10;

export interface OutputExcerpt {
  /** The line that looks most like the error; where none does, the last one on stderr. */
  readonly errorLine?: string;
  /** From the first line that looks like an error on; undefined where that is among the last lines. */
  readonly firstLines?: readonly string[];
  /** Number of lines between the two parts. */
  readonly left?: number;
  /** The last lines; those of long output begin with the error in a tool's own words, where it is among them. */
  readonly lastLines: readonly string[];
}

export class ExcerptCollector {
  #count = 0;
  #last: string[] = [];
  #first: string[] = [];
  /** Index of the first line that looks like an error. */
  #errorAt: number | undefined;
  #best: { readonly rank: ErrorRank; readonly text: string; readonly at: number } | undefined;
  #lastOnStderr: string | undefined;

  add({ stream, text }: Pick<TargetOutput, "stream" | "text">): void {
    const rank = this.#best?.rank === 0 ? undefined : findErrorRank(text);
    if (rank !== undefined) {
      this.#errorAt ??= this.#count;
      if (this.#best === undefined || rank < this.#best.rank) this.#best = { rank, text, at: this.#count };
    }
    if (this.#errorAt !== undefined && this.#first.length < FIRST_LINES) this.#first.push(text);
    if (stream === "stderr" && text.trim() !== "") this.#lastOnStderr = text;
    this.#last.push(text);
    if (this.#last.length > LAST_LINES) this.#last.shift();
    this.#count += 1;
  }

  clear(): void {
    this.#count = 0;
    this.#last = [];
    this.#first = [];
    this.#errorAt = undefined;
    this.#best = undefined;
    this.#lastOnStderr = undefined;
  }

  read(): OutputExcerpt {
    const start = this.#count - this.#last.length;
    const errorAt = this.#errorAt ?? start;
    const errorLine = this.#best?.text ?? this.#lastOnStderr;
    const error = errorLine === undefined ? {} : { errorLine };
    if (errorAt >= start) {
      // Short output is shown whole: lines of its two streams may have changed places.
      const begin = start > 0 && this.#best?.rank === 0 ? this.#best.at - start : 0;
      return { ...error, lastLines: this.#last.slice(begin) };
    }
    // Lines that are in both parts are left out of the first.
    const firstLines = this.#first.slice(0, start - errorAt);
    return { ...error, firstLines, left: start - errorAt - firstLines.length, lastLines: [...this.#last] };
  }
}

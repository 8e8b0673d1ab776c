// The last lines of a target's output, within a bound.

export interface OutputLimits {
  readonly lines: number;
  readonly characters: number;
}

export interface OutputTail {
  readonly lines: readonly string[];
  /** Lines that came before the kept ones. */
  readonly left: number;
}

/** Of one target that runs, or has finished lately. */
const MOST: OutputLimits = { lines: 1000, characters: 256 * 1024 };

/** Collects lines; lines over the bound are dropped at the front. */
export class TailCollector {
  #lines: string[] = [];
  #characters = 0;
  #left = 0;

  add(line: string): void {
    this.#lines.push(line);
    this.#characters += line.length;
    // Shortened only at twice the bound, so that each line is moved once at most on average.
    if (this.#lines.length > 2 * MOST.lines || this.#characters > 2 * MOST.characters) this.shorten(MOST);
  }

  read(): OutputTail {
    this.shorten(MOST);
    return { lines: this.#lines, left: this.#left };
  }

  /** Keeps at least one line, however long. */
  shorten({ characters, lines }: OutputLimits): void {
    let kept = 0;
    let start = this.#lines.length;
    while (start > 0 && this.#lines.length - start < lines) {
      const next = kept + (this.#lines[start - 1]?.length ?? 0);
      if (next > characters && kept > 0) break;
      kept = next;
      start -= 1;
    }
    if (start === 0) return;
    this.#left += start;
    this.#lines = this.#lines.slice(start);
    this.#characters = kept;
  }
}

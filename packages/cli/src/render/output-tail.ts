// The last lines of a target's output, within a bound, in case it fails.

/** Lines and characters kept for one target. */
const mostLines = 1000;
const mostCharacters = 256 * 1024;

export interface OutputTail {
  readonly lines: readonly string[];
  /** Lines that came before the kept ones. */
  readonly left: number;
}

/** Collects lines; lines over the bound are dropped at the front. */
export class TailCollector {
  #lines: string[] = [];
  #characters = 0;
  #left = 0;

  add(line: string): void {
    this.#lines.push(line);
    this.#characters += line.length;
    // Shortened only at twice the bound, so that each line is moved once at most on average.
    if (this.#lines.length > 2 * mostLines || this.#characters > 2 * mostCharacters) this.#shorten();
  }

  take(): OutputTail {
    this.#shorten();
    return { lines: this.#lines, left: this.#left };
  }

  #shorten(): void {
    let kept = 0;
    let start = this.#lines.length;
    while (start > 0 && this.#lines.length - start < mostLines) {
      const next = kept + (this.#lines[start - 1]?.length ?? 0);
      if (next > mostCharacters && kept > 0) break;
      kept = next;
      start -= 1;
    }
    this.#left += start;
    this.#lines = this.#lines.slice(start);
    this.#characters = kept;
  }
}

/** The last lines of each target that is running. */
export class TargetTails {
  readonly #tails = new Map<string, TailCollector>();

  add({ target, text }: { readonly target: string; readonly text: string }): void {
    const tail = this.#tails.get(target) ?? new TailCollector();
    tail.add(text);
    this.#tails.set(target, tail);
  }

  /** Forgets them. */
  take(target: string): OutputTail {
    const tail = this.#tails.get(target);
    this.#tails.delete(target);
    return tail?.take() ?? { lines: [], left: 0 };
  }
}

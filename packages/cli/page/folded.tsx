// Targets that are up to date, folded into one line: they are many, and seldom of interest.
import type { ComponentChildren } from "preact";

export interface FoldedProps {
  readonly number: number;
  /** Opened by a filter that is about them. */
  readonly open: boolean;
  readonly children: ComponentChildren;
}

/** Fewer are shown as they are. */
export const FEWEST_FOLDED = 4;

export function Folded({ children, number, open }: FoldedProps) {
  return (
    <details class="folded" open={open}>
      <summary>
        <span class="mark o-up-to-date" aria-hidden="true">
          ●
        </span>{" "}
        {number} targets up to date
      </summary>
      {children}
    </details>
  );
}

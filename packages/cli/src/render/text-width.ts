// Number of columns that text takes on a terminal. string-width's tables take longer to load than most commands run, so
// the characters of nearly all text are counted without it.
import stringWidth from "string-width";

/** ASCII and the marks that sti draws itself: one column each. */
const NARROW = /^[\u{20}-\u{7e}·…●◆▶▸✖✔◌■│→↑↓\u{2800}-\u{28ff}]*$/u;

export function textWidth(text: string): number {
  return NARROW.test(text) ? text.length : stringWidth(text);
}

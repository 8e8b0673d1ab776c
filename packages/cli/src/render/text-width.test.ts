import stringWidth from "string-width";
import { expect, test } from "vitest";
import { textWidth } from "./text-width.ts";

test.each([..."aZ~ ·…●◆▶▸✖✔◌■│→↑↓⠋⠿"])("%s takes one column, as string-width says", (mark) => {
  expect([textWidth(mark), stringWidth(mark)]).toEqual([1, 1]);
});

test.each(["日本", "e\u{301}", "👩‍👩‍👧", "a\tb", "\u{1b}[1mbold"])(
  "%j takes the columns that string-width says",
  (text) => {
    expect(textWidth(text)).toBe(stringWidth(text));
  },
);

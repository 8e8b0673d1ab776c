import fc from "fast-check";
import { expect, test } from "vitest";
import { formatPointerTag, formatStoreTag, parsePointerTag, parseStoreTag, pointerTo } from "./store-tags.ts";

const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const key = "0123456789abcdef".repeat(4);

test("a name of a result is read back from its tag", () => {
  for (const stage of ["result", "build"] as const) {
    const tag = formatStoreTag({ key, stage });
    expect(tag).toMatch(TAG);
    expect(parseStoreTag(tag)).toEqual({ key, stage });
  }
});

test.each(["latest", "sti-", `sti-${key}x`, `sti-${key}-test`, `sti-${key.slice(1)}`, `x-sti-${key}`])(
  "%s is no name of a result",
  (tag) => {
    expect(parseStoreTag(tag)).toBeUndefined();
  },
);

test.each([
  ["api", undefined, /^api$/],
  ["api", "main", /^api-main$/],
  ["api-main", undefined, /^api-main-[0-9a-f]{12}$/],
  ["api", "feature/x", /^api-feature-x-[0-9a-f]{12}$/],
  ["api", "", /^api--[0-9a-f]{12}$/],
  ["api", "x".repeat(300), /^api-x+-[0-9a-f]{12}$/],
] as const)("the pointer to %s on %s", (target, branch, expected) => {
  expect(pointerTo(target, branch)).toMatch(expected);
});

test("each target and branch has a pointer of its own, which is a tag and no name of a result", () => {
  const pair = fc.tuple(fc.string({ minLength: 1 }), fc.option(fc.string(), { nil: undefined }));
  fc.assert(
    fc.property(pair, pair, (one, other) => {
      const tag = formatPointerTag(pointerTo(...one));
      expect(tag).toMatch(TAG);
      expect(parseStoreTag(tag)).toBeUndefined();
      expect(parsePointerTag(tag)).toBe(pointerTo(...one));
      const isSame = one[0] === other[0] && one[1] === other[1];
      expect(pointerTo(...one) === pointerTo(...other)).toBe(isSame);
    }),
  );
});

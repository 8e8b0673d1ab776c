import { describe, expect, test } from "vitest";
import type { Cause } from "./cause.ts";
import { describeCause, describeCauses } from "./describe-cause.ts";

const files = (change: "edited" | "link-changed", ...names: string[]): Cause => ({
  kind: "files",
  change,
  files: names,
  count: names.length,
});
const env = (name: string): Cause => ({ kind: "variable-changed", of: "env", name, change: "changed" });
const ids = { from: "sha256:a1b2c3d4e5f60718", to: "sha256:c3d4a1b2e5f60718" };
const changed = (target: string, root?: { target: string; cause: Cause; more: number }): Cause => ({
  kind: "target-changed",
  target,
  ...ids,
  because: root ?? null,
});

describe("the words for a cause", () => {
  test.each<readonly [Cause, string]>([
    [{ kind: "image-missing", tag: "a", wasBuiltHere: false }, "no image has its tag"],
    [{ kind: "image-missing", tag: "a", wasBuiltHere: true }, "its image is gone from the engine"],
    [files("edited", "a"), "a edited"],
    [files("edited", "a", "b"), "a and b edited"],
    [files("edited", "a", "b", "c", "d"), "a and 3 more edited"],
    [files("link-changed", "a"), "link a changed"],
    [env("FOO"), "env FOO changed"],
    [{ kind: "variable-changed", of: "args", name: "V", change: "added" }, "arg V added"],
    [
      { kind: "field-changed", field: "network", from: "default", to: "none" },
      "network changed default→none",
    ],
    [{ kind: "field-changed", field: "user", from: null, to: "1001" }, "user set to 1001"],
    [{ kind: "field-changed", field: "user", from: "1001", to: null }, "user no longer set, was 1001"],
    [{ kind: "image-moved", image: "debian:12", ...ids }, "debian:12 moved a1b2→c3d4"],
    [changed("api"), "api changed"],
    [changed("api", { target: "api", cause: files("edited", "x"), more: 0 }), "api changed (x edited)"],
    [
      changed("api", { target: "base", cause: files("edited", "x"), more: 2 }),
      "api changed (base: x edited · and 2 more)",
    ],
    [{ kind: "time-changed", from: null, to: 5 }, "SOURCE_DATE_EPOCH set to 5"],
  ])("of %j is %s", (cause, words) => {
    expect(describeCause(cause)).toBe(words);
  });

  test("show as much of two ids as distinguishes them", () => {
    const cause: Cause = { kind: "image-moved", image: "d", from: "sha256:aaaa1111", to: "sha256:aaaa2222" };
    expect(describeCause(cause)).toBe("d moved aaaa1→aaaa2");
  });

  test("name more files where there is room for them", () => {
    const cause: Cause = { kind: "files", change: "added", files: ["a", "b", "c"], count: 12 };
    expect(describeCause(cause, true)).toBe("a, b, c and 9 more added");
  });
});

describe("a line of causes", () => {
  test("has three of many", () => {
    const causes = ["A", "B", "C", "D", "E"].map(env);
    expect(describeCauses(causes)).toBe("env A changed · env B changed · env C changed · and 2 more");
    expect(describeCauses(causes.slice(0, 4))).toMatch(/env D changed$/);
  });

  test("does not repeat what follows from another cause", () => {
    const root = { target: "base", cause: files("edited", "x"), more: 0 };
    expect(describeCauses([changed("base", root), changed("api", root)])).toBe("base changed (x edited)");
  });
});

import { describe, expect, it } from "vitest";
import { sanitizeLine, sanitizeLines } from "./sanitize.ts";

const esc = "\u001b";

describe("sanitizeLine", () => {
  it.each([
    ["colours", `${esc}[1;31mred${esc}[0m`, "red"],
    ["cursor movement", `a${esc}[2Jb${esc}[10;3Hc`, "abc"],
    ["8-bit sequences", "a\u009b31mb\u009d0;title\u009cc", "abc"],
    ["window titles and links", `a${esc}]0;title\u0007b${esc}]8;;http://x${esc}\\c`, "abc"],
    ["device strings", `a${esc}Pq#0${esc}\\b`, "ab"],
    ["a sequence that does not end", `a${esc}]0;swallowed to the end`, "a"],
    ["a lone escape", `a${esc}`, "a"],
    ["bells, backspaces and NUL", "a\u0007b\u0008c\0d\u007f", "abcd"],
    ["turned reading direction", "a\u202eb\u2066c", "abc"],
    ["line separators", "a\u2028b\nc", "abc"],
  ])("removes %s", (_what, text, expected) => {
    expect(sanitizeLine(text)).toBe(expected);
  });

  it("keeps tabs, other scripts and joined emoji", () => {
    const text = "a\tå 決済 👩‍👩‍👧";
    expect(sanitizeLine(text)).toBe(text);
  });

  it("shows of a redrawn line what was drawn last", () => {
    expect(sanitizeLine("10%\r 50%\r100%\r")).toBe("100%");
  });

  it("replaces half a character", () => {
    expect(sanitizeLine("a\ud83d")).toBe("a\ufffd");
  });

  it("looks at no more than 64 KiB", () => {
    expect(sanitizeLine("x".repeat(1_000_000))).toHaveLength(64 * 1024);
  });

  it("makes each line of a longer text safe", () => {
    expect(sanitizeLines(`a${esc}[31m\r\nb`)).toEqual(["a", "b"]);
  });

  it("leaves no control character of any kind", () => {
    const all = Array.from({ length: 0x2100 }, (_, code) => String.fromCharCode(code)).join("");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must be gone
    expect(sanitizeLine(all)).not.toMatch(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/);
  });
});

import { describe, expect, test } from "vitest";
import { createMask } from "./mask.ts";

const SECRET = "s3cr3t/+ va'l\"uë";
const bytes = (text: string) => new TextEncoder().encode(text);
const base64 = (text: string) => btoa(String.fromCharCode(...bytes(text)));
const mask = createMask([bytes(SECRET)]);

/** The masked output, if it is passed on in pieces of `size` bytes. */
function masked(text: string, size: number, values = [SECRET]): string {
  const seen: Uint8Array[] = [];
  const output = createMask(values.map(bytes)).output((chunk) => seen.push(chunk.bytes));
  const all = bytes(text);
  for (let at = 0; at < all.length; at += size) {
    output.push({ stream: "stdout", bytes: all.subarray(at, at + size) });
  }
  output.end();
  return new TextDecoder().decode(Uint8Array.from(seen.flatMap((part) => [...part])));
}

const FORMS: Readonly<Record<string, string>> = {
  plain: SECRET,
  base64: base64(SECRET),
  base64url: base64(SECRET).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, ""),
  "percent-encoded": encodeURIComponent(SECRET),
  "percent-encoded in lower case": encodeURIComponent(SECRET).toLowerCase(),
  "form-encoded": new URLSearchParams({ x: SECRET }).toString().slice(2),
  "wholly percent-encoded": [...bytes(SECRET)].map((byte) => `%${byte.toString(16)}`).join(""),
  json: JSON.stringify(SECRET).slice(1, -1),
};

describe.each(Object.entries(FORMS))("%s", (_, form) => {
  test.each([1, 2, 7, 1000])("is hidden in pieces of %i bytes", (size) => {
    expect(masked(`a ${form} b\n${form}${form}\n`, size)).toBe("a *** b\n******\n");
  });

  test("is hidden in a text", () => {
    expect(mask.text(`a ${form} b`)).toBe("a *** b");
  });
});

test.each([0, 1, 2, 3, 4])("base64 of a text hides a secret after %i bytes, whatever follows", (before) => {
  for (const after of ["", "x", "xy", "xyz"]) {
    const text = base64(`${"p".repeat(before)}${SECRET}${after}`);
    const shown = masked(text, 5);
    expect(shown).toContain("***");
    // At most the characters that hold bits of the secret's neighbours too.
    expect(shown.replace("***", "").length).toBeLessThan(text.length - bytes(SECRET).length);
  }
});

test("the lines of a secret of several lines are hidden one by one, and so is wrapped base64", () => {
  const lines = ["-----BEGIN KEY-----", "A".repeat(64), `${"B".repeat(40)}C`, ""];
  const key = lines.join("\n");
  expect(masked(lines.map((line) => `> ${line}`).join("\n"), 9, [key])).toBe("> ***\n> ***\n> ***\n> ");
  const wrapped = base64(key).match(/.{1,76}/g) ?? [];
  expect(masked(wrapped.join("\n"), 11, [key])).toBe(wrapped.map(() => "***").join("\n"));
});

test("the longest of several secrets is hidden whole", () => {
  for (const size of [1, 3, 100]) {
    expect(masked("abcdefgh abcdef abcd", size, ["abcd", "abcdefgh"])).toBe("*** ***ef ***");
  }
});

test("what looks like the start of a secret is handed on when it is none, and hidden when the output ends", () => {
  expect(masked("abcx abc", 1, ["abcdefgh"])).toBe("abcx abc");
  expect(masked("x abcdef", 1, ["abcdefgh"])).toBe("x ***");
});

test("values of less than four bytes are not looked for", () => {
  expect(masked("abc", 1, ["abc", ""])).toBe("abc");
});

test("a large secret is hidden to its end", () => {
  const large = Array.from({ length: 4000 }, (_, index) => String.fromCharCode(33 + ((index * 7) % 90))).join(
    "",
  );
  expect(masked(`<${large}>`, 1000, [large]).replaceAll("***", "")).toBe("<>");
});

test("all strings of a value are masked, whatever it is", () => {
  expect(mask.value({ a: [`x${SECRET}`, 1], b: { c: SECRET, d: undefined } })).toEqual({
    a: ["x***", 1],
    b: { c: "***", d: undefined },
  });
});

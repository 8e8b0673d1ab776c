import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { formatJson } from "./format-json.ts";
import { createTextGuard, drawingStream, guardOutput } from "./guard-output.ts";

const ESC = "\u001b";

/** Attacks that foreign text may try, and the harmless text that remains. */
const PAYLOADS: Readonly<Record<string, readonly [text: string, printed: string]>> = {
  "a title (OSC)": [`a${ESC}]0;owned\u0007b`, "ab"],
  "a title without an end": [`a${ESC}]0;owned`, "a"],
  "a link to elsewhere (OSC 8)": [`a${ESC}]8;;http://evil${ESC}\\b`, "ab"],
  "the clipboard (OSC 52)": [`a${ESC}]52;c;ZXZpbA==\u0007b`, "ab"],
  "a moved cursor (CSI)": [`a${ESC}[2J${ESC}[1;1Hb`, "ab"],
  "the 8-bit form": ["a\u009b2Jb", "ab"],
  "a device string (DCS)": [`a${ESC}P$q${ESC}\\b`, "ab"],
  "a bell": ["a\u0007b", "ab"],
  "a carriage return": ["✔ done\rb", "✔ doneb"],
  backspaces: ["evil\b\b\b\bgood", "evilgood"],
  "a turned reading direction": ["a\u202eb\u2066c", "abc"],
  "line separators": ["a\u2028b\u2029c", "abc"],
  "a null": ["a\u0000b", "ab"],
};

const views = {
  plain: { colour: false, links: false, commands: false },
  "a terminal": { colour: true, links: true, commands: false },
  "GitHub Actions": { colour: false, links: false, commands: true },
} as const;

describe.each(Object.entries(views))("in %s", (_name, view) => {
  test.each(Object.entries(PAYLOADS))("%s is taken out", (_payload, [text, printed]) => {
    expect(createTextGuard(view)(`x ${text}\ny\n`)).toBe(`x ${printed}\ny\n`);
  });
});

test("colours and links to files go through where the stream has them, and else do not", () => {
  const coloured = `${ESC}[1m${ESC}[32m✔${ESC}[39m${ESC}[22m ${ESC}]8;;file:///a/b${ESC}\\b${ESC}]8;;${ESC}\\`;
  expect(createTextGuard(views["a terminal"])(coloured)).toBe(coloured);
  expect(createTextGuard(views.plain)(coloured)).toBe("✔ b");
});

test("a colour ends with its line", () => {
  expect(createTextGuard(views["a terminal"])(`name ${ESC}[31mred\nnext\n`)).toBe(
    `name ${ESC}[31mred${ESC}[0m\nnext\n`,
  );
});

describe("lines that a CI takes for commands", () => {
  const guard = (...texts: readonly string[]) => {
    const write = createTextGuard(views["GitHub Actions"]);
    return texts.map(write).join("");
  };

  test.each([
    ["::error::x\n", ": :error::x\n"],
    ["  ::set-output name=a::b\n", "  : :set-output name=a::b\n"],
    [`a\n\t${ESC}[31m::stop-commands::x\n`, "a\n\t: :stop-commands::x\n"],
    ["a ##[error]x\n", "a ## [error]x\n"],
    ["##vso[task.setvariable variable=a]b\n", "## vso[task.setvariable variable=a]b\n"],
    ["a ::b\n", "a ::b\n"],
  ])("%j is written as %j", (text, printed) => {
    expect(guard(text)).toBe(printed);
  });

  test("also when they come in pieces", () => {
    expect(guard(":", ":error::x\n")).toBe(": :error::x\n");
    expect(guard("  ", "::error::x\n")).toBe("  : :error::x\n");
    expect(guard("a ", "::b\n")).toBe("a ::b\n");
  });

  test("are left alone elsewhere", () => {
    expect(createTextGuard(views.plain)("::error::x\n")).toBe("::error::x\n");
  });
});

test("JSON is the same document with all of them escaped", () => {
  const document = Object.fromEntries(
    Object.entries(PAYLOADS).map(([name, [text]]) => [name, `${text}##[error]::error::`]),
  );
  const text = formatJson(document, 2);
  expect(JSON.parse(text)).toEqual(document);
  for (const view of Object.values(views)) expect(createTextGuard(view)(text)).toBe(text);
  expect(formatJson({ long: "x".repeat(1 << 17) }).length).toBeGreaterThan(1 << 17);
});

test("a guarded stream is the stream but for what it writes; drawing goes to the stream below", async () => {
  const stream = new PassThrough() as unknown as NodeJS.WriteStream;
  const guarded = guardOutput(stream, {});
  expect(guarded).toBeInstanceOf(PassThrough);
  guarded.write(`a${ESC}[2J\n`);
  drawingStream(guarded).write(`b${ESC}[2J\n`);
  expect(String((stream as unknown as PassThrough).read())).toBe(`a\nb${ESC}[2J\n`);
  expect(drawingStream(stream)).toBe(stream);
});

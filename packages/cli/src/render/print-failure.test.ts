import type { Failure } from "@sti/core";
import { describe, expect, it } from "vitest";
import { createRecordingOutput } from "../../test/fake-session.ts";
import { printFailure, printFailures } from "./print-failure.ts";

const view = { columns: Number.POSITIVE_INFINITY, colour: false, cwd: "/repo" };
const file = "/repo/sti.config.ts";
const at = (line: number): Failure => ({
  code: "config-unknown-key",
  path: ["apps", "web"],
  key: `k${line}`,
  suggestion: "tag",
  known: ["tag"],
  location: { file, line, column: 5 },
});

describe("printFailure", () => {
  it("says what, where, and what to do", () => {
    expect(printFailure(at(12), view)).toEqual([
      '✖ apps.web: unknown key "k12"',
      "  sti.config.ts:12:5",
      '  hint: did you mean "tag"?',
    ]);
  });

  it("shows the source lines it was given", () => {
    const frame = "\n  1 | export default {{\n    |                 ^\n";
    const failure: Failure = {
      code: "config-syntax",
      location: { file, line: 1, column: 17 },
      message: "unexpected token",
      frame,
    };
    expect(printFailure(failure, view)).toEqual([
      "✖ config cannot be parsed: unexpected token",
      "  sti.config.ts:1:17",
      "      1 | export default {{",
      "        |                 ^",
    ]);
  });

  it("shows output, made safe, and the targets that share the failure", () => {
    const output = ["\u001b[31mone\u001b[0m", "two"];
    const printed = printFailure({ code: "bug", message: "x" }, view, { output, subject: "api, web" });
    expect(printed[0]).toBe("✖ api, web: bug in sti: x");
    expect(printed.slice(1, 3)).toEqual(["  │ one", "  │ two"]);
  });

  it("lets nothing of the engine's words reach the terminal as a sequence", () => {
    const failure: Failure = { code: "engine-error", operation: "tag", message: "a\u001b]0;x\u0007\nb" };
    expect(printFailure(failure, view)).toEqual(["✖ engine refused: tag", "  a", "  b"]);
  });

  it("wraps sentences in a narrow terminal", () => {
    const printed = printFailure(at(1), { ...view, columns: 22 });
    expect(printed).toEqual([
      "✖ apps.web: unknown",
      '  key "k1"',
      "  sti.config.ts:1:5",
      "  hint: did you mean",
      '  "tag"?',
    ]);
  });
});

describe("printFailures", () => {
  it("orders by place and ends with their number", () => {
    const noPlace: Failure = { code: "bug", message: "x" };
    const text = printFailures([noPlace, at(20), at(3)], { cwd: "/repo", stream: createRecordingOutput() });
    expect(text.match(/k\d+|bug|3 problems/g)).toEqual(["k3", "k20", "bug", "3 problems"]);
    expect(text.endsWith("3 problems\n")).toBe(true);
  });

  it("does not count a single one", () => {
    expect(printFailures([at(3)], { cwd: "/repo", stream: createRecordingOutput() })).not.toContain(
      "problem",
    );
  });
});

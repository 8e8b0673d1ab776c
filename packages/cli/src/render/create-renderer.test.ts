import { expect, it } from "vitest";
import { chooseRenderMode } from "./create-renderer.ts";

const terminal = { write() {}, isTTY: true };
const pipe = { write() {} };
const plainly = { quiet: false, verbose: false };

it("draws a viewport only where somebody watches a terminal", () => {
  expect(chooseRenderMode({ ...plainly, stdout: terminal, env: {} })).toBe("viewport");
  expect(chooseRenderMode({ ...plainly, stdout: pipe, env: {} })).toBe("plain");
  expect(chooseRenderMode({ ...plainly, stdout: terminal, env: { CI: "true" } })).toBe("plain");
  expect(chooseRenderMode({ ...plainly, stdout: terminal, env: { CI: "false" } })).toBe("viewport");
  expect(chooseRenderMode({ ...plainly, stdout: terminal, env: { TERM: "dumb" } })).toBe("plain");
});

it("prints plain lines for --verbose and only failures for --quiet", () => {
  expect(chooseRenderMode({ quiet: false, verbose: true, stdout: terminal, env: {} })).toBe("plain");
  expect(chooseRenderMode({ quiet: true, verbose: true, stdout: terminal, env: {} })).toBe("quiet");
});

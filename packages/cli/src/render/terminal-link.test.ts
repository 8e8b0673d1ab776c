import type { SessionFinished } from "@sti/core";
import { expect, test } from "vitest";
import { createRecordingOutput, fakeSession } from "../../test/fake-session.ts";
import { createNotifier } from "./notifier.ts";
import { linkToFile, understandsLinks } from "./terminal-link.ts";

const terminal = { write() {}, isTTY: true };
const pipe = { write() {} };

test.each([
  ["a terminal that is known to", terminal, { TERM_PROGRAM: "WezTerm" }, true],
  ["a terminal of VTE since 0.50", terminal, { VTE_VERSION: "6003" }, true],
  ["an older one", terminal, { VTE_VERSION: "4601" }, false],
  ["a terminal nobody knows", terminal, { TERM: "xterm-256color" }, false],
  ["a pipe", pipe, { TERM_PROGRAM: "WezTerm" }, false],
  ["CI", terminal, { TERM_PROGRAM: "vscode", CI: "true" }, false],
  ["a pipe whose user wants it", pipe, { FORCE_HYPERLINK: "1" }, true],
  ["a terminal whose user does not", terminal, { TERM_PROGRAM: "WezTerm", FORCE_HYPERLINK: "0" }, false],
])("%s gets links: %#", (_, stream, env, expected) => {
  expect(understandsLinks(stream, env)).toBe(expected);
});

test("a link leads to the file, whatever its name", () => {
  expect(linkToFile("a log", "/re po/a;b\u001b.log")).toBe(
    "\u001b]8;;file:///re%20po/a;b%1B.log\u001b\\a log\u001b]8;;\u001b\\",
  );
});

test("a terminal is called after a long session only, and says whether something failed", () => {
  const notified = (duration: number, isTTY = true) => {
    const stdout = createRecordingOutput({ isTTY });
    const end = fakeSession({ names: ["web"], concurrency: 1, outcomes: { web: "failed" } }).at(-1);
    createNotifier({ stdout }).render({ ...(end as SessionFinished), duration });
    return stdout.text();
  };
  expect(notified(9_000)).toBe("");
  expect(notified(11_000)).toBe("\u001b]9;sti: 1 failed\u0007\u0007");
  expect(notified(11_000, false)).toBe("");
});

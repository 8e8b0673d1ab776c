// The messages that docs/troubleshooting.md explains are those of the sources, or of mistakes.md.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./ensure-built.ts";

const page = readFileSync(join(root, "docs/troubleshooting.md"), "utf8");
const messages = [...page.matchAll(/^\| `([^`]+)`/gm)].map(([, message = ""]) => message);

test("the page explains messages", () => {
  expect(messages.length).toBeGreaterThan(10);
});

test.each(messages)("%s is a message of sti", (message) => {
  const sources = globSync("packages/*/src/**/*.ts", {
    cwd: root,
    exclude: (name) => name.endsWith(".test.ts"),
  });
  // Values stand where the page has "…".
  const parts = message
    .split("…")
    .map((part) => part.trim())
    .filter((part) => /\w/.test(part));
  const printed = readFileSync(join(root, "docs/mistakes.md"), "utf8").split("\n");
  const texts = [...printed, ...sources.map((file) => readFileSync(join(root, file), "utf8"))];
  expect(texts.some((text) => parts.every((part) => text.includes(part)))).toBe(true);
});

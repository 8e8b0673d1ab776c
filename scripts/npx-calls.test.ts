import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./ensure-built.ts";

/** Calls that install and run a foreign package of this name where sti is not installed. */
const FOREIGN = [
  /\bnpx (?!--no-install )[^`\n]*\bsti\b/,
  /\bnpm (?:exec|x) (?!--no )[^`\n]*\bsti\b/,
  /\b(?:dlx|bunx) sti\b/,
];

test("no file calls sti by npx in a way that could download it", () => {
  const files = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" }).split("\0");
  const calls = files
    .filter(
      (file) =>
        /\.(?:[jt]s|md|ya?ml|json|1|bash|zsh|fish|html)$/.test(file) && !/pnpm-lock|npx-calls/.test(file),
    )
    .flatMap((file) =>
      readFileSync(join(root, file), "utf8")
        .split("\n")
        .flatMap((line, index) =>
          FOREIGN.some((call) => call.test(line)) ? [`${file}:${index + 1}: ${line}`] : [],
        ),
    );
  expect(calls).toEqual([]);
});

test.each([
  "npx sti run",
  "npx -y sti",
  "npx --yes @sti/cli@1 sti run",
  "npm exec sti",
  "pnpm dlx sti",
  "bunx sti",
])("%s is such a call", (call) => {
  expect(FOREIGN.some((one) => one.test(call))).toBe(true);
});

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are the variables of the files
import { expect, test } from "vitest";
import { scanBake, scanBakeJson } from "./scan-bake.ts";

const NONE = { targets: [], groups: [], bases: [], texts: [], others: [] };

test("targets, groups, bases and variables are found at the top level, in both spellings", () => {
  const text = `
variable "VERSION" { default = "1.0" }
variable "EMPTY" {}
variable "NOTHING" { default = null }
variable "COUNT" {
  default = 3
}
variable "LIST" { default = ["a"] }
group "default" { targets = ["api"] }
target base { args = { A = "}", B = "\${f("x")}" } }
target "api" {
  inherits = ["base", "other"]
  matrix = { v = [{ a = 1 }] }
}
function "f" { params = [x], result = x }
`;
  expect(scanBake(text)).toEqual({
    targets: ["base", "api"],
    groups: ["default"],
    bases: ["base", "other"],
    texts: ["VERSION", "EMPTY", "NOTHING"],
    others: ["COUNT", "LIST"],
  });
});

test.each([
  '# target "x" {}',
  '// target "x" {}',
  '/* target "x" {}\n target "y" {} */',
  '/* target "x" {}',
  'target "--file=/etc/passwd" {}',
  'x = "target \\"x\\" {"',
  'x = <<EOT\ntarget "x" {}\n  EOT\n',
  'x = <<-EOT\ntarget "x" {}\n',
  'other { target "x" {} }',
  'target "x" {',
  "}}}",
])("%j contains no target", (text) => {
  expect(scanBake(text)).toEqual(NONE);
});

test.each(["<<A\n", "/*", '"', 'target "a" {', "target   ", "{", "}"])(
  "a million of %j is scanned in one pass",
  (text) => {
    expect(scanBake(text.repeat(2 ** 20)).targets).toEqual([]);
  },
);

test("an override in JSON has the same names", () => {
  const written = {
    variable: { A: { default: "a" }, B: {}, C: { default: 1 } },
    group: { all: {} },
    target: { api: { inherits: ["base"] } },
  };
  expect(scanBakeJson(JSON.stringify(written))).toEqual({
    targets: ["api"],
    groups: ["all"],
    bases: ["base"],
    texts: ["A", "B"],
    others: ["C"],
  });
  expect(scanBakeJson("{")).toEqual(NONE);
});

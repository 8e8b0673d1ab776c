// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are the variables of the files
import { expect, test } from "vitest";
import { interpolate, withDefaults } from "./compose-variables.ts";

test.each([
  ["plain", "plain"],
  ["", ""],
  ["costs $$5", "costs $5"],
  ["$NAME", { fromHost: "NAME" }],
  ["${NAME}", { fromHost: "NAME" }],
  ["${NAME:-a b}", { fromHost: "NAME", default: "a b" }],
  ["${NAME-}", { fromHost: "NAME", default: "" }],
  ["${NAME:?must be set}", { fromHost: "NAME" }],
])("%j is one value", (written, value) => {
  expect(interpolate(written)).toEqual({ value });
});

test.each([
  ["http://${HOST}:80/", "mixes text and variables (HOST)"],
  ["$A$B", "mixes text and variables (A, B)"],
  ["${NAME:+other}", "has a form of variable that sti does not know: ${NAME:+other}"],
  ["${A:-${B}}", "has a form of variable that sti does not know: ${A:-${B}}"],
  ["lost $", "has a form of variable that sti does not know: $"],
])("%j is none: %s", (written, problem) => {
  expect(interpolate(written)).toEqual({ problem });
});

test("defaults take the place of variables", () => {
  expect(withDefaults("./${DIR:-api}/$$x")).toEqual({ text: "./api/$x" });
  expect(withDefaults("acme/api:$TAG")).toEqual({ problem: "needs the variable TAG" });
});

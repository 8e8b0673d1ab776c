import { expect, test } from "vitest";
import { suggest } from "./suggest.ts";

const KEYS = ["source", "buildImage", "runtimeImage", "tag", "env", "buildEnv", "dependsOn"];

test.each([
  ["sorce", "source"],
  ["soucre", "source"],
  ["tga", "tag"],
  ["build_image", "buildImage"],
  ["BUILDIMAGE", "buildImage"],
  ["runtimeImages", "runtimeImage"],
  ["dependOn", "dependsOn"],
  ["srouce", "source"],
  ["tagg", "tag"],
  ["image", "buildImage"],
  ["imagee", "buildImage"],
])("%s suggests %s", (name, expected) => {
  expect(suggest(name, KEYS)).toBe(expected);
});

test.each(["volumes", "x", "", "privileged", "foo"])("nothing is near to %j", (name) => {
  expect(suggest(name, KEYS)).toBeUndefined();
});

test("the nearest of several names is suggested", () => {
  expect(suggest("web-3", ["web-11", "web-1", "web-30", "web3"])).toBe("web3");
});

test("a package is suggested by the last part of its name", () => {
  expect(suggest("web", ["@acme/api", "@acme/web"])).toBe("@acme/web");
});

test("nothing is suggested when nothing is known", () => {
  expect(suggest("web", [])).toBeUndefined();
});

import { expect, test } from "vitest";
import type { KeptPackages } from "./lockfile-pruner.ts";
import { readBerryLock } from "./prune-berry-lock.ts";
import { NO_MANIFEST } from "./workspace-manifest.ts";
import { createExtensions } from "./yarn-extensions.ts";

const find = createExtensions({
  "left@^1.2.0": { dependencies: { a: "1" }, peerDependencies: { b: "1" } },
  "left@*": { dependencies: { c: "npm:^2" } },
  "@acme/right@2 || 3": { dependencies: { d: "*" } },
  "no range": { dependencies: { e: "1" } },
  "wrong@*": { dependencies: ["e"] },
});

test.each<readonly [name: string, version: string, added: Readonly<Record<string, string>>]>([
  ["left", "1.3.0", { a: "1", c: "npm:^2" }],
  ["left", "1.0.0", { c: "npm:^2" }],
  ["left", "1.3.0-rc.1", { a: "1", c: "npm:^2" }],
  ["@acme/right", "3.1.0", { d: "*" }],
  ["@acme/right", "4.0.0", {}],
  ["right", "3.1.0", {}],
  ["wrong", "1.0.0", {}],
  ["left", "not a version", {}],
  // Of yarn's own list.
  ["@babel/parser", "7.20.0", { "@babel/types": "^7.8.3" }],
  ["got", "10.0.0", { "@types/responselike": "^1.0.0", "@types/keyv": "^3.1.1" }],
  ["got", "12.0.0", {}],
])("%s %s gets %j", (name, version, added) => {
  expect(Object.fromEntries(find(name, version))).toEqual(added);
});

/** Blocks as yarn writes them, of version 1.0.0. */
function lockOf(blocks: Readonly<Record<string, readonly string[]>>): string {
  const texts = Object.entries(blocks).map(([key, dependencies]) => {
    const lines = dependencies.map((one) => `    ${one}`);
    const below = lines.length === 0 ? [] : ["  dependencies:", ...lines];
    const [, name = "", reference = ""] = /^(@?[^@]+)@(.+)$/.exec(key) ?? [];
    const resolution = `${name}@${reference.replace(/^npm:.*/, "npm:1.0.0")}`;
    return [`"${key}":`, "  version: 1.0.0", `  resolution: "${resolution}"`, ...below, ""].join("\n");
  });
  return ["# yarn\n\n__metadata:\n  version: 8\n", ...texts].join("\n");
}

test("a reduced lockfile has the packages that yarn adds, and theirs, and none that only others have", () => {
  const blocks = {
    "a@npm:1": ["b: npm:1"],
    "b@npm:1": [],
    "c@npm:^2": [],
    "d@npm:1": [],
    "left@npm:^1": ['d: "npm:1"'],
    "p@workspace:p": ['left: "npm:^1"'],
    "right@npm:^1": [],
    "root@workspace:.": [],
  };
  const extensions = {
    "left@*": { dependencies: { a: "1", d: "2", gone: "1" } },
    "right@*": { dependencies: { c: "^2" } },
  };
  const kept: KeptPackages = {
    cut: new Set(),
    left: new Set(),
    packages: [
      { folder: "", manifest: { ...NO_MANIFEST, name: "root" } },
      { folder: "p", manifest: { ...NO_MANIFEST, name: "p" } },
    ],
  };
  const pruned = readBerryLock(lockOf(blocks), { catalogs: {}, extensions })?.prune(kept)?.text;
  const { "c@npm:^2": _, "right@npm:^1": __, ...rest } = blocks;
  expect(pruned).toBe(lockOf(rest));
});

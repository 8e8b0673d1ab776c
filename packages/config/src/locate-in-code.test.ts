import { join } from "node:path";
import type { ConfigPath } from "@sti/core";
import { expect, test } from "vitest";
import { makeCodeLocator } from "./locate-in-code.ts";

const TAG: ConfigPath = ["apps", "web", "tag"];

/** Checks the location of TAG; the right place is marked with ‸ in one of the files. */
function check(files: Readonly<Record<string, string>>, path: ConfigPath = TAG) {
  const sources = new Map<string, string>();
  let expected = "no mark";
  for (const [name, marked] of Object.entries(files)) {
    const before = marked.split("‸")[0] ?? "";
    if (before !== marked) {
      expected = `${name}:${before.split("\n").length}:${(before.split("\n").at(-1)?.length ?? 0) + 1}`;
    }
    sources.set(join("/none", name), marked.replace("‸", ""));
  }
  const [config = ""] = sources.keys();
  const { file, line, column } = makeCodeLocator(config, sources)(path);
  expect(`${file.slice("/none/".length)}:${line}:${column}`).toBe(expected);
}

test.each([
  ["a literal", `export default {\n  apps: { web: { ‸tag: 1 } } };`],
  [
    "defineConfig",
    `import { defineConfig } from "@sti/cli/config";\nexport default defineConfig({ apps: { web: { ‸tag: 1 } } });`,
  ],
  ["satisfies", `export default { apps: { web: { ‸tag: 1 } } } satisfies object;`],
  [
    "a typed constant",
    `const c: { apps: object } = { apps: { web: { ‸tag: 1 } } };\nexport default c as object;`,
  ],
  ["constants", `const web = { ‸tag: 1 };\nconst apps = { web };\nexport default { apps };`],
  ["keys in quotes", `export default { "apps": { ["web"]: { ‸"tag": 1 } } };`],
  [
    "a spread",
    `const base = { ‸tag: 1, source: 2 };\nexport default { apps: { web: { ...base, source: 3 } } };`,
  ],
  [
    "a spread that is overridden",
    `const base = { tag: 1 };\nexport default { apps: { web: { ...base, ‸tag: 3 } } };`,
  ],
  ["a member", `const all = { web: { ‸tag: 1 } };\nexport default { apps: { web: all.web } };`],
  [
    "a function",
    `function app(tag: string) {\n  return { source: "x", ‸tag };\n}\nexport default { apps: { web: app("a") } };`,
  ],
  [
    "an arrow function",
    `const app = (n: string) => ({ ‸tag: n });\nexport default { apps: { web: app("a") } };`,
  ],
  ["a choice", `export default { apps: { web: process.env.CI ? { source: 1 } : { ‸tag: 1 } } };`],
  ["an await", `export default await Promise.resolve({ apps: { web: { ‸tag: 1 } } });`],
  ["export as default", `const c = { apps: { web: { ‸tag: 1 } } };\nexport { c as default };`],
])("through %s, a key is placed", (_, text) => {
  check({ "sti.config.ts": text });
});

test.each([
  ["module.exports", `module.exports = { apps: { web: { ‸tag: 1 } } };`],
  ["a required file", `module.exports = { apps: require("./apps.cjs") };`],
])("through %s of CommonJS, a key is placed", (_, text) => {
  check({
    "sti.config.cjs": text,
    "apps.cjs": text.includes("‸") ? "" : `module.exports = { web: { ‸tag: 1 } };`,
  });
});

test.each([
  ["a named export", `import { apps } from "./apps.ts";`, `export const apps = { web: { ‸tag: 1 } };`],
  [
    "a renamed export",
    `import { all as apps } from "./apps.ts";`,
    `const x = { web: { ‸tag: 1 } };\nexport { x as all };`,
  ],
  ["a default export", `import apps from "./apps.ts";`, `export default { web: { ‸tag: 1 } };`],
  [
    "a namespace",
    `import * as ns from "./apps.ts";\nconst apps = ns.all;`,
    `export const all = { web: { ‸tag: 1 } };`,
  ],
])("through %s of another file, a key is placed", (_, line, text) => {
  check({ "sti.config.ts": `${line}\nexport default { apps };`, "apps.ts": text });
});

test("a key of an imported JSON file is placed", () => {
  check({
    "sti.config.ts": `import apps from "./apps.json" with { type: "json" };\nexport default { apps };`,
    "apps.json": `{\n  "web": { ‸"tag": 1 } }`,
  });
});

test("an element of a list is placed", () => {
  check({ "sti.config.ts": `export default { list: ["a",\n ‸"b"] };` }, ["list", 1]);
});

test.each([
  ["a missing key", `export default { apps: { ‸web: { source: 1 } } };`],
  ["computed apps", `export default { ‸apps: Object.fromEntries(["web"].map((n) => [n, { tag: n }])) };`],
  ["a value from a package", `import apps from "some-package";\nexport default { ‸apps };`],
])("of %s, the nearest place around is given", (_, text) => {
  check({ "sti.config.ts": text });
});

test.each([
  ["a class", "\nexport default ‸new (class { apps = {} })();"],
  ["two constants that are each other", "const a = b; const b = a; export default ‸a;"],
])("of %s, the default export is the place", (_, text) => {
  check({ "sti.config.ts": text });
});

test.each([
  ["text that does not parse", "‸\nexport default {"],
  ["text without a default export", "‸const a = 1;"],
])("in %s, the start is the place", (_, text) => {
  check({ "sti.config.ts": text });
});

test("a long type before a key does not move its place", () => {
  check({
    "sti.config.ts": `type T = "日本語";\nexport default { apps: { web: { ‸tag: 1 as unknown as T } } };`,
  });
});

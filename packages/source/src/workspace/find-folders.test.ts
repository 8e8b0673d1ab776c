import { expect, test } from "vitest";
import { makeFolder } from "../../test/temp-folder.ts";
import { listWorkspace } from "./list-workspace.ts";

const FOLDERS = [
  "packages/a",
  "packages/b",
  "packages/test",
  "packages/a/test/x",
  "packages/.hidden",
  "tools/deep/t",
];

/** The files by which a manager is recognized. */
const MANAGERS = {
  npm: { "package-lock.json": "{}" },
  pnpm: {},
  "yarn 1": { "yarn.lock": "# yarn lockfile v1\n" },
  "yarn 4": { "yarn.lock": "" },
} as const;
type Manager = keyof typeof MANAGERS;

const all = "a b test";
// As `npm query .workspace`, `pnpm ls -r`, `yarn workspaces info` and `yarn workspaces list` print them.
test.each<readonly [patterns: readonly string[], Readonly<Record<Manager, string>>]>([
  [["packages/*"], { npm: all, pnpm: all, "yarn 1": all, "yarn 4": all }],
  [["./packages/*/"], { npm: all, pnpm: all, "yarn 1": all, "yarn 4": all }],
  [["packages/*", "packages/a"], { npm: all, pnpm: all, "yarn 1": all, "yarn 4": all }],
  [["packages/.*"], { npm: ".hidden", pnpm: ".hidden", "yarn 1": ".hidden", "yarn 4": ".hidden" }],
  [["packages/@(a|b)"], { npm: "a b", pnpm: "a b", "yarn 1": "a b", "yarn 4": "a b" }],
  [["{packages,tools/deep}/?"], { npm: "a b t", pnpm: "a b t", "yarn 1": "a b t", "yarn 4": "a b t" }],
  [["packages/*", "!packages/b"], { npm: "a test", pnpm: "a test", "yarn 1": all, "yarn 4": "a test" }],
  [["!packages/*", "packages/b"], { npm: "b", pnpm: "", "yarn 1": "b", "yarn 4": "" }],
  [
    ["packages/*", "!packages/b", "packages/b"],
    { npm: all, pnpm: "a test", "yarn 1": all, "yarn 4": "a test" },
  ],
  [["packages/**", "!**/test/**"], { npm: "a b", pnpm: "a b", "yarn 1": "a x b test", "yarn 4": "a b" }],
  [["/packages/*"], { npm: all, pnpm: "", "yarn 1": "", "yarn 4": "" }],
  [["packages\\*"], { npm: all, pnpm: "", "yarn 1": "", "yarn 4": "" }],
  [["packages/*", "!/packages/b"], { npm: "a test", pnpm: all, "yarn 1": all, "yarn 4": all }],
  [["packages/*", "!./packages/b"], { npm: "a test", pnpm: "a test", "yarn 1": all, "yarn 4": "a test" }],
  [["nope/*", "."], { npm: "", pnpm: "", "yarn 1": "", "yarn 4": "" }],
])("%j finds what each package manager finds", async (patterns, expected) => {
  for (const [manager, files] of Object.entries(MANAGERS)) {
    const isPnpm = manager === "pnpm";
    const root = await makeFolder({
      ...files,
      "package.json": JSON.stringify(isPnpm ? {} : { workspaces: patterns }),
      ...(isPnpm ? { "pnpm-workspace.yaml": JSON.stringify({ packages: patterns }) } : {}),
      ...Object.fromEntries(FOLDERS.map((folder) => [`${folder}/package.json`, "{}"])),
    });
    const listed = await listWorkspace(root);
    const names =
      "packages" in listed ? listed.packages.map(({ folder }) => folder.split("/").at(-1)) : listed;
    expect([manager, names]).toEqual([
      manager,
      (expected[manager as Manager] || undefined)?.split(" ") ?? [],
    ]);
  }
});

test.each([
  ["yarn@1.22.22", all],
  ["yarn@4.9.1+sha512.abc", "a test"],
  ["npm@11.0.0", "a test"],
])("packageManager %s decides before the lockfile", async (packageManager, names) => {
  const workspaces = ["packages/*", "!packages/b"];
  const root = await makeFolder({
    "yarn.lock": packageManager.startsWith("yarn@1") ? "" : "# yarn lockfile v1\n",
    "package.json": JSON.stringify({ packageManager, workspaces }),
    ...Object.fromEntries(FOLDERS.map((folder) => [`${folder}/package.json`, "{}"])),
  });
  const listed = await listWorkspace(root);
  const found = "packages" in listed ? listed.packages.map(({ folder }) => folder.split("/").at(-1)) : [];
  expect(found.join(" ")).toBe(names);
});

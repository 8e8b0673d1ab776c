import { expect, test } from "vitest";
import { makeFolder, type Tree } from "../../test/temp-folder.ts";
import { readPnpmSettings, readSettings } from "./read-settings.ts";

// The files that settings name: snapshot/named-files.test.ts.

async function settingsOf(tree: Tree) {
  const root = await makeFolder(tree);
  return await readSettings(root, await readPnpmSettings(root));
}

test("folders of yarn are those inside the root, or the usual ones", async () => {
  expect(
    await settingsOf({ ".yarnrc.yml": "cacheFolder: /var/cache\npatchFolder: ./fixes/\n" }),
  ).toMatchObject({
    yarnCache: ".yarn/cache",
    yarnPatches: "fixes",
    yarnMirror: undefined,
  });
  expect(await settingsOf({ ".yarnrc": 'yarn-offline-mirror "./mirror"\n' })).toMatchObject({
    yarnPatches: ".yarn/patches",
    yarnMirror: "mirror",
  });
});

test("addresses and the root itself are no files", async () => {
  const { named } = await settingsOf({
    ".yarnrc.yml": "plugins: ['https://x.test/p.js']\n",
    ".npmrc": "; cafile=a.pem\nscript-shell=/bin/bash\nregistry=https://registry.example.test/\n",
    "bunfig.toml": 'preload = "some-package"\n',
  });
  expect(named.map(({ written }) => written)).toEqual(["https://x.test/p.js"]);
});

test("settings may be empty, and have yarn's catalogs", async () => {
  expect(await settingsOf({ ".yarnrc.yml": "# nothing\n", "pnpm-workspace.yaml": "" })).toMatchObject({
    named: [],
    catalogs: {},
  });
  expect(
    await settingsOf({ ".yarnrc.yml": "catalog: { a: 1.0.0 }\ncatalogs: { old: { a: 0.9.0 } }\n" }),
  ).toMatchObject({
    catalogs: { default: { a: "1.0.0" }, old: { a: "0.9.0" } },
  });
});

test.each([
  [".yarnrc.yml", "plugins: ['a\n"],
  ["bunfig.toml", "[install\n"],
])("a %s that is not valid is named", async (file, text) => {
  await expect(settingsOf({ [file]: text })).rejects.toMatchObject({
    problem: { code: "workspace-invalid", file: expect.stringMatching(file) },
  });
});

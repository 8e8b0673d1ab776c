import { describe, expect, test } from "vitest";
import { makeFolder, type Tree } from "../../test/temp-folder.ts";
import { readPnpmSettings, readSettings } from "./read-settings.ts";

async function settingsOf(tree: Tree) {
  const root = await makeFolder(tree);
  return await readSettings(root, await readPnpmSettings(root));
}

describe("settings name files", () => {
  test("of pnpm: hooks, patches and certificates", async () => {
    const { files } = await settingsOf({
      "pnpm-workspace.yaml": [
        "pnpmfile: [tools/one.cjs, ./tools/two.cjs]",
        "cafile: certs/ca.pem",
        "patchedDependencies: { ms@2: patches/ms.patch }",
      ].join("\n"),
      ".npmrc": '; a comment\npnpmfile = "hooks/pnpmfile.cjs"\nregistry=https://registry.example.test/\n',
    });
    expect(files).toEqual([
      "hooks/pnpmfile.cjs",
      "tools/one.cjs",
      "tools/two.cjs",
      "certs/ca.pem",
      "patches/ms.patch",
    ]);
  });

  test("of both yarns: programs, plugins, patches, mirrors, certificates", async () => {
    const { files } = await settingsOf({
      ".yarnrc": '# a comment\nyarn-path "bin/yarn.cjs"\nyarn-offline-mirror ./mirror/\nlastUpdateCheck 1\n',
      ".yarnrc.yml": [
        "yarnPath: tools/yarn.cjs",
        "patchFolder: fixes",
        "httpsCaFilePath: ./certs/ca.pem",
        "plugins: [plugins/a.cjs, { path: plugins/b.cjs, spec: 'https://example.test/b.cjs' }]",
      ].join("\n"),
    });
    expect(files).toEqual([
      ...["bin/yarn.cjs", "mirror", "tools/yarn.cjs", "fixes", "certs/ca.pem"],
      ...["plugins/a.cjs", "plugins/b.cjs"],
    ]);
  });

  test("but none outside of the root, and none that only the machine knows", async () => {
    const { files, yarnCache } = await settingsOf({
      ".yarnrc.yml":
        "yarnPath: ../yarn.cjs\ncacheFolder: /var/cache\nplugins: [a/../../b, 'https://x.test/p']\n",
      "pnpm-workspace.yaml": "pnpmfile: [/etc/passwd, tools/../../x, '.']\n",
      ".npmrc": "cafile=$HOME/ca.pem\npnpmfile=~/pnpmfile.cjs\n",
    });
    expect({ files, yarnCache }).toEqual({ files: [], yarnCache: ".yarn/cache" });
  });
});

test("settings may be empty, and have yarn's catalogs", async () => {
  expect(await settingsOf({ ".yarnrc.yml": "# nothing\n", "pnpm-workspace.yaml": "" })).toMatchObject({
    files: [],
    catalogs: {},
  });
  expect(
    await settingsOf({ ".yarnrc.yml": "catalog: { a: 1.0.0 }\ncatalogs: { old: { a: 0.9.0 } }\n" }),
  ).toMatchObject({
    catalogs: { default: { a: "1.0.0" }, old: { a: "0.9.0" } },
  });
});

import { randomUUID } from "node:crypto";
import { imageFolder, withEngine } from "@sti/testing/e2e";
import { METHODS } from "@sti/testing/engine-methods";
import { readImageTree } from "@sti/testing/image-tree";
import { runSti } from "@sti/testing/run-cli";
import type { Workspace } from "@sti/testing/workspace";
import { beforeEach, describe, expect, test } from "vitest";
import { createProject } from "../create-project.ts";

const REPOSITORY = "sti-e2e-workspace";
const { config, endpoint } = await withEngine(REPOSITORY, { removes: "test" });
/** Nothing of an earlier run may be in the engine's build cache. */
const UNIQUE = randomUUID();

const manifest = (name: string, dependencies: Readonly<Record<string, string>> = {}) =>
  JSON.stringify({ name, version: "1.0.0", dependencies });

const FILES = {
  ...imageFolder(
    "builder",
    {
      prepare: [
        "#!/bin/sh",
        "set -e",
        'echo "workspace: $STI_WORKSPACE"',
        "cp -a /tmp/src /srv/app",
        'grep -q "\\"name\\":\\"$STI_WORKSPACE\\"" /srv/app/packages/*/package.json',
        "",
      ].join("\n"),
      run: "#!/bin/sh\ncat /srv/app/pnpm-lock.yaml\n",
    },
    { before: "COPY unique /\n" },
  ),
  "package.json": manifest("root"),
  "pnpm-workspace.yaml": "packages: [packages/*]\n",
  "packages/api/package.json": manifest("@acme/api", { "@acme/shared": "workspace:*" }),
  "packages/site/package.json": manifest("@acme/site"),
  "packages/shared/package.json": manifest("@acme/shared", { ms: "2.1.3" }),
  "packages/shared/index.js": "one",
};

let project: Workspace;
beforeEach(async () => {
  project = await createProject({
    ...FILES,
    "pnpm-lock.yaml": lockfile("1.3.3"),
    "builder/unique": UNIQUE,
  });
});

describe.each(METHODS)("packages of a workspace, by method %s", (method) => {
  test("are built again for what they depend on, and for nothing else", async () => {
    await writeConfig(method);
    expect(await sti("run", "-v")).toMatch(/api │ workspace: @acme\/api[\s\S]*3 built/);
    const tree = await readImageTree(endpoint, `${REPOSITORY}/api`);
    const files = [...tree].filter(([path, entry]) => path.startsWith("srv/app/") && entry.type === "file");
    expect(files.map(([path]) => path.slice(8)).sort()).toEqual([
      "package.json",
      "packages/api/package.json",
      "packages/shared/index.js",
      "packages/shared/package.json",
      "pnpm-lock.yaml",
      "pnpm-workspace.yaml",
    ]);
    expect(await sti("run")).toContain("3 up to date");

    await project.write({
      "packages/site/package.json": manifest("@acme/site", { once: "1.4.0" }),
      "packages/site/page.html": "new",
      "packages/other/package.json": manifest("other"),
      "pnpm-lock.yaml": lockfile("1.4.0"),
      "README.md": "new",
    });
    const unrelated = await sti("run");
    expect(unrelated).toMatch(/● api .*up to date/);
    expect(unrelated).toMatch(/✔ site .*built/);

    await project.write({ "packages/shared/index.js": "two" });
    const related = await sti("run");
    expect(related).toMatch(/✔ api .*built/);
    expect(related).toMatch(/● site .*up to date/);
  });
});

test("what goes in is listed, and a package that there is not is named at its place", async () => {
  await writeConfig("dockerfile");
  const listed = JSON.parse(await sti("plan", "--offline", "--files", "api", "--json"));
  expect(listed.entries).toContainEqual(expect.objectContaining({ path: "packages/shared/index.js" }));
  expect(listed.entries).not.toContainEqual(expect.objectContaining({ path: "packages/site/package.json" }));

  expect(listed.packages).toContainEqual({
    path: "packages/shared",
    name: "@acme/shared",
    extent: "whole",
    reason: { field: "dependencies", file: "packages/api/package.json" },
  });
  expect(await sti("plan", "--offline", "--files", "api")).toMatch(
    /\n {2}packages\/shared +@acme\/shared +dependencies of packages\/api\/package\.json\n/,
  );

  await project.write({ "packages/api/package.json": manifest("@acme/app") });
  const { exitCode, stderr } = await runSti(["run", "api"], { cwd: `${project.folder}/deploy` });
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/apps\.api\.source: package "@acme\/api" not found in the workspace \S+/);
  expect(stderr).toMatch(/sti\.config\.json:1:\d+/);
  expect(stderr).toContain('did you mean "@acme/app"?');
});

async function sti(...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runSti(args, { cwd: `${project.folder}/deploy` });
  expect({ exitCode, stdout, stderr }).toMatchObject({ exitCode: 0, stderr: "" });
  return stdout;
}

/** The config is in a folder of its own, below the workspace's root. */
async function writeConfig(method: string): Promise<void> {
  const app = (name: string) => ({ source: { workspace: `@acme/${name}` }, method });
  const builder = { context: "../builder", allowOutside: true };
  await project.write({
    "deploy/sti.config.json": config({ api: app("api"), site: app("site") }, { images: { builder } }),
  });
}

/** A lockfile in which `site` depends on a version of `once`. */
function lockfile(once: string): string {
  return `lockfileVersion: '9.0'
importers:
  .: {}
  packages/api:
    dependencies:
      '@acme/shared': { specifier: 'workspace:*', version: link:../shared }
  packages/shared:
    dependencies:
      ms: { specifier: 2.1.3, version: 2.1.3 }
  packages/site:
    dependencies:
      once: { specifier: ${once}, version: ${once} }
packages:
  ms@2.1.3: { resolution: { integrity: sha512-ms } }
  once@${once}: { resolution: { integrity: sha512-${once} } }
snapshots:
  ms@2.1.3: {}
  once@${once}: {}
`;
}

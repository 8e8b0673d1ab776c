import { randomUUID } from "node:crypto";
import { resolveEndpoint } from "@sti/engine-docker/endpoint";
import { callEngine } from "@sti/testing/engine-api";
import { METHODS } from "@sti/testing/engine-methods";
import { readImageTree } from "@sti/testing/image-tree";
import { expectNoLeftovers, type Holdings, listHoldings } from "@sti/testing/leftovers";
import { runSti } from "@sti/testing/run-cli";
import { createWorkspace, type Workspace } from "@sti/testing/workspace";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const endpoint = await resolveEndpoint();
const REPOSITORY = "sti-e2e-workspace";

const manifest = (name: string, dependencies: Readonly<Record<string, string>> = {}) =>
  JSON.stringify({ name, version: "1.0.0", dependencies });

const PREPARE = [
  "#!/bin/sh",
  "set -e",
  'echo "workspace: $STI_WORKSPACE"',
  "cp -a /tmp/src /srv/app",
  'grep -q "\\"name\\":\\"$STI_WORKSPACE\\"" /srv/app/packages/*/package.json',
  "",
].join("\n");

const FILES = {
  "builder/Dockerfile": "FROM debian:bookworm-slim\nCOPY unique /\nCOPY prepare run /usr/bin/\n",
  "builder/prepare": PREPARE,
  "builder/run": "#!/bin/sh\ncat /srv/app/pnpm-lock.yaml\n",
  "package.json": manifest("root"),
  "pnpm-workspace.yaml": "packages: [packages/*]\n",
  "packages/api/package.json": manifest("@acme/api", { "@acme/shared": "workspace:*" }),
  "packages/site/package.json": manifest("@acme/site"),
  "packages/shared/package.json": manifest("@acme/shared", { ms: "2.1.3" }),
  "packages/shared/index.js": "one",
};

/** A lockfile in which `site` depends on a version of `once`. */
const lockfile = (once: string) => `lockfileVersion: '9.0'
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

let before: Holdings;
let project: Workspace;

beforeEach(async () => {
  before = await listHoldings(endpoint);
  project = await createWorkspace({
    ...FILES,
    "pnpm-lock.yaml": lockfile("1.3.3"),
    "builder/unique": randomUUID(),
  });
});
afterEach(async () => {
  await expectNoLeftovers(endpoint, before);
  for (const name of ["api", "site", "builder"]) {
    await callEngine(endpoint, "DELETE", `/images/${REPOSITORY}/${name}?force=1`);
  }
});

const sti = async (...args: string[]) => {
  const { exitCode, stdout, stderr } = await runSti(args, { cwd: `${project.folder}/deploy` });
  expect({ exitCode, stdout, stderr }).toMatchObject({ exitCode: 0, stderr: "" });
  return stdout;
};

/** The config is in a folder of its own, below the workspace's root. */
async function writeConfig(method: string): Promise<void> {
  const app = (name: string) => ({
    source: { workspace: `@acme/${name}` },
    buildImage: `${REPOSITORY}/builder`,
    tag: `${REPOSITORY}/${name}`,
    method,
  });
  await project.write({
    "deploy/sti.config.json": JSON.stringify({
      images: { builder: { context: "../builder", allowOutside: true, tag: `${REPOSITORY}/builder` } },
      apps: { api: app("api"), site: app("site") },
    }),
  });
}

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
  await writeConfig("build");
  const listed = JSON.parse(await sti("plan", "--offline", "--files", "api", "--json"));
  expect(listed.entries).toContainEqual(expect.objectContaining({ path: "packages/shared/index.js" }));
  expect(listed.entries).not.toContainEqual(expect.objectContaining({ path: "packages/site/package.json" }));

  await project.write({ "packages/api/package.json": manifest("@acme/app") });
  const { exitCode, stderr } = await runSti(["run", "api"], { cwd: `${project.folder}/deploy` });
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/apps\.api\.source: package "@acme\/api" not found in the workspace \S+/);
  expect(stderr).toMatch(/sti\.config\.json:1:\d+/);
  expect(stderr).toContain('did you mean "@acme/app"?');
});

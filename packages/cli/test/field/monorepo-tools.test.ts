// An app of a workspace of Turborepo and of Nx is built by its tool from the pruned source. Needs the npm registry.
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { withEngine } from "@sti/testing/e2e";
import { METHODS } from "@sti/testing/engine-methods";
import { readImageTree } from "@sti/testing/image-tree";
import { installManagers } from "@sti/testing/package-managers";
import { runSti } from "@sti/testing/run-cli";
import { createWorkspace } from "@sti/testing/workspace";
import { describe, expect, test } from "vitest";
import { MONOREPO_BUILDER, monorepoFiles, prepareScript, TOOLS } from "./monorepo-tools.fixtures.ts";

const { config, endpoint, image } = await withEngine("sti-e2e-monorepo", { removes: "test" });
const NPM = { name: "npm", from: "npm@11.4.2", program: "bin/npm-cli.js" };
const managers = await installManagers([NPM]);
const run = promisify(execFile);

describe.each(TOOLS)("an app of a workspace of $name", (tool) => {
  test("is built by the tool, after packages that only the tool's files name, and for changes in them", async () => {
    const [method = "dockerfile"] = METHODS;
    const app = { source: { workspace: "@acme/web" }, hostTrust: true, method, tag: image("web") };
    const { folder, write } = await createWorkspace({
      ...monorepoFiles(tool),
      ...MONOREPO_BUILDER,
      "builder/prepare": prepareScript(tool),
      "builder/unique": randomUUID(),
      "sti.config.json": config({ web: app }),
    });
    await cp(process.execPath, join(folder, "builder/node"));
    await cp(join(managers, "node_modules/npm-11-4-2"), join(folder, "builder/npm"), { recursive: true });
    const lock = ["install", "--package-lock-only", "--no-audit", "--no-fund", "--ignore-scripts"];
    await run("npm", lock, { cwd: folder });
    const sti = async () => {
      const { exitCode, stderr, stdout } = await runSti(["run"], { cwd: folder });
      expect({ exitCode, stderr, stdout }).toMatchObject({ exitCode: 0, stderr: "" });
      return stdout;
    };
    const result = async () => {
      const tree = await readImageTree(endpoint, image("web"));
      return [...tree.keys()]
        .filter((path) => /^srv\/app\/packages\/[^/]+\/dist\/out\.txt$/.test(path))
        .sort();
    };

    expect(await sti()).toMatch(/✔ web .*built/);
    expect(await result()).toEqual(
      ["gen", "lib", "web"].map((name) => `srv/app/packages/${name}/dist/out.txt`),
    );
    await write({ "packages/other/text.txt": "other two\n" });
    expect(await sti()).toMatch(/● web .*up to date/);
    await write({ "packages/gen/text.txt": "gen two\n" });
    expect(await sti()).toMatch(/✔ web .*built/);
  });
});

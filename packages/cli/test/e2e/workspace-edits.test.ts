// An edit of each kind of input of a workspace, installed for real: which builds install again, and that all of them make
// the image that a clean build makes. STI_TEST_LONG=1: with every package manager, and compared after each edit. Needs the
// npm registry.
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { cp, rename } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { withEngine } from "@sti/testing/e2e";
import { removeLayers } from "@sti/testing/remove-images";
import { runSti } from "@sti/testing/run-cli";
import { createWorkspace, makeWorkspace, type Workspace } from "@sti/testing/workspace";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { BUILDER, EDITED, type EditedWorkspace } from "./edited-workspaces.ts";

const run = promisify(execFile);
const isLong = process.env.STI_TEST_LONG === "1";
const workspaces = isLong ? EDITED : EDITED.slice(0, 1);

const { config, endpoint, image } = await withEngine("sti-e2e-workspace-edits");

let builder: Workspace;
beforeAll(async () => {
  builder = await makeWorkspace({
    ...BUILDER,
    "builder/unique": randomUUID(),
    "sti.config.json": config({}),
  });
  const folder = join(builder.folder, "builder");
  const specs = workspaces.map(({ from }) => from);
  await run("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", folder, ...specs]);
  await rename(join(folder, "node_modules"), join(folder, "managers"));
  await cp(process.execPath, join(folder, "node"));
  expect(await runSti(["run", "-q"], { cwd: builder.folder })).toMatchObject({ exitCode: 0 });
});
afterAll(() => builder.remove(""));
afterEach(() => removeLayers(endpoint));

test.each(workspaces)("each edit of a workspace of $name installs only if it has to", async (workspace) => {
  const { folder, write } = await createWorkspace({
    ...workspace.files,
    "sti.config.json": config(
      {
        app: {
          source: { workspace: "@acme/app" },
          hostTrust: true,
          method: "dockerfile",
          tag: image("app"),
        },
      },
      { images: {} },
    ),
  });
  const sti = (...args: string[]) => runSti(args, { cwd: folder });
  const expectClean = async (title: string) => {
    const { stdout } = await sti("compare", "--incremental", "app");
    expect({ title, stdout }).toEqual({
      title,
      stdout: expect.stringMatching(/^app .*(?:identical|equivalent)/m),
    });
  };
  await manage(workspace, workspace.manager.lock, folder);
  expect(await sti("run", "-v", "app")).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/lib \/\/ patched 1[\s\S]*dependencies installed/),
  });
  for (const { files, lock, outcome, title } of workspace.edits) {
    await write(files);
    if (lock !== undefined) await manage(workspace, lock, folder);
    const { exitCode, stderr, stdout } = await sti("run", "-v", "app");
    expect({ title, exitCode, stderr }).toEqual({ title, exitCode: 0, stderr: "" });
    expect({ title, stdout }).toEqual({ title, stdout: expect.stringContaining(outcome) });
    if (isLong && outcome !== "up to date") await expectClean(title);
  }
  await expectClean("all");
  expect((await sti("run", "-v", "app", "--clean")).stdout).toContain("edited lib // patched 2");
});

/** Runs the package manager that is in the builder, too. */
async function manage({ from, script }: EditedWorkspace, args: readonly string[], cwd: string) {
  const name = from.slice(0, from.lastIndexOf("@"));
  const program = join(builder.folder, "builder/managers", name, script);
  const env = { ...process.env, CI: "1", YARN_ENABLE_TELEMETRY: "0", YARN_ENABLE_IMMUTABLE_INSTALLS: "0" };
  await run(process.execPath, [program, ...args], { cwd, env });
}

// The exported source of a workspace package is installed by each package manager with its lockfile frozen. Needs the
// npm registry.
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { commandOf, installManagers } from "@sti/testing/package-managers";
import { runSti } from "@sti/testing/run-cli";
import { createWorkspace } from "@sti/testing/workspace";
import { describe, expect, test } from "vitest";
import { filesOf, MANAGERS, type Manager } from "./frozen-workspace.ts";

const run = promisify(execFile);
const managers = await installManagers(MANAGERS);

describe.each(MANAGERS)("$name", (manager) => {
  test("installs the exported source of an app with its lockfile frozen", async () => {
    const { folder } = await createWorkspace(filesOf(manager));
    await manage(manager, manager.lock, folder);
    const out = join(folder, "out");
    const planned = await runSti(["plan", "app", "--offline", "--export", "out"], { cwd: folder });
    expect(planned).toMatchObject({ exitCode: 0, stderr: "" });
    expect((await readdir(join(out, "packages"))).sort()).toEqual(["app", "conf", "lib"]);
    expect(await readdir(join(out, "packages/conf"))).toEqual(["package.json"]);
    // Patches and archives that only other packages need are not in it.
    expect(await readdir(join(out, "patches")).catch(() => [])).toEqual(
      manager.patches === true ? ["once.patch"] : [],
    );
    expect(await readdir(join(out, "mirror")).catch(() => [])).not.toContain("left-pad-1.3.0.tgz");
    await manage(manager, manager.frozen, out);
    const script =
      'console.log(require("@acme/lib"), require("vendored"), typeof require("once"), typeof require("isarray"))';
    const used = await run(process.execPath, ["-e", script], { cwd: join(out, "packages/app") });
    expect(used.stdout).toBe("lib vendored function function\n");
    const once = await run(process.execPath, ["-p", 'require.resolve("once")'], {
      cwd: join(out, "packages/app"),
    });
    const text = await readFile(once.stdout.trim(), "utf8");
    expect(text.startsWith("// patched\n")).toBe(manager.patches === true);
    await expect(readdir(join(out, "node_modules/left-pad"))).rejects.toThrow("ENOENT");
  });
});

test("yarn 4 installs frozen with the dependencies that it adds to packages of others", async () => {
  const [manager] = MANAGERS.filter(({ name }) => name === "yarn 4");
  if (manager === undefined) throw new Error("no yarn 4");
  const manifest = (name: string, dependencies: object) =>
    JSON.stringify({ name: `@acme/${name}`, version: "1.0.0", private: true, dependencies });
  const { folder } = await createWorkspace({
    "package.json": JSON.stringify({ private: true, workspaces: ["packages/*"] }),
    "packages/app/package.json": manifest("app", { "@babel/parser": "7.20.0", isarray: "2.0.5" }),
    "packages/other/package.json": manifest("other", { "left-pad": "1.3.0" }),
    "sti.config.json": JSON.stringify({
      apps: { app: { source: { workspace: "@acme/app" }, buildImage: "debian", tag: "acme/app" } },
    }),
    "yarn.lock": "",
    ".yarnrc.yml": [
      "nodeLinker: node-modules",
      "packageExtensions:",
      "  isarray@*: { dependencies: { once: 1.4.0 } }",
      "  left-pad@*: { dependencies: { ms: 2.1.2 } }",
    ].join("\n"),
  });
  await manage(manager, manager.lock, folder);
  const planned = await runSti(["plan", "app", "--offline", "--export", "out"], { cwd: folder });
  expect(planned).toMatchObject({ exitCode: 0, stderr: "" });
  await manage(manager, manager.frozen, join(folder, "out"));
  const installed = await readdir(join(folder, "out/node_modules"));
  expect(installed).toEqual(expect.arrayContaining(["once"]));
  expect(installed).not.toContain("ms");
  expect(await readdir(join(folder, "out/node_modules/@babel"))).toContain("types");
});

test("a folder that is not empty is refused", async () => {
  const [manager] = MANAGERS;
  const { folder } = await createWorkspace(manager === undefined ? {} : filesOf(manager));
  const { exitCode, stderr } = await runSti(["plan", "--offline", "--export", "packages"], { cwd: folder });
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: "sti: packages is not empty; name a new or an empty folder\n",
  });
});

async function manage(manager: Manager, args: readonly string[], cwd: string) {
  const [program = "", ...rest] = commandOf(manager, managers);
  const env = { ...process.env, CI: "1", YARN_ENABLE_TELEMETRY: "0" };
  return await run(program, [...rest, ...args], { cwd, env });
}

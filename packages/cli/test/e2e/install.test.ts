// The packed program, installed by each package manager into a project that has nothing else, by a user who has
// nothing else. STI_TEST_NODE: path of another Node.js to do all this with.
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { imageFolder, withEngine } from "@sti/testing/e2e";
import { commandOf, installManagers } from "@sti/testing/package-managers";
import { createWorkspace, makeWorkspace } from "@sti/testing/workspace";
import { afterAll, describe, expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { MANAGERS, type Manager } from "./install.fixtures.ts";

const run = promisify(execFile);
const root = new URL("../../../..", import.meta.url).pathname;
const { endpoint, image, inspect } = await withEngine("sti-e2e-install", { check: "file" });
const node = process.env.STI_TEST_NODE ?? process.execPath;
const managers = await installManagers(MANAGERS);
const packed = await makeWorkspace({});
afterAll(() => packed.remove(""));
await run("pnpm", ["pack", "--pack-destination", packed.folder], { cwd: join(root, "packages/cli") });
const [tarball = ""] = await readdir(packed.folder);

describe.each(MANAGERS)("$name", (manager) => {
  test("installs a program that builds an app, with the types and the schema of its config", async () => {
    const { folder, write } = await createWorkspace({
      "package.json": '{ "private": true }',
      ...manager.files,
    });
    const home = await createWorkspace({});
    const manage = async (...args: string[]) => await runManager(manager, args, folder, home.folder);
    await manage(...manager.add, join(packed.folder, tarball));
    await write(filesOf(manager.id));
    const { stdout: version } = await manage(...manager.exec, "sti", "--version");
    expect(version).toBe(`${manifest.version}\n`);
    const { stdout: built } = await manage(...manager.exec, "sti", "run");
    expect(built).toMatch(/✔ web .* built/);
    expect(await inspect(image(manager.id))).toBeDefined();
    if (manager.hasFolder === false) return;
    expect(await readdir(join(folder, "node_modules/@sti"))).toEqual(["cli"]);
    const schema = await readFile(join(folder, "node_modules/@sti/cli/sti.config.schema.json"), "utf8");
    expect(JSON.parse(schema)).toHaveProperty("definitions.StiConfig.properties.apps");
    const compilers = manager.id === "npm" ? COMPILERS : COMPILERS.slice(0, 1);
    for (const compiler of compilers) expect(await checkTypes(compiler, folder)).toEqual(TYPE_ERRORS);
  });
});

/** The manager finds no settings of this machine's user, no workspace around it and no registry. */
async function runManager(manager: Manager, args: readonly string[], cwd: string, home: string) {
  const [program = "", ...rest] = commandOf(manager, managers, node);
  const env = {
    PATH: `${dirname(node)}:${process.env.PATH}`,
    HOME: home,
    DOCKER_HOST: endpoint.host,
    NO_COLOR: "1",
    npm_config_offline: "true",
    YARN_ENABLE_NETWORK: "0",
    YARN_ENABLE_TELEMETRY: "0",
  };
  return await run(program, [...rest, ...args], { cwd, env });
}

/** The present compiler and the last one written in JavaScript. */
const COMPILERS = [
  join(root, "node_modules/typescript/bin/tsc"),
  createRequire(join(root, "packages/testing/")).resolve("typescript-js/bin/tsc"),
];

/** The first line of each error. */
async function checkTypes(compiler: string, cwd: string): Promise<readonly string[]> {
  const { stdout } = await run(process.execPath, [compiler, "-p", "."], { cwd }).catch(
    (error: { readonly stdout: string }) => error,
  );
  return stdout.split("\n").filter((line) => /^\S.*error/.test(line));
}

const TYPE_ERRORS = [expect.stringMatching(/^wrong\.ts\(2,\d+\): error TS2\d+: .*'sorce'/)];

function filesOf(app: string): Readonly<Record<string, string>> {
  return {
    ...imageFolder("builder", {
      prepare: "#!/bin/sh\ncp /tmp/src/text /srv/\n",
      run: "#!/bin/sh\nexec cat /srv/text\n",
    }),
    "web/text": app,
    "sti.config.ts": `import { defineConfig } from "@sti/cli/config";

export default defineConfig({
  images: { builder: { context: "./builder", tag: "${image("builder")}" } },
  apps: { web: { source: "./web", buildImage: "${image("builder")}", tag: "${image(app)}" } },
});
`,
    "wrong.ts": `import { defineConfig } from "@sti/cli/config";
export default defineConfig({ apps: { web: { sorce: "./web", buildImage: "acme/builder", tag: "acme/web" } } });
`,
    "tsconfig.json": JSON.stringify({
      compilerOptions: { strict: true, module: "nodenext", target: "es2024", noEmit: true, types: [] },
      files: ["sti.config.ts", "wrong.ts"],
    }),
  };
}

// The executable, made of the Node.js that runs the tests.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { copyFile, cp, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { imageFolder, withEngine } from "@sti/testing/e2e";
import { callEngine } from "@sti/testing/engine-api";
import { createWorkspace, makeWorkspace } from "@sti/testing/workspace";
import { afterAll, expect, test } from "vitest";
import { FUSE, makeExecutable } from "../../executable/executable.ts";
import manifest from "../../package.json" with { type: "json" };

const run = promisify(execFile);
const { endpoint, image, inspect } = await withEngine("sti-e2e-executable", { check: "file" });
const made = await makeWorkspace({});
afterAll(() => made.remove(""));
const executable = join(made.folder, "sti");
/** Node.js of distributions is no single file. */
const isOfficial = readFileSync(process.execPath).includes(FUSE);
if (isOfficial) await makeExecutable(process.execPath, executable);

test.runIf(isOfficial)(
  "the executable builds an app without any Node.js, with a config in TypeScript",
  async () => {
    const { folder } = await createWorkspace({
      ...imageFolder("builder", {
        prepare: "#!/bin/sh\ncp /tmp/src/text /srv/\n",
        run: "#!/bin/sh\nexec cat /srv/text\n",
      }),
      "web/text": "text",
      "sti.config.ts": `import { defineConfig } from "@sti/cli/config";
      const tag: string = "${image("web")}";
      export default defineConfig({
        images: { builder: { context: "builder", tag: "${image("builder")}" } },
        apps: { web: { source: "web", buildImage: "${image("builder")}", tag } },
      });`,
    });
    const env = { PATH: "/usr/bin:/bin", HOME: folder, DOCKER_HOST: endpoint.host };
    const { stderr, stdout } = await run(executable, ["run"], { cwd: folder, env });
    expect({ stderr, stdout }).toEqual({ stderr: "", stdout: expect.stringMatching(/✔ web .* built/) });
    expect(await inspect(image("web"))).toBeDefined();
    expect(await readdir(join(folder, ".cache/sti/program"))).toHaveLength(1);
    await run(executable, ["builders", "add", "node"], { cwd: folder, env });
    expect(await readdir(join(folder, "builders/node/bin"))).toContain("prepare");
  },
);

test.runIf(isOfficial)("the executable builds an image of sti, which runs", async () => {
  const { folder } = await createWorkspace({});
  await cp(new URL("../../../../container", import.meta.url), folder, { recursive: true });
  await copyFile(executable, join(folder, "sti"));
  const env = { PATH: "/usr/bin:/bin", HOME: folder, DOCKER_HOST: endpoint.host };
  await run(executable, ["run", "--set", `images.sti.tag=${image("sti")}`], { cwd: folder, env });
  const container = { Image: image("sti"), Cmd: ["--version"] };
  const created = await callEngine(endpoint, "POST", "/containers/create", container);
  const { Id } = created.body as { readonly Id: string };
  await callEngine(endpoint, "POST", `/containers/${Id}/start`);
  expect((await callEngine(endpoint, "POST", `/containers/${Id}/wait`)).body).toMatchObject({
    StatusCode: 0,
  });
  const logs = await callEngine(endpoint, "GET", `/containers/${Id}/logs?stdout=1`);
  await callEngine(endpoint, "DELETE", `/containers/${Id}?force=1`);
  expect(logs.body).toContain(`${manifest.version}\n`);
});

test.runIf(isOfficial)(
  "without a cache folder of the user the executable leaves nothing behind",
  async () => {
    const { folder } = await createWorkspace({ home: "a file" });
    await mkdir(join(folder, "tmp"));
    const env = { HOME: join(folder, "home"), TMPDIR: join(folder, "tmp") };
    const { stdout } = await run(executable, ["--version"], { cwd: folder, env });
    expect(stdout).toBe(`${manifest.version}\n`);
    expect(await readdir(join(folder, "tmp"))).toEqual([]);
  },
);

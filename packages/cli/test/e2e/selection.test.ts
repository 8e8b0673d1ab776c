import { imageFolder, withEngine } from "@sti/testing/e2e";
import { runSti } from "@sti/testing/run-cli";
import { createWorkspace } from "@sti/testing/workspace";
import { expect, test } from "vitest";

const { config, image } = await withEngine("sti-e2e-selection", { removes: "test" });

const FILES = {
  ...imageFolder("builder", { prepare: "#!/bin/sh\ncp -R /tmp/src /srv/app\n", run: "#!/bin/sh\n" }),
  "api/a": "a",
  "web/a": "a",
  "sti.config.json": config({ api: {}, web: { dependsOn: ["api"] } }),
};

test("--no-deps builds what is selected on what is there, and the whole then has nothing to do", async () => {
  const { folder: cwd, remove, write } = await createWorkspace(FILES);
  const run = (...args: string[]) => runSti(["run", ...args], { cwd });

  const alone = await run("web", "--no-deps");
  expect(alone.exitCode).not.toBe(0);
  expect(alone.stderr).toContain(image("builder"));

  expect((await run("api")).exitCode).toBe(0);
  await write({ "builder/unused": "the builder would be another one" });
  const built = await run("web", "--no-deps");
  expect(built).toMatchObject({ exitCode: 0, stderr: "" });
  expect(built.stdout).toMatch(/^✔ web/m);
  expect(built.stdout).not.toMatch(/builder|api/);

  await remove("builder/unused");
  expect((await run()).stdout).toContain("3 up to date");
});

test("--no-deps needs the images of what it leaves out", async () => {
  const { folder: cwd } = await createWorkspace(FILES);
  expect((await runSti(["run", "builder"], { cwd })).exitCode).toBe(0);
  const { exitCode, stderr } = await runSti(["run", "web", "--no-deps"], { cwd });
  expect(exitCode).toBe(4);
  expect(stderr).toContain(`image docker.io/${image("api")}:latest not found in the engine`);
});

test("a selection without targets is said, and no failure", async () => {
  const { folder: cwd } = await createWorkspace(FILES);
  const { exitCode, stdout } = await runSti(["run", "!*"], { cwd });
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "sti: nothing selected\n" });
});

import { access } from "node:fs/promises";
import { EARLIER_METHODS } from "@sti/core";
import { copyingScripts, imageFolder, withEngine } from "@sti/testing/e2e";
import { METHODS } from "@sti/testing/engine-methods";
import { type CliOptions, runSti, whenPrinted } from "@sti/testing/run-cli";
import { createWorkspace, type Workspace } from "@sti/testing/workspace";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const { image, inspect, removeImages } = await withEngine("sti-e2e-build");
const BUILDER = image("builder");
const RUNTIME = image("runtime");
const TAG = image("web");

let folder: Workspace;
beforeEach(async () => {
  folder = await createWorkspace({ ...IMAGES, "web/text": "web" });
  expect(await runSti(["run", "-q", "-C", "images"], { cwd: folder.folder })).toMatchObject({ exitCode: 0 });
});
afterEach(() => removeImages([`${BUILDER}:latest`, `${RUNTIME}:latest`]));

/** One builder for both stages of an extended build. */
const IMAGES = {
  "images/sti.config.json": JSON.stringify({
    images: { builder: { context: "builder", tag: BUILDER }, runtime: { context: "builder", tag: RUNTIME } },
  }),
  ...imageFolder(
    "images/builder",
    copyingScripts(
      'if [ -d /tmp/build ]; then cp -r /srv/app/. /tmp/build/ && echo "on $STI_APP" > /tmp/build/half; fi',
      "if [ -e /srv/app/fail ]; then echo the reason >&2; exit 7; fi",
      "if [ -e /srv/app/wait ]; then trap '' TERM INT; echo waiting; sleep 60; exit 1; fi",
    ),
  ),
};

/** Records of builds go to the workspace, too. */
function build(args: readonly string[], options: CliOptions = {}) {
  return runSti(["build", ...args], {
    cwd: folder.folder,
    ...options,
    env: { XDG_CACHE_HOME: `${folder.folder}/cache`, ...options.env },
  });
}

describe.each(METHODS)("sti build by method %s", (method) => {
  test("makes what a config of one app would, without a config, and knows when nothing changed", async () => {
    const first = await build(["web", BUILDER, TAG, "-m", method, "-e", "A=1", "-e", "B"], {
      env: { B: "two" },
    });
    expect(first).toMatchObject({ exitCode: 0, stderr: "" });
    expect(first.stdout).toMatch(/web {2}sti-e2e-build\/web:latest {2}built/);
    const made = await inspect(TAG);
    expect(made?.Config?.Env).toEqual(expect.arrayContaining(["A=1", "B=two"]));
    expect(made?.Config?.Labels).toMatchObject({ "sti.target": "web", "sti.method": method });
    const again = await build(["./web", BUILDER, `${TAG}:latest`, "-m", method, "-e", "A=1", "-e", "B=two"]);
    expect(again.stdout).toContain("up to date");
    const renamed = ["web", BUILDER, TAG, "-m", EARLIER_METHODS[method], "-e", "A=1", "-e", "B=two"];
    expect((await build(renamed)).stdout).toContain("up to date");
    const forced = await build(["web", BUILDER, TAG, "-m", method, "-e", "A=1", "-e", "B=two", "--clean"]);
    expect(forced.stdout).toContain("1 built");
  });

  test("bases the result on a runtime image", async () => {
    const args = ["web", BUILDER, TAG, "--runtime-image", RUNTIME, "-m", method, "--no-incremental"];
    expect(await build(args)).toMatchObject({ exitCode: 0, stderr: "" });
    expect((await inspect(`${TAG}:latest-build`))?.Config?.Labels).toMatchObject({ "sti.half": "build" });
    expect((await inspect(TAG))?.Config?.Labels).toMatchObject({ "sti.half": "result" });
  });

  test("ends as sti run does when prepare fails, and reports it for the app alone", async () => {
    await folder.write({ "web/fail": "" });
    const { exitCode, stderr } = await build(["web", BUILDER, TAG, "-m", method]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`✖ web: /usr/bin/prepare of ${BUILDER}:latest exited with 7`);
    expect(stderr).toContain("the reason");
    expect(stderr).not.toMatch(/apps\.|sti\.config/);
    expect(await inspect(TAG)).toBeUndefined();
  });

  test("cleans up when it is interrupted", async () => {
    await folder.write({ "web/wait": "" });
    const waiting = whenPrinted("waiting", (kill) => kill("SIGINT"));
    const { exitCode } = await build(["web", BUILDER, TAG, "-v", "-m", method], waiting);
    expect({ exitCode, sent: waiting.hasActed() }).toEqual({ exitCode: 130, sent: true });
  });
});

test("a source anywhere can be built, and nothing is written beside it or in the current folder", async () => {
  const elsewhere = await createWorkspace({ "stays/empty": "" });
  const cwd = `${elsewhere.folder}/stays`;
  expect(await build([`${folder.folder}/web`, BUILDER, TAG, "-q"], { cwd })).toEqual({
    exitCode: 0,
    stdout: "",
    stderr: "",
  });
  await expect(access(`${cwd}/.sti`)).rejects.toThrow("ENOENT");
  await expect(access(`${folder.folder}/web/.sti`)).rejects.toThrow("ENOENT");
});

test.each([
  [["none", BUILDER, TAG], /^sti build: SOURCE none does not exist\n$/],
  [["git://web", BUILDER, TAG], /^sti build: SOURCE: uses git:\/\/; repositories are read by https/],
  [["web", BUILDER, TAG, "--ref=-x"], /^sti build: --ref: must not start with '-'\n$/],
  [["web", TAG, `${TAG}:latest`], /^sti build: IMAGE is what this build makes as TAG /],
  [
    ["web", BUILDER, "Web", "-e", "NOT_SET_AT_ALL"],
    /^sti build: TAG "Web" .*\nsti build: --env NOT_SET_AT_ALL/,
  ],
  [["web", BUILDER], /missing required argument 'tag'/],
  [["web", BUILDER, TAG, "--pull", "sometimes"], /Allowed choices are missing, always, never/],
])("sti build %j is refused by the argument that is wrong", async (args, message) => {
  const { exitCode, stderr, stdout } = await build(args);
  expect({ exitCode, stdout, stderr }).toEqual({
    exitCode: 2,
    stdout: "",
    stderr: expect.stringMatching(message),
  });
});

test("an image that cannot be had is reported as IMAGE, and ends with 4", async () => {
  const { exitCode, stderr } = await build(["web", "127.0.0.1:9/none", TAG]);
  expect({ exitCode, stderr }).toEqual({
    exitCode: 4,
    stderr: expect.stringMatching(/✖ IMAGE: .*cannot be pulled/),
  });
});

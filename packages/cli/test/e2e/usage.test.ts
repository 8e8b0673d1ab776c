import { imageFolder, withEngine } from "@sti/testing/e2e";
import { runSti, whenPrinted } from "@sti/testing/run-cli";
import { createWorkspace } from "@sti/testing/workspace";
import { beforeEach, expect, test } from "vitest";

const REPOSITORY = "sti-e2e-usage";
const { config, image, leftovers } = await withEngine(REPOSITORY);

/** Image entries by name: their usage script, and the rest of the Dockerfile. */
const ENTRIES = {
  talks: { usage: "#!/bin/sh\necho needs a file called text\necho and a hint >&2\n", more: "" },
  fails: { usage: "#!/bin/sh\necho oh\nexit 9\n", more: "" },
  broken: { usage: "echo nobody may start this\n", more: "" },
  waits: { usage: "#!/bin/sh\ntrap '' TERM INT\necho waiting\nwhile :; do sleep 1; done\n", more: "" },
  silent: { usage: "", more: "RUN rm /usr/bin/usage\nENV PORT=8080\nEXPOSE 8080\nWORKDIR /srv\nUSER 1001\n" },
} as const;
const SCRIPTS = { prepare: "#!/bin/sh\ncp -r /tmp/src /srv/app\n", run: "#!/bin/sh\n" };

/** Each test builds them; all but the first find them up to date. */
beforeEach(async () => {
  const folders = Object.entries(ENTRIES).map(([name, { usage, more }]) =>
    imageFolder(name, { ...SCRIPTS, usage }, { after: more }),
  );
  const images = Object.fromEntries([...Object.keys(ENTRIES), "root"].map((name) => [name, {}]));
  const project = await createWorkspace({
    ...Object.assign({}, ...folders),
    ...imageFolder("root", SCRIPTS),
    "app/text": "text",
    "sti.config.json": config({ made: { source: "app", buildImage: image("root") } }, { images }),
  });
  const { exitCode, stderr } = await runSti(["run", "-q"], { cwd: project.folder });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  await leftovers.list();
});

test("an image that has a usage script says what it is for", async () => {
  expect(await runSti(["usage", `${REPOSITORY}/talks`])).toEqual({
    exitCode: 0,
    stdout: "needs a file called text\n",
    stderr: "and a hint\n",
  });
});

test("a usage script that fails ends with 1", async () => {
  expect(await runSti(["usage", `${REPOSITORY}/fails`])).toEqual({
    exitCode: 1,
    stdout: "oh\n",
    stderr: "sti: /usr/bin/usage of sti-e2e-usage/fails exited with 9\n",
  });
});

test("a usage script that cannot start ends with 1 and says so", async () => {
  expect(await runSti(["usage", `${REPOSITORY}/broken`])).toMatchObject({
    exitCode: 1,
    stdout: "",
    stderr: expect.stringContaining("/usr/bin/usage could not be started"),
  });
});

test("a usage script that is interrupted leaves nothing", async () => {
  const waiting = whenPrinted("waiting", (kill) => kill("SIGINT"));
  const { exitCode } = await runSti(["usage", `${REPOSITORY}/waits`], waiting);
  expect({ exitCode, sent: waiting.hasActed() }).toEqual({ exitCode: 130, sent: true });
});

test("an image without one is described", async () => {
  const { exitCode, stdout, stderr } = await runSti(["usage", `${REPOSITORY}/silent`]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toMatch(/^sti-e2e-usage\/silent has no \/usr\/bin\/usage/);
  expect(stdout).toMatch(/user +1001 \(uid 1001, gid 0\)/);
  expect(stdout).toMatch(/folder +\/srv/);
  expect(stdout).toMatch(/PORT=8080/);
  expect(stdout).toMatch(/ports +8080\/tcp/);
  expect(stdout).toMatch(/made +by sti from the image entry silent/);
  expect(await runSti(["usage", "-q", `${REPOSITORY}/silent`])).toEqual({
    exitCode: 0,
    stdout: "",
    stderr: "",
  });
});

test("an image that sti made from an app says from which, by what and on what", async () => {
  const { stdout } = await runSti(["usage", `${REPOSITORY}/made`]);
  expect(stdout).toMatch(
    /made +by sti from the app made, by the Dockerfile method, on the build image sti-e2e-usage\/root/,
  );
});

test("as JSON the facts are reported and nothing is run", async () => {
  const { exitCode, stdout } = await runSti(["usage", "--json", `${REPOSITORY}/waits`]);
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    image: `${REPOSITORY}/waits`,
    scripts: {
      "prepare-dependencies": "missing",
      prepare: "present",
      run: "present",
      "save-artifacts": "missing",
      usage: "present",
    },
    owner: { uid: 0, gid: 0 },
    origin: { target: "waits", kind: "image", method: null },
  });
});

test("scripts are looked for where they are said to be", async () => {
  const { stdout } = await runSti(["usage", "--scripts", "/opt/", `${REPOSITORY}/talks`]);
  expect(stdout).toMatch(/^sti-e2e-usage\/talks has no \/opt\/usage/);
});

test.each([
  ["Not A Reference", 2, /is not an image reference/],
  ["127.0.0.1:9/none", 4, /cannot be pulled/],
])("sti usage %j ends with %i", async (image, exitCode, message) => {
  expect(await runSti(["usage", image])).toMatchObject({ exitCode, stderr: expect.stringMatching(message) });
});

import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { imageFolder, withEngine } from "@sti/testing/e2e";
import { callEngine } from "@sti/testing/engine-api";
import { BY_CONTAINER } from "@sti/testing/engine-methods";
import { createWorkspace } from "@sti/testing/workspace";
import { afterEach, describe, expect, test } from "vitest";
import { startSti } from "./debug.fixtures.ts";

const { config, endpoint, imageId } = await withEngine("sti-e2e-debug");

/** Leaves something behind, and fails if the source demands it. */
const PREPARE = `#!/bin/sh
echo "prepared by $(id -u) with $(cat /run/secrets/TOKEN)."
echo half > /srv/app/half
[ -z "$HANGS" ] || { echo $$ > /srv/app/pid; exec sleep 600; }
[ ! -d /tmp/build ] || cp -r /tmp/src/. /tmp/build/
[ ! -e /tmp/src/fail ] || exit 9
`;
const SCRIPTS = { prepare: PREPARE, run: "#!/bin/sh\n" };
const FILES = {
  ...imageFolder("builder", SCRIPTS, {
    after: "RUN mkdir /srv/app && chown 1001:7 /srv/app\nUSER 1001:7\n",
  }),
  ...imageFolder("runtime", SCRIPTS, { after: "RUN mkdir /srv/app\n" }),
  "app/text": "one",
};

async function start(args: string, app: object = {}, { fails = true, terminal = false } = {}) {
  const token = `t0ken-${randomUUID()}`;
  const shared = {
    secrets: { TOKEN: { env: "STI_TEST_TOKEN" } },
    buildEnv: { VARIABLE: "for the build" },
    caches: [{ target: "/var/cache/test" }],
  };
  const images = { builder: {}, runtime: {} };
  const { folder } = await createWorkspace({
    ...FILES,
    "app/unique": randomUUID(),
    ...(fails ? { "app/fail": "" } : {}),
    "sti.config.json": config({ app: { ...shared, ...app } }, { images }),
  });
  const sti = startSti(args, { cwd: folder, env: { STI_TEST_TOKEN: token }, terminal });
  return { sti, token, folder };
}

describe.runIf(BY_CONTAINER)("sti debug", () => {
  afterEach(async () => {
    expect(await imageId("app")).toBeUndefined();
    for (const user of ["", "-1001"]) {
      await callEngine(endpoint, "DELETE", `/volumes/sti-cache-var-cache-test${user}`);
    }
  });

  test.each(["dockerfile", "container"])(
    "of an app by method %s passes commands of a pipe to a shell where prepare has failed",
    async (method) => {
      const { folder, sti, token } = await start("debug app", { method });
      sti.type("id -u; cat /srv/app/half; ls /tmp/src; echo $VARIABLE; : > /var/cache/test/x\n");
      sti.type("cat /run/secrets/TOKEN; echo .; exit 5\n");
      sti.end();
      const { exitCode, stderr, stdout } = await sti.ended;
      expect({ exitCode, stdout }).toEqual({
        exitCode: 5,
        stdout: "1001\nhalf\nfail\ntext\nunique\nfor the build\n***.\n",
      });
      expect(stderr).toContain("prepared by 1001 with ***.\n");
      expect(stderr).toContain("sti: /usr/bin/prepare exited with 9\n");
      expect(findIn([folder, process.env.XDG_CACHE_HOME ?? ""], token)).toEqual([]);
    },
  );

  test("runs a command instead, whose input, output bytes and exit code pass through", async () => {
    const { sti } = await start(
      "debug app --fresh -- sh -c 'ls /srv/app; wc -c; printf \"\\\\200\\\\n\"; exit 7'",
    );
    sti.type("four");
    sti.end();
    const { exitCode, stderr, stdout } = await sti.ended;
    expect({ exitCode, stdout }).toEqual({ exitCode: 7, stdout: "4\n\ufffd\n" });
    // Before prepare has run.
    expect(stderr).not.toContain("prepared by");
  });

  test("of an extended build opens the stage that has failed, or the last one", async () => {
    const app = { runtimeImage: "sti-e2e-debug/runtime" };
    const whole = await start("debug app -- id -u", app, { fails: false });
    whole.sti.end();
    expect(await whole.sti.ended).toMatchObject({ exitCode: 0, stdout: "0\n" });
    const failed = await start("debug app -- id -u", app);
    failed.sti.end();
    expect(await failed.sti.ended).toMatchObject({ exitCode: 0, stdout: "1001\n" });
  });

  test("opens a shell beside a prepare that takes longer than timeout, and has no limit itself", async () => {
    const { sti } = await start("debug app", { timeout: "2s", buildEnv: { HANGS: "yes" } });
    await sti.shows("sti: /usr/bin/prepare timed out after 2 s; it still runs in the container\n");
    sti.type('kill -0 "$(cat /srv/app/pid)" && echo runs; sleep 3; echo unlimited; exit 6\n');
    sti.end();
    expect(await sti.ended).toMatchObject({ exitCode: 6, stdout: "runs\nunlimited\n" });
  });

  test("gives a terminal to a shell, and follows its size", async () => {
    const { sti } = await start("debug app", {}, { terminal: true });
    await sti.shows("it is removed when you exit");
    // An engine of API 1.41 sets the size just after the start.
    sti.type("while [ \"$(stty size)\" != '33 99' ]; do :; done; echo si''zed in $0\r");
    await sti.shows("sized in /bin/bash");
    execFileSync("stty", ["-F", `/proc/${sti.inTerminal()}/fd/0`, "rows", "44", "cols", "77"]);
    sti.type("while [ \"$(stty size)\" != '44 77' ]; do :; done; echo re''sized\r");
    await sti.shows("resized");
    // Ctrl-C is the shell's, not sti's.
    sti.type('sh -c \'trap "echo cau""ght; exit" INT; echo wai""ting; while :; do sleep 1; done\'\r');
    await sti.shows("waiting");
    sti.type("\u0003");
    await sti.shows("caught");
    sti.type("exit 3\r");
    expect((await sti.ended).exitCode).toBe(3);
  });

  test.each(["SIGTERM", "SIGHUP", "SIGINT"] as const)("leaves nothing when %s ends it", async (signal) => {
    const { sti } = await start("debug app");
    sti.type("echo open; sleep 600\n");
    await sti.shows("open");
    sti.kill(signal);
    const { exitCode } = await sti.ended;
    expect(exitCode).toBe({ SIGTERM: 143, SIGHUP: 129, SIGINT: 130 }[signal]);
  });

  test("is opened by sti run --debug in a terminal, for the app that failed", async () => {
    const { sti } = await start("run --debug", {}, { terminal: true });
    await sti.shows("it is removed when you exit");
    sti.type("cat /srv/app/h*f; exit 3\r");
    const { exitCode, stdout } = await sti.ended;
    expect(exitCode).toBe(1);
    expect(stdout).toContain("half");
  });
});

test("sti debug names one app, and sti run --debug needs a terminal", async () => {
  const image = await start("debug builder");
  expect(await image.sti.ended).toMatchObject({ exitCode: 2 });
  expect(image.sti.output()).toContain("builder is an image entry, which has no prepare; name one app");
  const unknown = await start("debug ap");
  expect(await unknown.sti.ended).toMatchObject({ exitCode: 2 });
  expect(unknown.sti.output()).toContain('unknown target "ap"');
  const run = await start("run --debug");
  expect(await run.sti.ended).toMatchObject({ exitCode: 2 });
  expect(run.sti.output()).toContain("--debug needs a terminal");
});

/** Files that contain the text. */
function findIn(folders: readonly string[], text: string): readonly string[] {
  const found = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  return found.filter((file) => readFileSync(file, "latin1").includes(text));
}

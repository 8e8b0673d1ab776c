import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { resolveEndpoint } from "@sti/engine-docker/endpoint";
import { expectNoLeftovers, type Holdings, listHoldings } from "@sti/testing/leftovers";
import { removeImagesOf } from "@sti/testing/remove-images";
import { runSti } from "@sti/testing/run-cli";
import { createWorkspace } from "@sti/testing/workspace";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

const REPOSITORY = "sti-e2e-reporters";
const endpoint = await resolveEndpoint();

const CONFIG = {
  images: { builder: { context: "builder", tag: `${REPOSITORY}/builder` } },
  apps: {
    good: { source: "good", buildImage: `${REPOSITORY}/builder`, tag: `${REPOSITORY}/good` },
    bad: { source: "bad", buildImage: `${REPOSITORY}/builder`, tag: `${REPOSITORY}/bad` },
  },
};
const PREPARE = `#!/bin/sh
echo "::error::said by a build"
[ ! -e /tmp/src/fail ] || { echo "no such module" >&2; exit 7; }
cp -R /tmp/src /srv/app
`;
const FILES = {
  "builder/Dockerfile": "FROM debian:bookworm-slim\nCOPY prepare run /usr/bin/\n",
  "builder/prepare": PREPARE,
  "builder/run": "#!/bin/sh\n",
  "good/a": "a",
  "bad/fail": "",
  "sti.config.json": JSON.stringify(CONFIG, null, 2),
};

const removeImages = () => removeImagesOf(endpoint, REPOSITORY);
let before: Holdings;
beforeAll(async () => {
  await removeImages();
  before = await listHoldings(endpoint);
});
afterEach(async () => {
  await expectNoLeftovers(endpoint, before);
  await removeImages();
});
afterAll(removeImages);

test("in GitHub Actions successes are folded, failures are annotated, and the job's summary has a table", async () => {
  const { folder: cwd } = await createWorkspace(FILES);
  const env = {
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_STEP_SUMMARY: join(cwd, "summary.md"),
    NO_COLOR: "1",
  };
  const { exitCode, stdout, stderr } = await runSti(["run"], { cwd, env });
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: "" });
  const lines = stdout.split("\n");
  expect(lines).toContainEqual(expect.stringMatching(/^::group::✔ good /));
  expect(lines).toContainEqual(expect.stringMatching(/^✖ bad /));
  expect(lines).toContainEqual(
    expect.stringMatching(
      /^::error file=sti\.config\.json,line=\d+,col=\d+,title=bad failed::.*exited with 7/,
    ),
  );
  // What a build says is a command only where it stands between stopped commands.
  let stopped: string | undefined;
  for (const line of lines) {
    if (line === `::${stopped}::`) stopped = undefined;
    if (line.includes("said by a build")) expect(stopped).toBeDefined();
    stopped = /^::stop-commands::(.*)$/.exec(line)?.[1] ?? stopped;
  }
  const summary = await readFile(join(cwd, "summary.md"), "utf8");
  expect(summary).toContain("| bad | ❌ failed |");
  expect(summary).toContain("| good | ✅ built |");
});

test("programs get each event as a line, people the usual output, and a failure names the log of its target", async () => {
  const { folder: cwd } = await createWorkspace(FILES);
  const run = await runSti(["run", "--output-file", "ndjson=events.ndjson"], { cwd, env: { NO_COLOR: "1" } });
  expect(run.exitCode).toBe(1);
  expect(run.stdout).toMatch(/^✔ good /m);
  expect(run.stderr).toContain("log: .sti/logs/bad.log");
  expect(await readFile(join(cwd, ".sti/logs/bad.log"), "utf8")).toContain("no such module");
  const text = await readFile(join(cwd, "events.ndjson"), "utf8");
  const events = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string; at: number });
  expect(events[0]).toMatchObject({ type: "session-started", schemaVersion: 1 });
  expect(events.at(-1)).toMatchObject({ type: "session-finished", outcomes: { built: 2, failed: 1 } });
  expect(events.map(({ at }) => at)).toEqual(events.map(({ at }) => at).toSorted((a, b) => a - b));
});

test("sti doctor says what it found of the engine and the config", async () => {
  const { folder: cwd } = await createWorkspace(FILES);
  const { exitCode, stdout } = await runSti(["doctor", "--json"], { cwd });
  expect(exitCode).toBe(0);
  const { checks } = JSON.parse(stdout) as { checks: { check: string; state: string; found: string }[] };
  expect(checks).toContainEqual({
    check: "config",
    state: "ok",
    found: "sti.config.json: apps: 2, images: 1",
  });
  expect(checks).toContainEqual({
    check: "engine version",
    state: "ok",
    found: expect.stringContaining("Docker Engine"),
  });
});

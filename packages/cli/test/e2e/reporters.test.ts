import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { SessionEvent } from "@sti/core";
import { privateFolder } from "@sti/source/private";
import { imageFolder, withEngine } from "@sti/testing/e2e";
import { runSti } from "@sti/testing/run-cli";
import { createWorkspace } from "@sti/testing/workspace";
import { expect, test } from "vitest";
import { createRenderer } from "../../src/render/create-renderer.ts";
import { createRecordingOutput } from "../fake-session.ts";

const { config } = await withEngine("sti-e2e-reporters", { removes: "test" });

const PREPARE = `#!/bin/sh
echo "::error::said by a build"
[ ! -e /tmp/src/fail ] || { echo "no such module" >&2; exit 7; }
cp -R /tmp/src /srv/app
`;
const FILES = {
  ...imageFolder("builder", { prepare: PREPARE, run: "#!/bin/sh\n" }),
  // Nothing of it is in the engine's build cache, so that it prints something.
  "good/a": randomUUID(),
  "bad/fail": "",
  "sti.config.json": config({ good: {}, bad: {} }),
};

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
  // A build's output stands between stopped commands, so that CI reads none of it as a command; one line of it may be
  // quoted within a line that begins with sti's own words.
  let stopped: string | undefined;
  for (const line of lines) {
    if (line === `::${stopped}::`) stopped = undefined;
    if (line.includes("said by a build") && !line.startsWith("✖ bad  failed ")) expect(stopped).toBeDefined();
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
  const log = await readFile(join(cwd, ".sti/logs/bad.log"), "utf8");
  expect(log).toContain("no such module");
  expect(await runSti(["logs", "bad"], { cwd })).toEqual({ exitCode: 0, stdout: log, stderr: "" });
  await writeFile(join(cwd, ".sti/logs/bad.log"), "\u001b]0;a title\u0007\u001b[2Jone\ntwo\n");
  expect((await runSti(["logs", "bad"], { cwd })).stdout).toBe("one\ntwo\n");
  const text = await readFile(join(cwd, "events.ndjson"), "utf8");
  const events = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string; at: number });
  expect(events[0]).toMatchObject({ type: "session-started", schemaVersion: 1 });
  expect(events.at(-1)).toMatchObject({ type: "session-finished", outcomes: { built: 2, failed: 1 } });
  expect(events.map(({ at }) => at)).toEqual(events.map(({ at }) => at).toSorted((a, b) => a - b));
});

test("what a checkout brings in the place of logs is left alone, and its state decides nothing", async () => {
  const { folder: cwd, write } = await createWorkspace({ ...FILES, outside: "untouched" });
  await write({ ".sti/images/x.json": "[]", ".sti/records/bad.json": '{"schemaVersion":2}' });
  await mkdir(join(cwd, ".sti/logs"));
  await symlink("../../outside", join(cwd, ".sti/logs/bad.log"));
  const run = await runSti(["run"], { cwd });
  expect(run.exitCode).toBe(1);
  expect(run.stdout).toContain(".sti/logs/bad.log is a symbolic link; remove it");
  const log = resolve(cwd, /^ {2}log: (.*)$/m.exec(run.stderr)?.[1] ?? "");
  expect(log).toMatch(/\/sti\/projects\/[^/]*\/logs\/bad\.log$/);
  expect(await readFile(log, "utf8")).toContain("no such module");
  expect((await runSti(["logs", "bad"], { cwd })).stdout).toContain("no such module");
  expect(await readFile(join(cwd, "outside"), "utf8")).toBe("untouched");
  expect(await readdir(join(cwd, ".sti/records"))).toEqual(["bad.json"]);
});

test("events that were recorded give the same text in each reporter once more", async () => {
  const { folder: cwd } = await createWorkspace(FILES);
  const names = ["plain", "quiet", "github", "gitlab"] as const;
  const args = [
    "--reporter",
    "viewport",
    ...[...names, "ndjson"].flatMap((name) => ["--output-file", `${name}=${name}.txt`]),
  ];
  const run = await runSti(["run", ...args], { cwd, env: { NO_COLOR: "1" } });
  expect(run.exitCode).toBe(1);
  const [stdout, stderr] = [createRecordingOutput(), createRecordingOutput()];
  const again = createRenderer({
    reporters: [
      { name: "viewport", file: undefined },
      ...names.map((name) => ({ name, file: `again-${name}.txt` })),
    ],
    reports: [],
    stdout,
    stderr,
    cwd,
    env: { NO_COLOR: "1" },
    logs: { beside: cwd, instead: privateFolder(join(cwd, "cache")) },
    now: Date.now,
  });
  const recorded = await readFile(join(cwd, "ndjson.txt"), "utf8");
  for (const line of recorded.trimEnd().split("\n")) again.render(JSON.parse(line) as SessionEvent);
  again.close();
  expect(again.problems()).toEqual([]);
  expect(lastingText(run.stdout)).toMatch(/^✔ good .* built/m);
  expect(lastingText(stdout.text())).toBe(lastingText(run.stdout));
  expect(stderr.text()).toBe(run.stderr);
  for (const name of names) {
    const written = await readFile(join(cwd, `${name}.txt`), "utf8");
    const rewritten = await readFile(join(cwd, `again-${name}.txt`), "utf8");
    expect(lastingText(written)).toMatch(/no such module/);
    expect(lastingText(rewritten)).toBe(lastingText(written));
  }
});

/** Text left on a terminal after all output, without GitHub's stop words, which differ each time. */
function lastingText(written: string): string {
  const rows: string[] = [];
  let row = 0;
  for (const [index, line] of written.split("\n").entries()) {
    if (index > 0) row += 1;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the sequence that goes back over rows
    const back = /\u001b\[(\d+)A/.exec(line);
    if (back !== null) row -= Number(back[1]);
    rows[row] = stripVTControlCharacters(line).replace(/\r/g, "");
  }
  return rows
    .join("\n")
    .trimEnd()
    .replace(/^::(?:stop-commands::)?[0-9a-f-]{16,}/gm, "::STOP");
}

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

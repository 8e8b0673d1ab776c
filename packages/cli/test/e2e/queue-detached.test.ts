// Sessions on workers that go on without their terminal.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withEngine } from "@sti/testing/e2e";
import { callEngine } from "@sti/testing/engine-api";
import { type QueueServer, startRedis } from "@sti/testing/queue-server";
import { type Registry, startRegistry } from "@sti/testing/registry";
import { type CliOptions, runSti, whenPrinted } from "@sti/testing/run-cli";
import type { Workspace } from "@sti/testing/workspace";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pushBase, queueFixtures } from "./queue.fixtures.ts";

const engine = await withEngine("sti-e2e-detached", { check: "file" });
const { endpoint } = engine;

let registry: Registry;
let server: QueueServer;
let base = "";
beforeAll(async () => {
  [registry, server] = await Promise.all([startRegistry(), startRedis()]);
  base = await pushBase(endpoint, registry.address);
});
afterAll(async () => {
  await engine.removeImages();
  await callEngine(endpoint, "DELETE", `/images/${base}`);
  await server.close();
  await registry.close();
});
const { createProject, startWorker } = queueFixtures(
  engine,
  () => server,
  () => ({ base, store: `${registry.address}/sti/detached` }),
);

async function sti(project: Workspace, args: readonly string[], options: CliOptions = {}) {
  // The process of a session outlives the folder for temporary files of the one that has started it.
  const env = { XDG_CACHE_HOME: project.beside("cache"), TMPDIR: tmpdir() };
  return await runSti(args, { cwd: project.folder, env, ...options });
}

async function detach(project: Workspace, ...args: string[]): Promise<string> {
  const { exitCode, stderr, stdout } = await sti(project, ["run", "--on", server.url, "--detach", ...args]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  const [, id = ""] = /^run ([0-9a-f]{8}) goes on\n {2}sti attach \1\n/.exec(stdout) ?? [];
  expect(id).not.toBe("");
  return id;
}

test("a session goes on without its terminal, and is shown from its start while it runs and afterwards", async () => {
  const project = await createProject({ "api/lines": "300", "api/sleep": "3", "bad/fails": "" });
  await startWorker("w1", "--allow-unsigned", "--slots", "2");
  const id = await detach(project);
  const first = await sti(project, ["attach", "--reporter", "ndjson"]);
  expect(first).toMatchObject({ exitCode: 1, stderr: "" });
  const events = first.stdout.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
  expect(events.at(0)).toMatchObject({ type: "session-started", workers: 1 });
  expect(events.at(-1)).toMatchObject({ type: "session-finished", outcomes: { built: 2, failed: 1 } });
  const lines = events.flatMap(({ text, type }) =>
    type === "target-output" && /^line /.test(text) ? [text] : [],
  );
  expect(lines).toEqual(Array.from({ length: 300 }, (_, index) => `line ${index + 1}`));

  const again = await sti(project, ["attach", id, "--verbose"]);
  expect(again.exitCode).toBe(1);
  expect(again.stdout).toContain("api │ line 300\n");
  expect(again.stderr).toContain("broken on purpose");
  expect(await sti(project, ["attach", id, "--reporter", "ndjson"])).toEqual(first);

  const folder = project.beside("cache/sti/runs");
  expect(readdirSync(folder).sort()).toEqual([".json", ".log", ".ndjson"].map((end) => `${id}${end}`));
  for (const name of readdirSync(folder)) {
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, name), "utf8")).not.toContain("queue-password");
  }
  const completed = await sti(project, ["complete", "attach", ""]);
  expect(completed.stdout).toMatch(new RegExp(`^${id}\tsti run --on 'redis://…@`));
});

test("Ctrl-C leaves an attached session running, --cancel ends it, and a killed one is reported as lost", async () => {
  const project = await createProject({ "slow/sleep": "60" });
  const worker = await startWorker("w1", "--allow-unsigned", "--drain-timeout", "0");
  const id = await detach(project, "slow");
  const left = await sti(
    project,
    ["attach", id, "--reporter", "plain"],
    whenPrinted("slow  started", (kill) => kill("SIGINT")),
  );
  expect(left.exitCode).toBe(130);
  expect(left.stderr).toBe(
    `\nsti: run ${id} goes on: sti attach ${id} shows it, sti attach ${id} --cancel ends it\n`,
  );
  expect(worker.log()).not.toContain("cancelled");
  const cancelled = await sti(project, ["attach", id, "--cancel", "--reporter", "plain"]);
  expect(cancelled.exitCode).toBe(130);
  expect(cancelled.stdout).toContain("slow  cancelled");
  const { body } = await callEngine(endpoint, "GET", "/containers/json?all=1");
  expect(body).toEqual([]);

  const next = await detach(project, "slow");
  const record = JSON.parse(readFileSync(project.beside(`cache/sti/runs/${next}.json`), "utf8"));
  process.kill(record.owner.pid, "SIGKILL");
  const lost = await sti(project, ["attach", "--quiet"]);
  expect(lost.exitCode).toBe(4);
  expect(lost.stderr).toContain(`run ${next} was ended from outside`);
});

test("what keeps a session from its begin is reported at once", async () => {
  const project = await createProject({ "api/text": "1" }, {}, { cache: undefined });
  const refused = await sti(project, ["run", "--on", server.url, "--detach"]);
  expect(refused).toMatchObject({ exitCode: 2, stdout: "" });
  expect(refused.stderr).toContain("--on needs a store");
  const local = await sti(project, ["run", "--detach"]);
  expect(local).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("--detach needs --on") });
  expect(readdirSync(project.beside("cache/sti/runs"))).toEqual([]);
  const none = await sti(project, ["attach"]);
  expect(none).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("no run was detached here") });
});

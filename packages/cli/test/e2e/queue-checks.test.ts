// Queues behind TLS, the checks of a queue, and a task that ends each of its workers.
import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withEngine } from "@sti/testing/e2e";
import { callEngine } from "@sti/testing/engine-api";
import { startFaultProxy } from "@sti/testing/fault-proxy";
import { expectNoLeftovers, listHoldings } from "@sti/testing/leftovers";
import { localSocket } from "@sti/testing/local-request";
import { type QueueServer, type RedisServer, startPostgres, startRedis } from "@sti/testing/queue-server";
import { type Registry, startRegistry } from "@sti/testing/registry";
import { runSti } from "@sti/testing/run-cli";
import { makeWorkspace, type Workspace } from "@sti/testing/workspace";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { pushBase, queueFixtures, untilContainers } from "./queue.fixtures.ts";

const engine = await withEngine("sti-e2e-checks", { check: "file" });
const { endpoint } = engine;

let registry: Registry;
let redis: RedisServer;
let postgres: QueueServer;
let certificates: Workspace;
let base = "";
const migrate = async (url: string, ca: string | undefined) => {
  if (ca !== undefined) await certificates.write({ postgres: ca });
  const args = ["queue", "init", "--on", url, ...(ca === undefined ? [] : ["--on-ca", "postgres"])];
  expect(await runSti(args, { cwd: certificates.folder })).toMatchObject({ exitCode: 0, stderr: "" });
};
beforeAll(async () => {
  certificates = await makeWorkspace({});
  [registry, redis, postgres] = await Promise.all([
    startRegistry(),
    startRedis({ tls: true }),
    startPostgres(migrate, { tls: true }),
  ]);
  await certificates.write({ redis: redis.ca ?? "" });
  base = await pushBase(endpoint, registry.address);
});
afterAll(async () => {
  await engine.removeImages();
  await callEngine(endpoint, "DELETE", `/images/${base}`);
  await Promise.all([redis.close(), postgres.close()]);
  await registry.close();
  await certificates.remove("");
});
const { createProject, run, startRun, startWorker, startWorkerOn } = queueFixtures(
  engine,
  () => redis,
  () => ({ base, store: `${registry.address}/sti/checks` }),
);
const serverOf = (name: string) => (name === "redis" ? redis : postgres);
const caOf = (name: string) => `${certificates.folder}/${name}`;
const doctor = async (name: string, ...args: string[]) =>
  await runSti(["doctor", "--on", serverOf(name).url, ...args], { cwd: certificates.folder });

test.each([
  ["redis", "rediss", "Redis 7"],
  ["postgres", "postgres", "PostgreSQL 1"],
])(
  "%s behind TLS is believed by its authority alone, and checked by sti doctor",
  async (name, scheme, product) => {
    const other = caOf(name === "redis" ? "postgres" : "redis");
    for (const args of [[], ["--on-ca", other]]) {
      const refused = await runSti(["queue", "status", "--on", serverOf(name).url, ...args]);
      expect(refused).toMatchObject({ exitCode: 3, stdout: "" });
      expect(refused.stderr).toMatch(
        new RegExp(`certificate of the queue at ${scheme}://127\\.0\\.0\\.1:\\d+.* not accepted: `),
      );
      expect(refused.stderr).toContain("hint: pass the authority that signed it with --on-ca FILE");
    }
    const worker = await startWorker(
      "w1",
      "--allow-unsigned",
      "--on",
      serverOf(name).url,
      "--on-ca",
      caOf(name),
    );
    expect(worker.log()).not.toMatch(/warning|problem/);
    const checked = await doctor(name, "--json", "--on-ca", caOf(name));
    const { checks } = JSON.parse(checked.stdout) as {
      checks: { check: string; found: string; state: string }[];
    };
    const ofQueue = checks.filter(({ check }) => /^(?:queue|workers)/.test(check));
    expect(ofQueue).toMatchObject([
      { check: "queue", state: "ok", found: expect.stringMatching(new RegExp(`: ${product}.*, TLS$`)) },
      { check: "queue: tasks", state: "ok" },
      { check: "workers", state: "ok", found: expect.stringMatching(/^w1 \(linux\/\w+, .*, 1 slot\)$/) },
    ]);
    // The checks leave nothing: a worker of another queue name and no task.
    const status = await runSti([
      "queue",
      "status",
      "--json",
      "--on",
      serverOf(name).url,
      "--on-ca",
      caOf(name),
    ]);
    expect(JSON.parse(status.stdout)).toMatchObject({
      workers: [{ name: "w1" }],
      tasks: [{ waiting: 0, active: 0 }],
    });
  },
);

test("an authority for a queue without TLS, and a file that is none, are refused", async () => {
  const none = await doctor("redis", "--on-ca", "missing");
  expect(none).toMatchObject({ exitCode: 2, stdout: expect.stringContaining("--on-ca missing ") });
  const args = ["queue", "status", "--on", redis.url.replace("rediss", "redis"), "--on-ca", caOf("redis")];
  expect(await runSti(args)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("use rediss://") });
});

test("a worker whose engine was away removes what its task left there, and builds it again", async () => {
  const socket = join(tmpdir(), `sti-away-${randomUUID()}.sock`);
  const connect = () => startFaultProxy({ target: localSocket(endpoint), socket });
  const project = await createProject({ "api/text": "1", "api/sleep": "4" });
  const authority = ["--on-ca", caOf("redis")];
  let way = await connect();
  onTestFinished(() => way.close());
  const worker = await startWorkerOn({ host: `unix://${socket}` }, "w1", "--allow-unsigned", ...authority);
  expect(await run(project, "builder", ...authority)).toMatchObject({ exitCode: 0 });
  const running = startRun(project, ...authority);
  await untilContainers(endpoint, 1);
  await way.close();
  await expect.poll(worker.log, { timeout: 20_000 }).toContain("api given-back");
  await expect.poll(running.output, { timeout: 20_000 }).toContain("no worker that is not paused (w1");
  expect((await listHoldings(endpoint)).containers).toHaveLength(1);
  way = await connect();
  const ended = await running.ended;
  expect(ended.exitCode).toBe(0);
  expect(ended.targets.get("api")).toMatchObject({ outcome: "built", worker: "w1" });
  expect((await listHoldings(endpoint)).containers).toEqual([]);
});

test("a worker that is killed before its image has its tag removes it when it starts again", async () => {
  const socket = join(tmpdir(), `sti-tags-${randomUUID()}.sock`);
  const engineOfWorker = await startFaultProxy({ target: localSocket(endpoint), socket });
  onTestFinished(() => engineOfWorker.close());
  const host = `unix://${socket}`;
  const project = await createProject({ "api/text": "2" });
  const authority = ["--on-ca", caOf("redis")];
  const worker = await startWorkerOn({ host }, "w1", "--allow-unsigned", ...authority);
  expect(await run(project, "builder", ...authority)).toMatchObject({ exitCode: 0 });
  const before = await listHoldings(endpoint);
  const tag = "POST /images/:id/tag";
  const tagged = engineOfWorker.counts.get(tag) ?? 0;
  engineOfWorker.inject({ call: tag, fault: { kind: "hang", after: "nothing" } });
  const running = startRun(project, ...authority);
  await engineOfWorker.seen(tag, tagged + 1);
  worker.kill("SIGKILL");
  await worker.ended;
  expect((await listHoldings(endpoint)).untaggedImages).toHaveLength(before.untaggedImages.length + 1);
  engineOfWorker.clear();
  await redis.expireLeases();
  await startWorkerOn({ host, home: worker.home }, "w1", "--allow-unsigned", ...authority);
  expect((await running.ended).targets.get("api")).toMatchObject({ outcome: "built", worker: "w1" });
  await expectNoLeftovers(endpoint, before);
});

test("a worker and a run end although the server of their queue is gone", async () => {
  const end = async (server: QueueServer) => {
    const on = ["--on", server.url];
    const project = await createProject({ "api/sleep": "60" });
    const worker = await startWorker("w1", "--allow-unsigned", "--drain-timeout", "1", ...on);
    const running = startRun(project, ...on);
    await expect.poll(worker.log, { timeout: 20_000 }).toContain("api taken");
    await untilContainers(endpoint, 1);
    await server.close();
    for (const { kill } of [worker, running]) kill("SIGTERM");
    const ended = await running.ended;
    expect(ended.exitCode).toBe(143);
    expect(ended.targets.get("api")).toMatchObject({ outcome: "cancelled" });
    expect(await worker.ended).toBe(3);
    expect(worker.log()).toContain("api given-back");
    expect(worker.log()).toContain("the end of 1 task is not reported, another worker builds it again");
  };
  await end(await startRedis());
  await end(await startPostgres(migrate));
});

test("a task that ends each worker is given up after four, and other targets are built", async () => {
  const files = { "poison/sleep": "60", "api/text": "1" };
  const project = await createProject(files, { poison: { dependsOn: ["api"] } });
  const authority = ["--on-ca", caOf("redis")];
  const running = run(project, ...authority);
  for (const name of ["w1", "w2", "w3", "w4"]) {
    const worker = await startWorker(name, "--allow-unsigned", ...authority);
    await expect.poll(worker.log, { timeout: 20_000 }).toContain("poison taken");
    // By then the session knows of the attempt. Containers of the worker before were removed by this one.
    await untilContainers(endpoint, 1);
    worker.kill("SIGKILL");
    await worker.ended;
    expect(await redis.expireLeases()).toBe(1);
  }
  await startWorker("w5", "--allow-unsigned", ...authority);
  const ended = await running;
  expect(ended.exitCode).toBe(4);
  expect(ended.targets.get("api")).toMatchObject({ outcome: "built", worker: "w1" });
  expect(ended.targets.get("poison")).toMatchObject({
    outcome: "failed",
    failure: { code: "task-abandoned", attempts: 4, workers: ["w1", "w2", "w3", "w4"] },
  });
});

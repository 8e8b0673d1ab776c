// Builds on workers of a queue, in Redis and in PostgreSQL. The session itself has no engine.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { generateSigningKey } from "@sti/attest";
import { callEngine } from "@sti/testing/engine-api";
import { runSti } from "@sti/testing/run-cli";
import { createWorkspace } from "@sti/testing/workspace";
import { afterEach, describe, expect, test } from "vitest";
import { listTaken, untilContainers } from "./queue.fixtures.ts";
import { SERVERS, withCluster } from "./queue-cluster.fixtures.ts";
import { changeFirstTask, containersSince, unpackedBlobs } from "./queue-evidence.fixtures.ts";

const cluster = await withCluster("sti-e2e-queue");
const { endpoint } = cluster.engine;
afterEach(() => cluster.removeImages());

describe.each(SERVERS)("a queue in %s", (_name, start) => {
  const { createProject, run, server, startRun, startWorker } = cluster.on(start);
  const unsigned = "--allow-unsigned";

  test("two workers build what one engine would build, in order, and a second run orders nothing", async () => {
    const project = await createProject(
      { "api/text": "1", "web/text": "2", "api/lines": "400", "web/lines": "400", "cron/text": "3" },
      { cron: { dependsOn: ["api"] } },
    );
    const workers = [await startWorker("w1", unsigned), await startWorker("w2", unsigned)];
    const first = await run(project);
    expect(first).toMatchObject({ exitCode: 0, stderr: "" });
    expect([...first.targets.values()].map(({ outcome }) => outcome)).toEqual(Array(4).fill("built"));
    expect(new Set([...first.targets.values()].map(({ worker }) => worker))).toEqual(new Set(["w1", "w2"]));
    for (const target of ["api", "web"]) {
      const lines = first.events.filter((event) => event.type === "target-output" && event.target === target);
      const texts = lines.map(({ text }) => String(text)).filter((text) => text.startsWith("line "));
      expect(texts).toEqual(Array.from({ length: 400 }, (_, index) => `line ${index + 1}`));
    }
    const order = [...first.targets.keys()];
    expect(order.indexOf("builder")).toBe(0);
    expect(order.indexOf("cron")).toBeGreaterThan(order.indexOf("api"));
    const taken = listTaken(workers);
    expect(taken).toEqual(["api", "builder", "cron", "web"]);
    const second = await run(project);
    expect([...second.targets.values()].map(({ outcome }) => outcome)).toEqual(Array(4).fill("restored"));
    expect(listTaken(workers)).toEqual(taken);
    // A session on the engine of a worker decides the same keys.
    const local = await runSti(["run", "--quiet", "--metadata-file", "out.json"], {
      cwd: project.folder,
      env: { XDG_CACHE_HOME: project.beside("other") },
    });
    expect(local.exitCode).toBe(0);
    const { targets } = JSON.parse(await readFile(join(project.folder, "out.json"), "utf8"));
    for (const { outcome } of Object.values<{ outcome: string }>(targets))
      expect(["restored", "up-to-date"]).toContain(outcome);
    const status = await runSti(["queue", "status", "--on", server().url, "--json"]);
    expect(JSON.parse(status.stdout).workers).toMatchObject([{ name: "w1" }, { name: "w2" }]);
  });

  test("a prepare that fails is not tried again, its dependents are skipped, and Ctrl-C leaves no container", async () => {
    const files = { "bad/fails": "", "after/text": "1", "good/text": "1", "slow/sleep": "60" };
    const project = await createProject(files, { after: { dependsOn: ["bad"] } });
    const worker = await startWorker("w1", "--slots", "3", unsigned);
    const failed = await run(project, "after", "good");
    expect(failed.exitCode).toBe(1);
    expect(failed.targets.get("bad")).toMatchObject({ outcome: "failed", errorLine: "broken on purpose" });
    expect(failed.targets.get("after")).toMatchObject({ outcome: "skipped" });
    expect(failed.targets.get("good")).toMatchObject({ outcome: "built", worker: "w1" });
    expect(worker.log().split("bad taken").length - 1).toBe(1);

    const stopped = startRun(project, "slow");
    await untilContainers(endpoint, 1);
    stopped.kill("SIGINT");
    expect(await stopped.ended).toMatchObject({ exitCode: 130 });
    const { body } = await callEngine(endpoint, "GET", "/containers/json?all=1");
    expect(body).toEqual([]);
  });

  test("tasks that are unsigned or signed by others are refused before anything is made", async () => {
    const [own, other] = [generateSigningKey(), generateSigningKey()];
    const project = await createProject({ "api/text": "refused" });
    const worker = await startWorker("w1", "--trust", own.public.text);
    const begun = Date.now() / 1000;
    const refused = await run(project);
    expect(refused.exitCode).toBe(4);
    const failure = { code: "task-refused", worker: "w1", message: "the task is not signed" };
    const failed = [...refused.targets.values()].filter(({ outcome }) => outcome === "failed");
    expect(failed).toMatchObject([{ failure }]);
    const signed = async (key: { readonly pem: string }) => {
      const signing = await createProject(
        { "api/text": "refused" },
        {},
        { attest: { key: { env: "SIGN" } } },
      );
      return await runSti(["run", "--on", server().url], {
        cwd: signing.folder,
        env: { XDG_CACHE_HOME: signing.beside("cache"), SIGN: key.pem },
      });
    };
    const foreign = await signed(other);
    expect(foreign.stderr).toContain("is signed by no trusted key");
    expect(worker.log()).not.toContain(" built after");
    expect(await containersSince(endpoint, begun)).toEqual([]);
    expect(await signed(own)).toMatchObject({ exitCode: 0 });
  });

  test("a signed task that was changed in the queue is refused before anything is made", async () => {
    const key = generateSigningKey();
    const project = await createProject({ "api/text": "changed" }, {}, { attest: { key: { file: "key" } } });
    await project.write({ key: key.pem });
    const running = run(project);
    await changeFirstTask(server().url, (order) => ({ ...order, ordered: Number(order.ordered) + 1 }));
    const begun = Date.now() / 1000;
    await startWorker("w1", "--trust", key.public.text);
    const refused = await running;
    expect(refused.exitCode).toBe(4);
    const failure = { code: "task-refused", message: "the task is signed by no trusted key" };
    expect([...refused.targets.values()]).toContainEqual(
      expect.objectContaining({ outcome: "failed", failure: expect.objectContaining(failure) }),
    );
    expect(await containersSince(endpoint, begun)).toEqual([]);
  });

  test("secrets come from the worker alone, and are nowhere else", async () => {
    const secret = "Xq7-swordfish-99";
    const secrets = await createWorkspace({ token: secret });
    const project = await createProject(
      { "api/text": "1" },
      { api: { secrets: { token: { env: "NOWHERE" } } } },
    );
    const worker = await startWorker("w1", unsigned, "--secrets", secrets.folder);
    const ended = await run(project);
    expect(ended).toMatchObject({ exitCode: 0 });
    const said = ended.events.filter(({ type }) => type === "target-output").map(({ text }) => text);
    expect(said).toContain("the token is ***");
    expect(JSON.stringify(ended)).not.toContain(secret);
    const grep = promisify(execFile)("grep", ["-rlaF", secret, server().folder]);
    await expect(grep).rejects.toMatchObject({ code: 1 });
    expect(worker.log()).not.toContain(secret);
    const blobs = await unpackedBlobs(cluster.registry().folder);
    expect(blobs.some((content) => content.includes("the token is ***"))).toBe(true);
    expect(blobs.filter((content) => content.includes(secret))).toEqual([]);
  });

  test("a server that is killed during a build and comes back ends no run", async () => {
    const project = await createProject({ "api/sleep": "8" });
    await startWorker("w1", unsigned);
    const running = run(project, "api");
    await untilContainers(endpoint, 1);
    await server().restart(1500);
    expect(await running).toMatchObject({ exitCode: 0 });
  });

  test("without a worker a run waits, and says so", async () => {
    const project = await createProject({ "api/text": "9" });
    const ended = await run(project, "--wait-timeout", "2");
    expect(ended.exitCode).toBe(3);
    expect(ended.stdout).toContain("no worker for linux/");
  });
});

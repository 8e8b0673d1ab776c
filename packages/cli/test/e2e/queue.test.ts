// Builds on workers of a queue, in Redis and in PostgreSQL. The session itself has no engine.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { generateSigningKey } from "@sti/attest";
import { withEngine } from "@sti/testing/e2e";
import { callEngine } from "@sti/testing/engine-api";
import { type QueueServer, startPostgres, startRedis } from "@sti/testing/queue-server";
import { type Registry, startRegistry } from "@sti/testing/registry";
import { runSti } from "@sti/testing/run-cli";
import { createWorkspace } from "@sti/testing/workspace";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { countTaken, pushBase, queueFixtures } from "./queue.fixtures.ts";

const engine = await withEngine("sti-e2e-queue", { check: "file" });
const { endpoint } = engine;

let registry: Registry;
let base = "";
let count = 0;
beforeAll(async () => {
  registry = await startRegistry();
  base = await pushBase(endpoint, registry.address);
});
afterAll(async () => {
  await callEngine(endpoint, "DELETE", `/images/${base}`);
  await registry.close();
});
afterEach(() => engine.removeImages());

/** Makes the tables of a queue, as its owner does it once. */
async function migrate(url: string): Promise<void> {
  expect(await runSti(["queue", "init", "--on", url])).toMatchObject({ exitCode: 0, stderr: "" });
}

describe.each([
  ["Redis", startRedis],
  ["PostgreSQL", () => startPostgres(migrate)],
] as const)("a queue in %s", (_name, start) => {
  let server: QueueServer;
  let store = "";
  beforeAll(async () => {
    server = await start();
    count += 1;
    store = `${registry.address}/sti/queue${count}`;
  });
  afterAll(() => server.close());
  const { createProject, run, startWorker } = queueFixtures(
    engine,
    () => server,
    () => ({ base, store }),
  );
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
    const taken = countTaken(workers);
    expect(taken).toBe(4);
    const second = await run(project);
    expect([...second.targets.values()].map(({ outcome }) => outcome)).toEqual(Array(4).fill("restored"));
    expect(countTaken(workers)).toBe(taken);
    // An engine that the workers share decides the same keys.
    const local = await runSti(["run"], {
      cwd: project.folder,
      env: { XDG_CACHE_HOME: project.beside("other") },
    });
    expect(local.stdout).toContain("4 up to date");
    const status = await runSti(["queue", "status", "--on", server.url, "--json"]);
    expect(JSON.parse(status.stdout).workers).toMatchObject([{ name: "w1" }, { name: "w2" }]);
  });

  test("a prepare that fails is not tried again, and Ctrl-C leaves no container", async () => {
    const project = await createProject({ "bad/fails": "", "good/text": "1", "slow/sleep": "60" });
    const worker = await startWorker("w1", "--slots", "3", unsigned);
    const failed = await run(project, "bad", "good");
    expect(failed.exitCode).toBe(1);
    expect(failed.targets.get("bad")).toMatchObject({ outcome: "failed", errorLine: "broken on purpose" });
    expect(failed.targets.get("good")).toMatchObject({ outcome: "built", worker: "w1" });
    expect(worker.log().split("bad taken").length - 1).toBe(1);

    const stopped = await runSti(["run", "slow", "--on", server.url], {
      cwd: project.folder,
      env: { XDG_CACHE_HOME: project.beside("cache") },
      onOutput: (output, kill) => {
        if (output.includes("slow  started")) setTimeout(() => kill("SIGINT"), 1500);
      },
    });
    expect(stopped.exitCode).toBe(130);
    const { body } = await callEngine(endpoint, "GET", "/containers/json?all=1");
    expect(body).toEqual([]);
  });

  test("tasks that are unsigned or signed by others are refused before anything is made", async () => {
    const [own, other] = [generateSigningKey(), generateSigningKey()];
    const project = await createProject({ "api/text": "refused" });
    const worker = await startWorker("w1", "--trust", own.public.text);
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
      return await runSti(["run", "--on", server.url], {
        cwd: signing.folder,
        env: { XDG_CACHE_HOME: signing.beside("cache"), SIGN: key.pem },
      });
    };
    const foreign = await signed(other);
    expect(foreign.stderr).toContain("is signed by no trusted key");
    expect(worker.log()).not.toContain(" built after");
    expect(await signed(own)).toMatchObject({ exitCode: 0 });
  });

  test("secrets come from the worker alone, and are nowhere else", async () => {
    const secret = "Xq7-swordfish-99";
    const secrets = await createWorkspace({ token: secret });
    const project = await createProject(
      { "api/text": "1" },
      { api: { secrets: { token: { env: "NOWHERE" } } } },
    );
    await startWorker("w1", unsigned, "--secrets", secrets.folder);
    const ended = await run(project);
    expect(ended).toMatchObject({ exitCode: 0 });
    const said = ended.events.filter(({ type }) => type === "target-output").map(({ text }) => text);
    expect(said).toContain("the token is ***");
    expect(JSON.stringify(ended)).not.toContain(secret);
    const grep = promisify(execFile)("grep", ["-rlaF", secret, server.folder]);
    await expect(grep).rejects.toMatchObject({ code: 1 });
  });

  test("a server that goes away and comes back ends no run", async () => {
    const project = await createProject({ "api/sleep": "6" });
    await startWorker("w1", unsigned);
    const running = run(project);
    await new Promise((resolve) => setTimeout(resolve, 5000));
    await server.restart(1500);
    expect(await running).toMatchObject({ exitCode: 0 });
  });

  test("without a worker a run waits, and says so", async () => {
    const project = await createProject({ "api/text": "9" });
    const ended = await run(project, "--wait-timeout", "2");
    expect(ended.exitCode).toBe(3);
    expect(ended.stdout).toContain("no worker for linux/");
  });
});

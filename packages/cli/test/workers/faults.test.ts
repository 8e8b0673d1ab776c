// Faults of workers, engines and servers during builds. Each worker has an engine of its own.
import { listHoldings } from "@sti/testing/leftovers";
import { endpointOfWorker, givenEngines, killEngine, restartEngine } from "@sti/testing/worker-engines";
import { describe, expect, onTestFinished, test } from "vitest";
import { listTaken, untilContainers } from "../e2e/queue.fixtures.ts";
import { SERVERS, withCluster } from "../e2e/queue-cluster.fixtures.ts";
import { unfinishedTasks } from "../e2e/queue-evidence.fixtures.ts";
import { checkAroundTests, timed } from "./workers.fixtures.ts";

const cluster = await withCluster("sti-workers-faults");
const [first, second] = ["w1", "w2"].map((name) => endpointOfWorker(name, cluster.engine.endpoint)) as [
  ReturnType<typeof endpointOfWorker>,
  ReturnType<typeof endpointOfWorker>,
];
const [killed] = givenEngines;
if (killed === undefined) throw new Error("./pnpmw acceptance starts the engines of these tests");
/** Milliseconds until the task of a worker that is gone is begun again: its lock, and two looks. */
const AGAIN = 15_000 + 2 * 5_000;

describe.each(SERVERS)("%s", (_name, start) => {
  const { createProject, run, server, startRun, startWorker } = cluster.on(start);
  checkAroundTests(cluster, server);
  const unsigned = "--allow-unsigned";
  const endEngine = () => {
    onTestFinished(() => restartEngine(killed));
    killEngine(killed);
  };

  test("a worker and its engine are killed during a build: another worker builds it again", async (context) => {
    const project = await createProject({ "api/text": "1", "api/sleep": "10" });
    const lost = await startWorker("w1", unsigned);
    expect(await run(project, "builder")).toMatchObject({ exitCode: 0 });
    const running = startRun(project);
    await untilContainers(first, 1);
    const other = await startWorker("w2", unsigned);
    lost.kill("SIGKILL");
    endEngine();
    await timed(context, "begun again", AGAIN, () =>
      expect.poll(other.log, { timeout: 60_000 }).toContain("api taken"),
    );
    const ended = await running.ended;
    expect(ended.targets.get("api")).toMatchObject({ outcome: "built", worker: "w2" });
    expect(ended.exitCode).toBe(0);
    await lost.ended;
    await restartEngine(killed);
    expect((await listHoldings(first)).containers).toHaveLength(1);
    // A worker that starts removes what a killed one left.
    await startWorker("w1", unsigned);
    expect((await listHoldings(first)).containers).toEqual([]);
  });

  test("a worker that stands still for longer than its lock: its result is refused, its container removed", async () => {
    const project = await createProject({ "api/text": "1", "api/sleep": "45" });
    const zombie = await startWorker("w1", unsigned);
    expect(await run(project, "builder")).toMatchObject({ exitCode: 0 });
    const running = startRun(project);
    await untilContainers(first, 1);
    zombie.kill("SIGSTOP");
    const other = await startWorker("w2", unsigned);
    await expect.poll(other.log, { timeout: 60_000 }).toContain("api taken");
    zombie.kill("SIGCONT");
    await expect.poll(zombie.log, { timeout: 20_000 }).toContain("api lost after");
    await untilContainers(first, 0);
    await untilContainers(second, 1);
    const ended = await running.ended;
    expect(ended.exitCode).toBe(0);
    expect(ended.targets.get("api")).toMatchObject({ outcome: "built", worker: "w2" });
  });

  test("an engine that is killed under its worker: takes nothing, uses up no attempt, and goes on after its return", async () => {
    const project = await createProject({ "api/text": "1", "api/sleep": "8" });
    const worker = await startWorker("w1", unsigned);
    expect(await run(project, "builder")).toMatchObject({ exitCode: 0 });
    const running = startRun(project);
    await untilContainers(first, 1);
    endEngine();
    await expect.poll(worker.log, { timeout: 30_000 }).toContain("paused: ");
    await expect.poll(() => unfinishedTasks(server().url, ["w1"])).toMatchObject([{ attemptsMade: 0 }]);
    await expect.poll(running.output, { timeout: 30_000 }).toContain("no worker that is not paused (w1");
    await restartEngine(killed);
    const ended = await running.ended;
    expect(ended.exitCode).toBe(0);
    expect(ended.targets.get("api")).toMatchObject({ outcome: "built", worker: "w1" });
    expect(worker.log()).toContain("resumed");
    expect(worker.log().split("api taken").length - 1).toBe(2);
    expect((await listHoldings(first)).containers).toEqual([]);
  });

  test("a task that ends each of its workers fails after four, and others are built", async () => {
    const project = await createProject({ "poison/sleep": "90", "api/text": "1" });
    const builder = await startWorker("w5", unsigned);
    expect(await run(project, "api")).toMatchObject({ exitCode: 0 });
    builder.kill("SIGTERM");
    await builder.ended;
    await project.write({ "api/text": "2" });
    const running = startRun(project);
    for (const name of ["w1", "w2", "w3", "w4"]) {
      const worker = await startWorker(name, unsigned, "--slots", "2");
      await expect.poll(worker.log, { timeout: 60_000 }).toContain("poison taken");
      if (name === "w1") await expect.poll(worker.log, { timeout: 60_000 }).toContain("api built");
      // The session knows of the attempt.
      await untilContainers(endpointOfWorker(name, cluster.engine.endpoint), 1);
      worker.kill("SIGKILL");
      await worker.ended;
    }
    await Promise.all(["w5", "w6"].map((name) => startWorker(name, unsigned)));
    const ended = await running.ended;
    expect(ended.exitCode).toBe(4);
    expect(ended.targets.get("api")).toMatchObject({ outcome: "built" });
    expect(ended.targets.get("poison")).toMatchObject({
      outcome: "failed",
      failure: { code: "task-abandoned", attempts: 4, workers: ["w1", "w2", "w3", "w4"] },
    });
    // Workers that started afterwards have removed what the killed ones left.
    for (const endpoint of [first, second]) expect((await listHoldings(endpoint)).containers).toEqual([]);
  });

  test("Ctrl-C removes the containers of its run in all engines, and leaves those of another run", async (context) => {
    const stopped = await createProject({ "api/sleep": "60", "web/sleep": "60" });
    const kept = await createProject({ "cron/sleep": "12" });
    const workers = [
      await startWorker("w1", unsigned, "--slots", "3"),
      await startWorker("w2", unsigned, "--slots", "3"),
    ];
    expect(await run(stopped, "builder")).toMatchObject({ exitCode: 0 });
    const [one, other] = [startRun(stopped), startRun(kept)];
    const count = async () => {
      const holdings = await Promise.all([first, second].map(listHoldings));
      return holdings.flatMap(({ containers }) => containers).length;
    };
    await expect.poll(count, { timeout: 60_000 }).toBe(3);
    await timed(context, "containers removed", 2000, async () => {
      one.kill("SIGINT");
      await expect.poll(count, { timeout: 20_000, interval: 50 }).toBe(1);
    });
    expect(await one.ended).toMatchObject({ exitCode: 130 });
    expect(await other.ended).toMatchObject({ exitCode: 0 });
    expect(listTaken(workers).filter((target) => target !== "builder")).toEqual(["api", "cron", "web"]);
  });
});

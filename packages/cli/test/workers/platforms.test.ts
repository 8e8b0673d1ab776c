// Apps for two platforms, built by a worker of each of them. The second processor is faked, as platforms.fixtures.ts describes.
import { endpointOfWorker } from "@sti/testing/worker-engines";
import { beforeAll, describe, expect, test } from "vitest";
import { machineOf, platformFixtures, publishBase, readIndex } from "../e2e/platforms.fixtures.ts";
import { SERVERS, withCluster } from "../e2e/queue-cluster.fixtures.ts";
import { checkAroundTests } from "./workers.fixtures.ts";

const cluster = await withCluster("sti-workers-platforms");
const { endpoint } = cluster.engine;
const { createProject } = platformFixtures(cluster.engine, () => cluster.registry().address);
beforeAll(() => publishBase(endpoint, cluster.base()));

describe.each(SERVERS)("%s", (name, start) => {
  const { run, server, startWorkerOn } = cluster.on(start);
  checkAroundTests(cluster, server);
  const unsigned = "--allow-unsigned";

  test("an index is joined from results of workers of both platforms, and of nothing less", async () => {
    const project = await createProject(["linux/amd64", "linux/arm64"]);
    await project.write({ "api/text": name });
    const [arm, amd] = ["w1", "w2"].map((worker) => endpointOfWorker(worker, endpoint));
    if (arm === undefined || amd === undefined) throw new Error("each worker has an engine");
    const other = await startWorkerOn({ host: await machineOf(arm, "arm64") }, "w1", unsigned);
    await startWorkerOn({ host: await machineOf(amd, "amd64") }, "w2", unsigned);
    const both = await run(project, "--push");
    const failures = [...both.targets.values()].filter(({ outcome }) => outcome === "failed");
    expect(failures).toEqual([]);
    expect(both).toMatchObject({ exitCode: 0, stderr: "" });
    expect(both.targets.get("api")).toMatchObject({ outcome: "built", worker: "w2" });
    expect(both.targets.get("api@arm64")).toMatchObject({ outcome: "built", worker: "w1" });
    const tag = `${cluster.registry().address}/acme/api:1`;
    const index = await readIndex(tag);
    expect(index.platforms).toEqual(["linux/amd64", "linux/arm64"]);

    other.kill("SIGTERM");
    await other.ended;
    await project.write({ "api/text": `${name}, changed` });
    const half = await run(project, "--push", "--wait-timeout", "2");
    expect(half.exitCode).toBe(3);
    expect(half.targets.get("api")).toMatchObject({ outcome: "built", worker: "w2" });
    expect(half.targets.get("api@arm64")).toMatchObject({
      outcome: "failed",
      failure: { code: "workers-missing", platform: "linux/arm64" },
    });
    expect(await readIndex(tag)).toEqual(index);
  });
});

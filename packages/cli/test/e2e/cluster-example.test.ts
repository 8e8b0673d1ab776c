// examples/cluster: its files fit published schemas, its workers' options are sti's, and its image builds an app.
import { readFileSync } from "node:fs";
import { cp } from "node:fs/promises";
import { dirname, join } from "node:path";
import { withEngine } from "@sti/testing/e2e";
import { callEngine } from "@sti/testing/engine-api";
import { startRedis } from "@sti/testing/queue-server";
import { startRegistry } from "@sti/testing/registry";
import { runSti } from "@sti/testing/run-cli";
import { createWorkspace } from "@sti/testing/workspace";
import { expect, onTestFinished, test } from "vitest";
import { FUSE, makeExecutable } from "../../executable/executable.ts";
import { readCommandLine } from "../../src/program/program.ts";
import {
  CLUSTER,
  checkCompose,
  checkManifest,
  readCompose,
  readManifests,
  type WorkerManifest,
} from "./cluster-example.fixtures.ts";
import { pushBase, queueFixtures } from "./queue.fixtures.ts";

const engine = await withEngine("sti-e2e-cluster", { check: "file" });
const { endpoint, image } = engine;

/** What sti refuses about the words; undefined if it would run them. */
async function refusal(words: readonly string[] | undefined): Promise<string | undefined> {
  const typed = words?.map((word) => word.replace(/^\$[({](QUEUE_URL|TRUSTED_KEY)[)}]$/, "redis://queue"));
  return (await readCommandLine("1.0.0", typed ?? [], async () => {}))?.text;
}

test("the manifests fit the types of Kubernetes, and their worker's options are sti's", async () => {
  const manifests = readManifests();
  expect(manifests.flatMap(checkManifest)).toEqual([]);
  const [worker] = manifests.filter(({ kind }) => kind === "StatefulSet") as WorkerManifest[];
  const containers = worker?.spec.template.spec.containers;
  expect(await refusal(containers?.find(({ name }) => name === "worker")?.args)).toBeUndefined();
  // The comparison notices what is wrong.
  const wrong = JSON.parse(
    JSON.stringify(worker).replace('"terminationGracePeriodSeconds"', '"terminationGrace"'),
  );
  expect(checkManifest(wrong)).toEqual([expect.stringContaining("terminationGrace")]);
});

test("the compose file fits its schema, and its worker's options are sti's", async () => {
  const compose = readCompose();
  expect(checkCompose(compose)).toEqual([]);
  expect(await refusal(compose.services.worker?.command)).toBeUndefined();
  expect(checkCompose({ services: { worker: { imag: "x" } } })).not.toEqual([]);
  expect(await refusal(["worker", "--on", "redis://queue", "--slot", "2"])).toContain("--slot");
});

/** Executables are made of official builds of Node.js. */
const isOfficial = readFileSync(process.execPath).includes(FUSE);

test.runIf(isOfficial)(
  "the image of a worker, built by sti, builds an app in the engine that it runs in",
  async () => {
    const [registry, server] = await Promise.all([startRegistry(), startRedis()]);
    onTestFinished(async () => {
      await Promise.all([registry.close(), server.close()]);
    });
    const base = await pushBase(endpoint, registry.address);
    const { folder } = await createWorkspace({});
    await cp(join(CLUSTER, "worker-image"), folder, { recursive: true });
    await makeExecutable(process.execPath, join(folder, "sti"));
    const built = await runSti(["run", "--set", `images.worker.tag=${image("worker")}`], { cwd: folder });
    expect(built).toMatchObject({ exitCode: 0 });

    const socket = endpoint.host.replace("unix://", "");
    const created = await callEngine(endpoint, "POST", "/containers/create", {
      Image: image("worker"),
      Cmd: ["worker", "--on", server.url, "--name", "contained", "--allow-unsigned"],
      Env: [`DOCKER_HOST=unix:///run/engine/${socket.slice(dirname(socket).length + 1)}`],
      HostConfig: { Binds: [`${dirname(socket)}:/run/engine`], NetworkMode: "host" },
    });
    const { Id } = created.body as { readonly Id: string };
    await callEngine(endpoint, "POST", `/containers/${Id}/start`);
    const { createProject, run } = queueFixtures(
      engine,
      () => server,
      () => ({ base, store: `${registry.address}/sti/cluster` }),
    );
    const project = await createProject({ "api/text": "1" });
    const ended = await run(project, "--wait-timeout", "60");
    expect(ended).toMatchObject({ exitCode: 0, stderr: "" });
    expect(ended.targets.get("api")).toMatchObject({ outcome: "built", worker: "contained" });
    await callEngine(endpoint, "POST", `/containers/${Id}/stop?t=30`);
    const { body } = await callEngine(endpoint, "POST", `/containers/${Id}/wait`);
    expect(body).toMatchObject({ StatusCode: 0 });
    await callEngine(endpoint, "DELETE", `/containers/${Id}?v=1`);
    await engine.removeImages();
    await callEngine(endpoint, "DELETE", `/images/${base}`);
  },
);

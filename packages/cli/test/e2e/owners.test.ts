import { spawnSync } from "node:child_process";
import { imageFolder, withEngine } from "@sti/testing/e2e";
import { callEngine } from "@sti/testing/engine-api";
import { BY_CONTAINER } from "@sti/testing/engine-methods";
import { listHoldings } from "@sti/testing/leftovers";
import { runSti, whenPrinted } from "@sti/testing/run-cli";
import { createWorkspace, type Workspace } from "@sti/testing/workspace";
import { afterEach, beforeEach, expect, test } from "vitest";

const { config, endpoint, removeImages } = await withEngine("sti-e2e-owners");
/** As a CI job's container has: processes of its own, and the host's name. */
const JOB = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"];
const canUnshare = spawnSync(JOB[0] as string, [...JOB.slice(1), "true"]).status === 0;
/** Builds by the Dockerfile method have no container or volume. */
const canTest = canUnshare && BY_CONTAINER;

let project: Workspace;
beforeEach(async () => {
  project = await createWorkspace(FILES);
  expect(await runSti(["run", "fast"], { cwd: project.folder })).toMatchObject({ exitCode: 0 });
});
afterEach(async () => {
  for (const { Id } of await sessionContainers())
    await callEngine(endpoint, "DELETE", `/containers/${Id}?force=1&v=1`);
  for (const name of (await listHoldings(endpoint)).volumes.filter((name) => name.startsWith("sti-build-")))
    await callEngine(endpoint, "DELETE", `/volumes/${name}`);
  await removeImages();
});

const FILES = {
  ...imageFolder("builder", {
    prepare:
      "#!/bin/sh\ncp /tmp/src/text /text\n[ ! -e /tmp/src/wait ] || { echo waiting; exec sleep 120; }\n",
    run: "#!/bin/sh\ncat /text\n",
  }),
  "slow/text": "slow",
  "slow/wait": "",
  "fast/text": "fast",
  "sti.config.json": config({ slow: {}, fast: {} }, { defaults: { method: "container" } }),
};

test.runIf(canTest).each([
  ["a job's session, by a session beside it", JOB, []],
  ["a job's session, by another job", JOB, JOB],
  ["the machine's own session, by a job", [], JOB],
] as const)("nothing of a living session is swept: %s", async (_, builds, sweeps) => {
  const held = await whileItBuilds(builds, async () => {
    for (const args of [["run", "fast"], ["clean"]]) {
      expect(await runSti(args, { cwd: project.folder, startedBy: sweeps })).toMatchObject({ exitCode: 0 });
    }
    return await sessionContainers();
  });
  expect(held).toMatchObject([{ State: "running" }]);
});

test.runIf(canTest)("a job's session that cannot be seen is kept by sti clean, which says why", async () => {
  await whileItBuilds(JOB, async () => {});
  const { exitCode, stdout } = await runSti(["clean"], { cwd: project.folder });
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^kept container sti-build-\S+.*: its session cannot be seen from here/m);
  expect(await sessionContainers()).toHaveLength(1);
});

test.runIf(canTest)("what a killed session left is swept by the next one of the same job", async () => {
  const script =
    '"$@" run -v slow & sleep 0.1; until [ -e swept ]; do sleep 0.1; done; kill -9 $!; wait $!; "$@" run fast';
  const startedBy = [...JOB, "sh", "-c", script, "job"];
  const waiting = whenPrinted("│ waiting", () => void project.write({ swept: "" }));
  const { exitCode } = await runSti([], { cwd: project.folder, startedBy, ...waiting });
  expect({ isKilled: waiting.hasActed(), exitCode }).toEqual({ isKilled: true, exitCode: 0 });
  expect(await sessionContainers()).toEqual([]);
});

async function sessionContainers() {
  const { body } = await callEngine(endpoint, "GET", "/containers/json?all=1");
  const rows = body as readonly {
    readonly Id: string;
    readonly Names: readonly string[];
    readonly State: string;
  }[];
  return rows.filter(({ Names }) => Names.some((name) => name.startsWith("/sti-build-")));
}

/** Builds `slow` until it waits, has `act` done meanwhile, and kills the session then. */
async function whileItBuilds<Value>(startedBy: readonly string[], act: () => Promise<Value>): Promise<Value> {
  const result = Promise.withResolvers<Value>();
  const waiting = whenPrinted("│ waiting", (kill) => {
    act()
      .then(result.resolve, result.reject)
      .finally(() => kill("SIGKILL"));
  });
  const ended = await runSti(["run", "-v", "slow"], { cwd: project.folder, startedBy, ...waiting });
  expect({ isBuilding: waiting.hasActed(), exitCode: ended.exitCode }).toEqual({
    isBuilding: true,
    exitCode: null,
  });
  return await result.promise;
}

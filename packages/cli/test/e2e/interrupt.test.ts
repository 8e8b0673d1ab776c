import { rm } from "node:fs/promises";
import { join } from "node:path";
import { imageFolder, withEngine } from "@sti/testing/e2e";
import { A_METHOD } from "@sti/testing/engine-methods";
import { startFaultProxy } from "@sti/testing/fault-proxy";
import { expectNoLeftovers, listHoldings } from "@sti/testing/leftovers";
import { localSocket } from "@sti/testing/local-request";
import { type CliRun, type Kill, runSti } from "@sti/testing/run-cli";
import { makeWorkspace, type Workspace } from "@sti/testing/workspace";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CASES, type Case, nameOf, REPOSITORY } from "./interrupt.fixtures.ts";

const { config, endpoint, image, leftovers } = await withEngine(REPOSITORY, { check: "none" });
const AT_A_TIME = 4;

type Outcome = CliRun & { readonly seconds: number };
const projects: Workspace[] = [];
const outcomes = new Map<Case, Promise<Outcome>>();
let builder: string;

beforeAll(async () => {
  await runSti(["clean", "-q"]);
  await leftovers.list();
  builder = (await makeProject("after")).folder;
  expect(await runSti(["run", "builder"], { cwd: builder })).toMatchObject({ exitCode: 0 });
  const waiting = [...CASES.entries()];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, one] = next;
      const outcome = interrupt(one, index);
      outcomes.set(one, outcome);
      await outcome.catch(() => {});
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
});
afterAll(async () => {
  for (const { folder } of projects) await rm(folder, { recursive: true });
});

test.for(CASES.map((one) => [nameOf(one), one] as const))(
  "ends in time: %s",
  async ([, one], { annotate }) => {
    const { exitCode, seconds, stderr, stdout } = (await outcomes.get(one)) as Outcome;
    await annotate(`${seconds.toFixed(1)} s`);
    expect(exitCode).toBe(one.signal === "SIGTERM" ? 143 : 130);
    expect(seconds).toBeLessThan(15);
    expect(stderr).toContain("stopping");
    const named = /may be left in the engine, for the next session or sti clean to remove: (.*)/.exec(
      stdout + stderr,
    )?.[1];
    if (one.left !== undefined) expect(named).toMatch(one.left);
  },
);

test("the next session removes the containers and volumes that all of them left, and sti clean the images", async () => {
  expect(await runSti(["run"], { cwd: builder })).toMatchObject({ exitCode: 0, stderr: "" });
  const { untaggedImages } = await listHoldings(endpoint);
  await expectNoLeftovers(endpoint, { ...leftovers.before(), untaggedImages });
  expect(await runSti(["clean"], { cwd: builder })).toMatchObject({ exitCode: 0, stderr: "" });
  await leftovers.expectNone();
});

const FILES = {
  ...imageFolder("builder", {
    prepare:
      "#!/bin/sh\nset -e\ncp /tmp/src/text /text\n[ ! -e /tmp/src/wait ] || { echo waiting; exec sleep 60; }\n",
    "save-artifacts": "#!/bin/sh\ncp /text /tmp/artifacts/\n",
    run: "#!/bin/sh\ncat /text\n",
  }),
};

async function makeProject(app: string, files: Readonly<Record<string, string>> = {}): Promise<Workspace> {
  const text = config({ app: { tag: image(app) } });
  const project = await makeWorkspace({ ...FILES, "app/text": app, "sti.config.json": text, ...files });
  projects.push(project);
  return project;
}

/** Runs until the call hangs, and sends the signal then. */
async function interrupt(one: Case, index: number): Promise<Outcome> {
  const { after, args, call, method = A_METHOD, signal = "SIGINT" } = one;
  const project = await makeProject(`app${index}`, one.wait === true ? { "app/wait": "" } : {});
  const { folder } = project;
  const run = ["run", "-v", "-m", method, "app"];
  if (one.again === true) {
    expect(await runSti(run, { cwd: folder })).toMatchObject({ exitCode: 0 });
    await project.write({ "app/text": "two" });
  }
  const socket = join(folder, "engine.sock");
  const proxy = await startFaultProxy({ target: localSocket(endpoint), socket });
  const child = Promise.withResolvers<Kill>();
  const printed = Promise.withResolvers<void>();
  let sentAt = 0;
  const interruptAtCall = async () => {
    // A session removes leftovers of other cases as it connects: those calls do not count.
    if (one.wait === true) await printed.promise;
    else if (call.startsWith("DELETE")) await proxy.seen("POST /containers/create", 1);
    const nth = (proxy.counts.get(call) ?? 0) + 1;
    proxy.inject({ call, nth, fault: { kind: "hang", after } });
    if (one.wait !== true) await proxy.seen(call, nth);
    const kill = await child.promise;
    sentAt = performance.now();
    kill(signal);
  };
  try {
    void interruptAtCall();
    const ended = await runSti(args ?? run, {
      cwd: folder,
      env: { DOCKER_HOST: proxy.host },
      onStart: child.resolve,
      onOutput: (output) => {
        if (output.includes("│ waiting")) printed.resolve();
      },
    });
    if (sentAt === 0) throw new Error(`it ended before ${call}: ${ended.stdout}${ended.stderr}`);
    return { ...ended, seconds: (performance.now() - sentAt) / 1000 };
  } finally {
    await proxy.close();
  }
}

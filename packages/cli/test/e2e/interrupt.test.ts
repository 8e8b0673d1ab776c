import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { resolveEndpoint } from "@sti/engine-docker/endpoint";
import { startFaultProxy } from "@sti/testing/fault-proxy";
import { expectNoLeftovers, type Holdings, listHoldings } from "@sti/testing/leftovers";
import { removeImagesOf } from "@sti/testing/remove-images";
import { type CliRun, runSti } from "@sti/testing/run-cli";
import { afterAll, beforeAll, expect, test } from "vitest";

const endpoint = await resolveEndpoint();
const REPOSITORY = "sti-e2e-interrupt";

const BUILDER = `${REPOSITORY}/builder`;

const FILES = {
  "builder/Dockerfile": "FROM debian:bookworm-slim\nCOPY prepare save-artifacts run /usr/bin/\n",
  "builder/prepare":
    "#!/bin/sh\nset -e\ncp /tmp/src/text /text\n[ ! -e /tmp/src/wait ] || { echo waiting; exec sleep 60; }\n",
  "builder/save-artifacts": "#!/bin/sh\ncp /text /tmp/artifacts/\n",
  "builder/run": "#!/bin/sh\ncat /text\n",
};

interface Case {
  readonly call: string;
  /** "call": the engine has done it, and only its answer never comes. */
  readonly after: "call" | "nothing";
  readonly method?: "build" | "run";
  /** The app was built before: this build has its artifacts, and replaces its image. */
  readonly again?: boolean;
  /** `wait`: prepare does not end by itself, so that the call is one of those that clean up. */
  readonly wait?: boolean;
  readonly signal?: "SIGINT" | "SIGTERM";
  readonly args?: readonly string[];
  /** Matches the objects named as left. */
  readonly left?: RegExp;
}

const WATCH = ["watch", "-v", "-m", "run", "app"];

const CONTAINER = /container sti-build-/;

/** Builds by the container method, unless stated otherwise. */
const CASES: readonly Case[] = [
  { call: "GET /info", after: "nothing" },
  { call: "GET /images/json", after: "nothing" },
  { call: "GET /containers/json", after: "nothing", signal: "SIGTERM" },
  // A look-up finds it by its name, and it is removed like any other.
  { call: "POST /containers/create", after: "call" },
  { call: "POST /containers/create", after: "nothing", left: CONTAINER },
  { call: "PUT /containers/:id/archive", after: "call" },
  { call: "POST /containers/:id/attach", after: "nothing" },
  { call: "POST /containers/:id/start", after: "call", signal: "SIGTERM" },
  { call: "POST /containers/:id/wait", after: "nothing" },
  { call: "POST /containers/:id/kill", after: "nothing", wait: true },
  { call: "POST /commit", after: "call" },
  { call: "POST /commit", after: "nothing", left: /untagged image/ },
  { call: "GET /images/:id/json", after: "nothing" },
  { call: "POST /images/:id/tag", after: "call" },
  { call: "POST /images/:id/tag", after: "nothing" },
  { call: "DELETE /containers/:id", after: "call", left: CONTAINER },
  { call: "DELETE /containers/:id", after: "nothing", wait: true, left: CONTAINER },
  { call: "DELETE /volumes/:id", after: "nothing", again: true, left: /volume sti-build-/ },
  { call: "DELETE /images/:id", after: "nothing", again: true },
  { call: "POST /build", after: "nothing", method: "build" },
  { call: "POST /containers/:id/start", after: "nothing", args: WATCH },
  { call: "DELETE /containers/:id", after: "nothing", args: WATCH, wait: true, left: CONTAINER },
  { call: "GET /system/df", after: "nothing", args: ["clean"] },
  { call: "POST /containers/create", after: "call", args: ["validate", BUILDER] },
  { call: "DELETE /containers/:id", after: "nothing", args: ["usage", BUILDER], left: CONTAINER },
];

type Outcome = CliRun & { readonly seconds: number };

const nameOf = ({
  after,
  again = false,
  args,
  call,
  method = "run",
  signal = "SIGINT",
  wait = false,
}: Case) =>
  `${call} hangs ${after === "call" ? "when it is done" : "before it is done"}, ${args?.[0] ?? method}${again ? " again" : ""}${wait ? ", prepare waits" : ""}, ${signal}`;

const folders: string[] = [];
let before: Holdings;
let builder: string;

async function makeProject(app: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "sti-interrupt-"));
  folders.push(folder);
  const config = {
    images: { builder: { context: "builder", tag: `${REPOSITORY}/builder` } },
    apps: { app: { source: "app", buildImage: `${REPOSITORY}/builder`, tag: `${REPOSITORY}/${app}` } },
  };
  const all = { ...FILES, "app/text": app, "sti.config.json": JSON.stringify(config), ...files };
  for (const [path, content] of Object.entries(all)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content, { mode: content.startsWith("#!") ? 0o755 : 0o644 });
  }
  return folder;
}

/** Runs until the call hangs, and sends the signal then. */
async function interrupt(one: Case, index: number): Promise<Outcome> {
  const { after, args, call, method = "run", signal = "SIGINT" } = one;
  const folder = await makeProject(`app${index}`, one.wait === true ? { "app/wait": "" } : {});
  const run = ["run", "-v", "-m", method, "app"];
  if (one.again === true) {
    expect(await runSti(run, { cwd: folder })).toMatchObject({ exitCode: 0 });
    await writeFile(join(folder, "app/text"), "two");
  }
  const socket = join(folder, "engine.sock");
  const proxy = await startFaultProxy({ target: endpoint.host.replace("unix://", ""), socket });
  const child = Promise.withResolvers<(signal: NodeJS.Signals) => void>();
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

const outcomes = new Map<Case, Promise<Outcome>>();
const AT_A_TIME = 4;

beforeAll(async () => {
  await removeImagesOf(endpoint, REPOSITORY);
  await runSti(["clean", "-q"]);
  before = await listHoldings(endpoint);
  builder = await makeProject("after");
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
  await removeImagesOf(endpoint, REPOSITORY);
  for (const folder of folders) await rm(folder, { recursive: true });
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
  await expectNoLeftovers(endpoint, { ...before, untaggedImages });
  expect(await runSti(["clean"], { cwd: builder })).toMatchObject({ exitCode: 0, stderr: "" });
  await expectNoLeftovers(endpoint, before);
});

// Builds that an engine, a connection or another client fails when nearly everything is done.
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { resolveEndpoint } from "@sti/engine-docker/endpoint";
import { callEngine } from "@sti/testing/engine-api";
import { type FaultProxy, type FaultRule, startFaultProxy } from "@sti/testing/fault-proxy";
import { expectNoLeftovers, type Holdings, listHoldings } from "@sti/testing/leftovers";
import { type Registry, startRegistry } from "@sti/testing/registry";
import { runSti } from "@sti/testing/run-cli";
import { createWorkspace, type Workspace } from "@sti/testing/workspace";
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
  vi,
} from "vitest";

const endpoint = await resolveEndpoint();
const REPOSITORY = "sti-e2e-delivery";
const WEB = `${REPOSITORY}/web`;

const PREPARE = [
  "#!/bin/sh",
  "set -e",
  "mkdir -p /srv/app && cp -r /tmp/src/. /srv/app/",
  "if [ -e /srv/app/wait ]; then echo waiting; sleep 1000; fi",
  "",
].join("\n");

const FILES = {
  "builder/Dockerfile": "FROM debian:bookworm-slim\nCOPY prepare run /usr/bin/\n",
  "builder/prepare": PREPARE,
  "builder/run": "#!/bin/sh\nexec cat /srv/app/text\n",
  "web/text": "0",
};

let project: Workspace;
let before: Holdings;

beforeEach(async () => {
  project = await createWorkspace({ ...FILES, "sti.config.json": configOf(WEB) });
  // There is an earlier image, which the tests' builds replace.
  if ((await idOf(WEB)) === undefined) expect(await sti({}, "run", "-q")).toMatchObject({ exitCode: 0 });
  before = await listHoldings(endpoint);
});
afterEach(async () => await expectNoLeftovers(endpoint, before));
afterAll(async () => {
  for (const name of ["web", "builder"]) {
    await callEngine(endpoint, "DELETE", `/images/${REPOSITORY}/${name}?force=1`);
  }
});

function configOf(tag: string): string {
  const app = { source: "web", buildImage: `${REPOSITORY}/builder`, tag, incremental: false };
  return JSON.stringify({
    images: { builder: { context: "builder", tag: `${REPOSITORY}/builder`, push: false } },
    apps: { web: app },
  });
}

interface Given {
  readonly host?: string;
  readonly onOutput?: (output: string, kill: (signal: NodeJS.Signals) => void) => void;
}

function sti({ host = endpoint.host, onOutput }: Given, ...args: string[]) {
  const env = { DOCKER_HOST: host, XDG_CACHE_HOME: join(project.folder, "cache") };
  return runSti(args, { cwd: project.folder, env, ...(onOutput === undefined ? {} : { onOutput }) });
}

/** A source that was never built. */
async function edit(): Promise<void> {
  await project.write({ "web/text": randomUUID() });
}

async function through(...rules: readonly FaultRule[]): Promise<FaultProxy> {
  const socket = join(project.folder, `${Math.random()}.sock`);
  const proxy = await startFaultProxy({ target: endpoint.host.replace("unix://", ""), socket });
  onTestFinished(() => proxy.close());
  for (const rule of rules) proxy.inject(rule);
  return proxy;
}

async function idOf(tag: string): Promise<string | undefined> {
  const { body } = await callEngine(endpoint, "GET", `/images/${tag}/json`);
  return (body as { readonly Id?: string }).Id;
}

describe.each([
  [
    "run",
    [
      "POST /containers/create",
      "POST /containers/:id/start",
      "POST /containers/:id/wait",
      "POST /commit",
      "POST /images/:id/tag",
      "DELETE /containers/:id",
      "DELETE /volumes/:id",
      "DELETE /images/:id",
    ],
  ],
  ["build", ["POST /build", "POST /images/:id/tag", "DELETE /images/:id"]],
] as const)("by method %s, a lost answer to", (method, calls) => {
  test.each(calls)("%s changes nothing", async (call) => {
    await edit();
    const { counts, host } = await through({ call, nth: 1, fault: { kind: "drop-reply" } });
    expect(await sti({ host }, "run", "-q", "-m", method)).toMatchObject({ exitCode: 0, stderr: "" });
    expect(counts.get(call)).toBeGreaterThan(0);
  });
});

test("a tag that did not move is reported so, and the image without it is gone", async () => {
  const earlier = await idOf(WEB);
  await edit();
  const { host } = await through({ call: "POST /images/:id/tag", nth: 1, fault: { kind: "reset" } });
  const { exitCode, stderr } = await sti({ host }, "run", "-m", "run");
  expect({ exitCode, stderr }).toEqual({ exitCode: 4, stderr: expect.stringContaining("no tag was moved") });
  expect(await idOf(WEB)).toBe(earlier);
});

test("a replaced image that the engine will not remove is a warning, and the next command removes it", async () => {
  await edit();
  const fault = { kind: "replace", status: 500, body: '{"message":"the disk is away"}' } as const;
  const { host } = await through({ call: "DELETE /images/:id", fault });
  const { exitCode, stdout, stderr } = await sti({ host }, "run", "-m", "run");
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toContain("could not remove an image without a tag");
  expect((await listHoldings(endpoint)).untaggedImages).not.toEqual(before.untaggedImages);
  expect(await sti({}, "plan", "-q")).toMatchObject({ stderr: "" });
});

test.each(["removed", "killed"] as const)(
  "a container that somebody else has %s is reported so, and its volumes go",
  async (how) => {
    await edit();
    await project.write({ "web/wait": "" });
    let acted: Promise<unknown> | undefined;
    const act = async () => {
      const { body } = await callEngine(endpoint, "GET", "/containers/json");
      const [container] = (
        body as readonly { readonly Id: string; readonly Names: readonly string[] }[]
      ).filter(({ Names }) => Names.some((name) => name.startsWith("/sti-build-")));
      const path = `/containers/${container?.Id}`;
      await (how === "removed"
        ? callEngine(endpoint, "DELETE", `${path}?force=1`)
        : callEngine(endpoint, "POST", `${path}/kill`));
    };
    const onOutput = (output: string) => {
      if (output.includes("waiting")) acted ??= act();
    };
    const { exitCode, stderr } = await sti({ onOutput }, "run", "-v", "-m", "run");
    await acted;
    await project.remove("web/wait");
    expect(exitCode).toBe(how === "removed" ? 4 : 1);
    expect(stderr).toContain(
      how === "removed"
        ? "was removed by another program while /usr/bin/prepare ran"
        : "was killed: another program stopped its container",
    );
  },
);

test.each([
  ["run", "POST /commit", "call"],
  ["run", "POST /images/:id/tag", "nothing"],
  ["run", "POST /images/:id/tag", "call"],
  ["build", "POST /images/:id/tag", "call"],
] as const)(
  "by method %s, a session killed in %s (done: %s) leaves nothing to the one after it",
  async (method, call, after) => {
    const earlier = await idOf(WEB);
    await edit();
    const { host, seen } = await through({ call, nth: 1, fault: { kind: "hang", after } });
    let stop: ((signal: NodeJS.Signals) => void) | undefined;
    const onOutput = (_: string, kill: (signal: NodeJS.Signals) => void) => {
      stop = kill;
    };
    const running = sti({ host, onOutput }, "run", "-v", "-m", method);
    await seen(call, 1);
    if (after === "call") await vi.waitFor(() => expectDone(call, earlier), { timeout: 10_000 });
    stop?.("SIGKILL");
    expect((await running).exitCode).toBe(null);
    expect(await sti({}, "run", "-q", "-m", method)).toMatchObject({ exitCode: 0, stderr: "" });
  },
);

/** The proxy keeps the answer; the engine's state shows the effect. */
async function expectDone(call: string, earlier: string | undefined): Promise<void> {
  if (call.endsWith("/tag")) expect(await idOf(WEB)).not.toBe(earlier);
  else expect((await listHoldings(endpoint)).untaggedImages).not.toEqual(before.untaggedImages);
}

test("two sessions that build the same at once leave one image", async () => {
  await edit();
  const sessions = await Promise.all(["run", "run"].map((method) => sti({}, "run", "-q", "-m", method)));
  expect(sessions.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  expect(await sti({}, "run", "-q")).toMatchObject({ exitCode: 0, stderr: "" });
});

describe("with a registry", () => {
  let registry: Registry;
  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry.close());

  test("a lost answer to a push is pushed again, and an image that was pushed goes when it is replaced", async () => {
    const tag = `${registry.address}/delivery/web:1`;
    await project.write({ "sti.config.json": configOf(tag) });
    await edit();
    const { counts, host } = await through({
      call: "POST /images/:id/push",
      nth: 1,
      fault: { kind: "drop-reply" },
    });
    expect(await sti({ host }, "run", "-q", "--push", "-m", "run")).toMatchObject({
      exitCode: 0,
      stderr: "",
    });
    expect(counts.get("POST /images/:id/push")).toBe(2);
    await edit();
    expect(await sti({}, "run", "-q", "-m", "run")).toMatchObject({ exitCode: 0, stderr: "" });
    await callEngine(endpoint, "DELETE", `/images/${tag}?force=1`);
  });
});

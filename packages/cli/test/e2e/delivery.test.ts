// Builds that an engine, a connection or another client fails when nearly everything is done.
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { copyingScripts, imageFolder, proxyTo, withEngine } from "@sti/testing/e2e";
import { callEngine } from "@sti/testing/engine-api";
import { A_METHOD, BY_CONTAINER, METHODS } from "@sti/testing/engine-methods";
import type { FaultRule } from "@sti/testing/fault-rules";
import { listHoldings } from "@sti/testing/leftovers";
import { type Registry, startRegistry } from "@sti/testing/registry";
import { type CliOptions, type Kill, runSti } from "@sti/testing/run-cli";
import { createWorkspace, type Workspace } from "@sti/testing/workspace";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";

const { config, endpoint, image, imageId, leftovers } = await withEngine("sti-e2e-delivery");

let project: Workspace;
beforeEach(async () => {
  project = await createWorkspace({ ...FILES, "sti.config.json": configOf(image("web")) });
  // There is an earlier image, which the tests' builds replace.
  if ((await imageId("web")) === undefined) expect(await sti({}, "run", "-q")).toMatchObject({ exitCode: 0 });
  await leftovers.list();
});

const FILES = {
  ...imageFolder("builder", copyingScripts("if [ -e /srv/app/wait ]; then echo waiting; sleep 1000; fi")),
  "web/text": "0",
};

const configOf = (tag: string) =>
  config({ web: { tag, incremental: false } }, { images: { builder: { push: false } } });

function sti({ host = endpoint.host, ...options }: Given, ...args: string[]) {
  const env = { DOCKER_HOST: host, XDG_CACHE_HOME: join(project.folder, "cache") };
  return runSti(args, { ...options, cwd: project.folder, env });
}

const through = (...rules: readonly FaultRule[]) => proxyTo(endpoint, rules);

test("a tag that did not move is reported so, and the image without it is gone", async () => {
  const earlier = await imageId("web");
  await edit();
  const { host } = await through({ call: "POST /images/:id/tag", nth: 1, fault: { kind: "reset" } });
  const { exitCode, stderr } = await sti({ host }, "run", "-m", A_METHOD);
  expect({ exitCode, stderr }).toEqual({ exitCode: 4, stderr: expect.stringContaining("no tag was moved") });
  expect(await imageId("web")).toBe(earlier);
});

test("a replaced image that the engine will not remove is a warning, and the next command removes it", async () => {
  await edit();
  const fault = { kind: "replace", status: 500, body: '{"message":"the disk is away"}' } as const;
  const { clear, host } = await through({ call: "DELETE /images/:id", fault });
  const { exitCode, stdout, stderr } = await sti({ host }, "run", "-m", A_METHOD);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toContain("could not remove an image without a tag");
  expect((await listHoldings(endpoint)).untaggedImages).not.toEqual(leftovers.before().untaggedImages);
  clear();
  // At the same address: an engine without an id, as Podman, has a ledger for each.
  expect(await sti({ host }, "plan", "-q")).toMatchObject({ stderr: "" });
});

/** Calls of a build whose answers get lost. */
const CALLS = {
  container: [
    "POST /containers/create",
    "POST /containers/:id/start",
    "POST /containers/:id/wait",
    "POST /commit",
    "POST /images/:id/tag",
    "DELETE /containers/:id",
    "DELETE /volumes/:id",
    "DELETE /images/:id",
  ],
  dockerfile: ["POST /build", "POST /images/:id/tag", "DELETE /images/:id"],
};

describe.each(METHODS)("by method %s, a lost answer to", (method) => {
  test.each(CALLS[method])("%s changes nothing", async (call) => {
    await edit();
    const { counts, host } = await through({ call, nth: 1, fault: { kind: "drop-reply" } });
    expect(await sti({ host }, "run", "-q", "-m", method)).toMatchObject({ exitCode: 0, stderr: "" });
    expect(counts.get(call)).toBeGreaterThan(0);
  });
});

test.runIf(BY_CONTAINER).each(["removed", "killed"] as const)(
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
    const { exitCode, stderr } = await sti({ onOutput }, "run", "-v", "-m", "container");
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

const KILLED = [
  ["container", "POST /commit", "call"],
  ["container", "POST /images/:id/tag", "nothing"],
  ["container", "POST /images/:id/tag", "call"],
  ["dockerfile", "POST /images/:id/tag", "call"],
] as const;

test.each(KILLED.filter(([method]) => METHODS.includes(method)))(
  "by method %s, a session killed in %s (done: %s) leaves nothing to the one after it",
  async (method, call, after) => {
    const earlier = await imageId("web");
    await edit();
    const { host, seen } = await through({ call, nth: 1, fault: { kind: "hang", after } });
    let stop: Kill | undefined;
    const onStart = (kill: Kill) => {
      stop = kill;
    };
    const running = sti({ host, onStart }, "run", "-v", "-m", method);
    await seen(call, 1);
    if (after === "call") await vi.waitFor(() => expectDone(call, earlier), { timeout: 10_000 });
    stop?.("SIGKILL");
    expect((await running).exitCode).toBe(null);
    expect(await sti({ host }, "run", "-q", "-m", method)).toMatchObject({ exitCode: 0, stderr: "" });
  },
);

/** The proxy keeps the answer; the engine's state shows the effect. */
async function expectDone(call: string, earlier: string | undefined): Promise<void> {
  if (call.endsWith("/tag")) expect(await imageId("web")).not.toBe(earlier);
  else expect((await listHoldings(endpoint)).untaggedImages).not.toEqual(leftovers.before().untaggedImages);
}

test("two sessions that build the same at once leave one image", async () => {
  await edit();
  const sessions = await Promise.all(
    [A_METHOD, A_METHOD].map((method) => sti({}, "run", "-q", "-m", method)),
  );
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
    expect(await sti({ host }, "run", "-q", "--push", "-m", A_METHOD)).toMatchObject({
      exitCode: 0,
      stderr: "",
    });
    expect(counts.get("POST /images/:id/push")).toBe(2);
    await edit();
    expect(await sti({}, "run", "-q", "-m", A_METHOD)).toMatchObject({ exitCode: 0, stderr: "" });
    await callEngine(endpoint, "DELETE", `/images/${tag}?force=1`);
  });
});

interface Given extends Pick<CliOptions, "onOutput" | "onStart"> {
  readonly host?: string;
}

/** A source that was never built. */
async function edit(): Promise<void> {
  await project.write({ "web/text": randomUUID() });
}

import { join } from "node:path";
import { copyingScripts, imageFolder, withEngine } from "@sti/testing/e2e";
import { callEngine } from "@sti/testing/engine-api";
import { BY_CONTAINER, LISTS_CACHES, METHODS } from "@sti/testing/engine-methods";
import { runSti, whenPrinted } from "@sti/testing/run-cli";
import { createWorkspace, type Workspace } from "@sti/testing/workspace";
import { afterEach, beforeAll, beforeEach, expect, onTestFinished, test, vi } from "vitest";

const REPOSITORY = "sti-e2e-clean";
const CACHE = "sti-e2e-clean";
const { config, endpoint } = await withEngine(REPOSITORY);

let project: Workspace;
beforeAll(() => runSti(["clean", "--caches", "-q"]));
beforeEach(async () => {
  project = await createWorkspace(PROJECT);
});
afterEach(() => runSti(["clean", "--caches", "-q"]));

const PROJECT = {
  ...imageFolder("builder", {
    ...copyingScripts(
      "echo downloaded > /var/download-sti-e2e-clean/file",
      "if [ -e /srv/app/wait ]; then echo waiting; sleep 60; exit 1; fi",
    ),
    run: "#!/bin/sh\nexec sleep 1000\n",
  }),
  "web/text": "web",
  "sti.config.json": config({ web: { caches: [{ target: "/var/download-sti-e2e-clean", id: CACHE }] } }),
};

test.runIf(BY_CONTAINER)("what a killed session left is listed, and then removed", async () => {
  await runAndWhileItWaits("container", (kill) => kill("SIGKILL"));
  const listed = await clean("--dry-run");
  const name = expect.stringMatching(/^sti-build-/);
  expect(listed).toMatchObject({ dryRun: true });
  expect(listed.removed).toContainEqual(
    expect.objectContaining({ kind: "container", name, size: expect.any(Number) }),
  );
  const cleaned = await clean();
  expect(cleaned.removed.filter(({ kind }) => kind === "container")).toEqual(
    listed.removed
      .filter(({ kind }) => kind === "container")
      .map((item) => ({ ...item, size: expect.any(Number) })),
  );
  expect((await clean()).removed.filter(({ kind }) => kind === "container")).toEqual([]);
});

test.each(METHODS)("an untagged image is kept while a session builds by method %s", async (method) => {
  // As by another user, in whose ledger it is.
  const env = { XDG_CACHE_HOME: join(project.folder, "cache") };
  expect(await runSti(["run"], { cwd: project.folder, env })).toMatchObject({ exitCode: 0 });
  const untagged = await untag();
  const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<typeof clean>>>();
  await runAndWhileItWaits(method, (kill) => {
    clean()
      .then(resolve, reject)
      .finally(() => kill("SIGINT"));
  });
  const during = await promise;
  expect(during.removed.map(({ id }) => id)).not.toContain(untagged);
  expect(during.kept).toContainEqual(expect.objectContaining({ id: untagged, reason: expect.any(String) }));
  const removed = expect.objectContaining({ kind: "image", name: "of web", id: untagged });
  // An engine may go on with an interrupted build: the image is kept until that ends.
  const expectRemoved = async () => expect((await clean()).removed).toContainEqual(removed);
  await vi.waitFor(expectRemoved, { timeout: 120_000, interval: 1000 });
});

test("a container that somebody started from a built image stays, and so does its image", async () => {
  expect(await run()).toMatchObject({ exitCode: 0 });
  const name = "sti-e2e-clean-user";
  await callEngine(endpoint, "POST", `/containers/create?name=${name}`, { Image: `${REPOSITORY}/web` });
  onTestFinished(async () => {
    await callEngine(endpoint, "DELETE", `/containers/${name}?force=1`);
    await clean();
  });
  const untagged = await untag();
  const cleaned = await clean("--caches");
  expect(cleaned.kept).toContainEqual(
    expect.objectContaining({ id: untagged, reason: expect.stringContaining("a container") }),
  );
  expect((await callEngine(endpoint, "GET", `/containers/${name}/json`)).status).toBe(200);
  await callEngine(endpoint, "DELETE", `/containers/${name}?force=1`);
  expect((await clean()).removed).toContainEqual(expect.objectContaining({ id: untagged }));
});

test.runIf(LISTS_CACHES).each(METHODS)(
  "caches of method %s are listed, kept while in use, and removed",
  async (method) => {
    // A source that was never built: the engine's cached result of a build would not mount the cache again.
    await project.write({ "web/text": `${Math.random()}` });
    expect(await run("-m", method)).toMatchObject({ exitCode: 0 });
    const ours = (items: readonly Item[]) =>
      items.filter(({ kind, name }) => kind === "cache" && name.includes(CACHE));
    expect(ours((await clean()).removed)).toEqual([]);
    const listed = ours((await clean("--caches", "--dry-run")).removed);
    expect(listed).toEqual([expect.objectContaining({ size: expect.any(Number) })]);

    const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<typeof clean>>>();
    await runAndWhileItWaits(method, (kill) => {
      clean("--caches")
        .then(resolve, reject)
        .finally(() => kill("SIGINT"));
    });
    const during = await promise;
    expect(ours(during.removed)).toEqual([]);
    expect(ours(during.kept)).toEqual([expect.objectContaining({ id: listed[0]?.id })]);

    expect(ours((await clean("--caches")).removed)).toEqual([expect.objectContaining({ id: listed[0]?.id })]);
    expect(ours((await clean("--caches", "--dry-run")).removed)).toEqual([]);
  },
);

test.skipIf(LISTS_CACHES)(
  "caches that the engine does not list are named with a way to remove them",
  async () => {
    const { exitCode, stdout } = await runSti(["clean", "--caches"]);
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: expect.stringContaining("podman image prune --build-cache"),
    });
  },
);

test("a volume or a cache mount of somebody's own is not touched", async () => {
  const name = "sti-cache-e2e-clean-own";
  await callEngine(endpoint, "POST", "/volumes/create", { Name: name });
  onTestFinished(async () => {
    await callEngine(endpoint, "DELETE", `/volumes/${name}`);
  });
  const { removed, kept } = await clean("--caches");
  expect([...removed, ...kept].map(({ id }) => id)).not.toContain(name);
  expect((await callEngine(endpoint, "GET", `/volumes/${name}`)).status).toBe(200);
  await callEngine(endpoint, "DELETE", `/volumes/${name}`);
});

test("an engine that is not there ends with 3", async () => {
  const env = { DOCKER_HOST: `unix://${project.folder}/none.sock` };
  expect(await runSti(["clean"], { env })).toMatchObject({ exitCode: 3, stdout: "" });
});

/** Leaves the built image without its tag, as a session that died at the wrong moment; resolves to its id. */
async function untag(): Promise<string> {
  const { body } = await callEngine(endpoint, "GET", `/images/${REPOSITORY}/web/json`);
  const { Id } = body as { readonly Id: string };
  const other = `${REPOSITORY}/builder`;
  await callEngine(endpoint, "POST", `/images/${other}/tag?repo=${REPOSITORY}/web&tag=latest`);
  await callEngine(endpoint, "DELETE", `/images/${REPOSITORY}/web`);
  return Id;
}

interface Item {
  readonly kind: string;
  readonly name: string;
  readonly id: string;
  readonly size: number | null;
  readonly lastUsed: string | null;
  readonly reason?: string;
}

/** Output of `sti clean ARGS --json` about this file's objects; others may have theirs on the engine. */
async function clean(...args: string[]) {
  const { exitCode, stdout, stderr } = await runSti(["clean", "--json", ...args]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  return JSON.parse(stdout) as {
    readonly dryRun: boolean;
    readonly removed: readonly Item[];
    readonly kept: readonly Item[];
  };
}

function run(...args: string[]) {
  return runSti(["run", ...args], { cwd: project.folder });
}

/** Runs until prepare waits, then calls `then`, which may end it by the signal it returns. */
async function runAndWhileItWaits(
  method: string,
  then: (kill: (signal: NodeJS.Signals) => void) => void,
): Promise<void> {
  await project.write({ "web/wait": "" });
  const waiting = whenPrinted("waiting", then);
  await runSti(["run", "-v", "-m", method], { cwd: project.folder, ...waiting });
  expect(waiting.hasActed()).toBe(true);
}

import { randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createDockerEngine } from "@sti/engine-docker";
import { resolveEndpoint } from "@sti/engine-docker/endpoint";
import { checkLeftovers } from "@sti/testing/e2e";
import { callEngine } from "@sti/testing/engine-api";
import { KNOWS_OWN_IMAGES } from "@sti/testing/engine-methods";
import { startFakeRegistry } from "@sti/testing/fake-registry";
import { packFiles } from "@sti/testing/pack-files";
import { type Registry, startRegistry } from "@sti/testing/registry";
import { runSti, whenPrinted } from "@sti/testing/run-cli";
import { createWorkspace, type Workspace } from "@sti/testing/workspace";
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";

const endpoint = await resolveEndpoint();
const engine = await createDockerEngine({ endpoint, env: { DOCKER_CONFIG: "/nonexistent" } });
const LOCAL = "sti-e2e-lock/local:1";

let registry: Registry;
/** Two images that the registry has had under one tag, which is now the second's. */
let first: Published;
let second: Published;
let project: Workspace;

afterAll(() => registry.close());
checkLeftovers(endpoint, "file");
beforeAll(async () => {
  registry = await startRegistry();
  first = await publish();
  second = await publish();
});
beforeEach(async () => {
  const files = { "image/Dockerfile": `FROM ${base()}\nCOPY file /\n`, "image/file": randomUUID() };
  project = await createWorkspace(files);
  await configure();
  await forget();
});
afterEach(forget);

const short = (hash: string) => hash.slice(7, 19);
const base = () => `${registry.address}/lock/base:1`;
const repository = () => `${registry.address}/lock/base`;
const layers = async () => (await engine.inspectImage("sti-e2e-lock/image:1"))?.layers;
const sti = (...args: string[]) => stiWith({}, ...args);

test("an engine that has nothing gets the locked image, although its tag has moved", async () => {
  await lockFirst();
  expect(await readLock()).toEqual({
    [base()]: { digest: first.digest, id: first.id, platform: "linux/amd64" },
  });
  const plan = JSON.parse((await sti("plan", "--json")).stdout);
  expect(plan.externalImages).toMatchObject([{ image: base(), state: "fetched", locked: { id: first.id } }]);

  expect(await sti("run", "--frozen")).toMatchObject({ exitCode: 0, stderr: "" });
  expect((await layers())?.[0]).toBe(first.layer);
  expect((await engine.inspectImage(base()))?.id).toBe(first.id);
  const again = await stiWith({ CI: "1" }, "run");
  expect(again.stdout).toContain("up to date");
});

test("a pull that is always done pulls what is locked", async () => {
  await lockFirst();
  await configure({ pull: "always" });
  await engine.pullImage(base());
  expect((await engine.inspectImage(base()))?.id).toBe(second.id);
  expect(await sti("run", "--frozen")).toMatchObject({ exitCode: 0, stderr: "" });
  expect((await engine.inspectImage(base()))?.id).toBe(first.id);
  expect((await layers())?.[0]).toBe(first.layer);
});

test("without a lock, another image than the engine's is never built on", async () => {
  await engine.pullImage(`${repository()}@${first.digest}`);
  await engine.tagImage(first.id, base());
  const { exitCode, stdout } = await sti("run");
  const { asksRegistryForBases } = await engine.describe();
  expect(exitCode).toBe(asksRegistryForBases === true ? 1 : 0);
  if (exitCode === 0) expect((await layers())?.[0]).toBe(first.layer);
  else {
    expect(stdout).toMatch(/based on the registry's image of its base, which is not the engine's/);
    expect(await layers()).toBeUndefined();
  }
});

test("another image than the locked one is refused in CI, and said elsewhere", async () => {
  await lockFirst();
  await engine.pullImage(base());
  for (const refused of [await sti("run", "--frozen"), await stiWith({ CI: "true" }, "run")]) {
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain(`${base()} differs from sti.lock\n  sti.lock:4:5`);
    expect(refused.stderr).toContain(`locked: ${first.digest} (linux/amd64)\n  here:   ${second.digest}`);
    expect(refused.stderr).toContain(`sti lock --update ${base()}`);
    expect(refused.stdout).toBe("");
  }
  const planned = await sti("plan", "--frozen");
  expect(planned.exitCode).toBe(2);
  expect(planned.stdout).toContain(
    `! ${base()} is ${short(second.digest)} here, but ${short(first.digest)} in sti.lock`,
  );
  expect(await layers()).toBeUndefined();

  const said = await stiWith({ CI: "true" }, "run", "--no-frozen");
  expect(said).toMatchObject({ exitCode: 0, stderr: "" });
  expect(said.stdout.match(/ in sti\.lock/g)).toHaveLength(1);
  expect((await layers())?.[0]).toBe(second.layer);
});

test("an update locks what the tag is now, and nothing else does", async () => {
  await lockFirst();
  await engine.pullImage(base());
  const kept = await sti("lock");
  expect(kept.stdout).toContain("but the engine has");
  expect((await sti("lock", "--check")).exitCode).toBe(1);
  expect(await readLock()).toMatchObject({ [base()]: { digest: first.digest } });

  const unknown = await sti("lock", "--update", base().replace("base", "bse"));
  expect(unknown.exitCode).toBe(2);
  expect(unknown.stderr).toContain(`did you mean "${base()}"?`);

  const moved = await sti("lock", "--update", base());
  expect(moved.exitCode).toBe(0);
  expect(moved.stdout).toContain(`moved ${short(first.digest)} → ${short(second.digest)}`);
  expect(await readLock()).toMatchObject({ [base()]: { digest: second.digest, id: second.id } });
  expect(await sti("lock", "--check")).toMatchObject({ exitCode: 0 });
  expect(await sti("run", "--frozen")).toMatchObject({ exitCode: 0, stderr: "" });
});

test("results in a store are found by the locked base, whatever its tag is now, and not after an update", async () => {
  await lockFirst();
  const cache = { image: `${registry.address}/lock/store`, insecure: true };
  await configure({}, { cache });
  /** A user without records on an engine without images. */
  const fresh = async (user: string, ...args: string[]) => {
    await forget();
    const home = { XDG_CACHE_HOME: project.beside(user) };
    const { exitCode, stderr, stdout } = await stiWith(home, "run", "--frozen", ...args);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    return stdout;
  };
  expect(await fresh("one")).toContain("1 built");
  expect((await layers())?.[0]).toBe(first.layer);
  expect(await fresh("two", "--load", "none")).toContain("1 restored");
  expect(await engine.inspectImage(base())).toBeUndefined();
  expect(await fresh("two", "--load", "all")).toContain("1 restored");
  expect((await layers())?.[0]).toBe(first.layer);

  await forget();
  await engine.pullImage(base());
  expect(await sti("lock", "--update", base())).toMatchObject({ exitCode: 0 });
  expect(await fresh("three")).toContain("1 built");
  expect((await layers())?.[0]).toBe(second.layer);
  expect(await fresh("four", "--load", "all")).toContain("1 restored");
  expect((await layers())?.[0]).toBe(second.layer);
});

test("an image that is in no registry is locked by its id", async ({ skip }) => {
  if (!KNOWS_OWN_IMAGES) skip("every image has a digest here, so the registry is asked about each");
  await project.write({ "image/Dockerfile": `FROM ${LOCAL}\nCOPY file /\n` });
  await engine.tagImage("debian:bookworm-slim", LOCAL);
  const debian = (await engine.inspectImage("debian:bookworm-slim"))?.id;
  const unlocked = await sti("run", "--frozen");
  expect(unlocked.stderr).toContain("sti.lock not found (required by --frozen)");
  expect(unlocked.exitCode).toBe(2);

  expect(await sti("lock", "--update")).toMatchObject({ exitCode: 0, stderr: "" });
  expect(await readLock()).toEqual({ [LOCAL]: { id: debian, platform: "linux/amd64" } });
  expect(await sti("run", "--frozen")).toMatchObject({ exitCode: 0, stderr: "" });

  await engine.pullImage(base());
  await engine.tagImage(second.id, LOCAL);
  expect((await sti("run", "--frozen")).stderr).toContain(`locked: ${debian} (linux/amd64)`);
  await engine.removeImage(LOCAL);
  const lost = await sti("run", "--frozen");
  expect(lost.exitCode).toBe(2);
  expect(lost.stderr).toContain("has no digest to pull it");
});

test("an image that is written with its digest is pulled once, and is not locked", async () => {
  const pinned = `${base()}@${first.digest}`;
  await project.write({ "image/Dockerfile": `FROM ${pinned}\nCOPY file /\n` });
  expect((await sti("lock")).stdout).toContain("the config uses no images from elsewhere");
  expect((await sti("plan")).stdout).toContain(`pulls ${pinned} first`);
  expect(await sti("run", "--frozen")).toMatchObject({ exitCode: 0, stderr: "" });
  expect((await layers())?.[0]).toBe(first.layer);
  const again = JSON.parse((await sti("plan", "--json")).stdout);
  expect(again.targets).toMatchObject([{ decision: { kind: "up-to-date" } }]);
});

test("an image that is not locked yet is refused where everything is frozen", async () => {
  await lockFirst();
  await engine.tagImage("debian:bookworm-slim", LOCAL);
  await project.write({ "image/Dockerfile": `FROM ${LOCAL}\nCOPY --from=${base()} content /\n` });
  const refused = await sti("run", "--frozen");
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toContain(`${LOCAL} is not in sti.lock`);
  const offline = await sti("plan", "--frozen", "--offline");
  expect(offline.exitCode).toBe(2);
  expect(offline.stdout).toContain(`! ${LOCAL} is not in sti.lock: sti lock adds it`);
  expect(await sti("run")).toMatchObject({ exitCode: 0, stderr: "" });

  const check = await sti("lock", "--check", "--json");
  expect(check.exitCode).toBe(1);
  expect(JSON.parse(check.stdout)).toMatchObject({
    upToDate: false,
    images: [{ change: "unchanged" }, { change: "added" }],
  });
  expect((await sti("lock")).stdout).toContain("sti.lock: 1 added · 1 unchanged");
  await project.write({ "image/Dockerfile": `FROM ${LOCAL}\nCOPY file /\n` });
  expect((await sti("lock")).stdout).toContain("removed: nothing uses it");
  expect(Object.keys(await readLock())).toEqual([LOCAL]);
});

test("a lock file that was not merged is refused with its place", async () => {
  await project.write({ "sti.lock": '{\n  "schemaVersion": 1,\n<<<<<<< HEAD\n  "images": {}\n' });
  for (const command of ["run", "plan", "lock"]) {
    const refused = await sti(command);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain("merge conflict");
    expect(refused.stderr).toContain("sti.lock:3:1");
  }
});

test("a pull that fails or is interrupted writes no lock file", async () => {
  const [unknown, silent] = await Promise.all([startFakeRegistry("unknown"), startFakeRegistry("silent")]);
  onTestFinished(unknown.close);
  onTestFinished(silent.close);
  await project.write({ "image/Dockerfile": `FROM ${unknown.address}/lock/base:1\n` });
  const failed = await sti("lock");
  expect(failed.exitCode).toBe(4);
  expect(failed.stderr).toContain("cannot be pulled: not found in the registry\n  sti.config.json:1:");

  await project.write({ "image/Dockerfile": `FROM ${silent.address}/lock/base:1\n` });
  const stopped = await runSti(["lock"], {
    cwd: project.folder,
    env: { DOCKER_CONFIG: "/nonexistent" },
    ...whenPrinted("pulling ", (kill) => kill("SIGINT")),
  });
  expect(stopped.exitCode).toBe(130);
  expect((await readdir(project.folder)).sort()).toEqual(["image", "sti.config.json"]);
});

interface Published {
  readonly id: string;
  readonly digest: string;
  /** Digest of its only layer. */
  readonly layer: string | undefined;
}

async function publish(): Promise<Published> {
  const id = await engine.buildImage({
    context: packFiles([
      { path: "content", content: randomUUID() },
      { path: "Dockerfile", content: "FROM scratch\nCOPY content /\n" },
    ]),
    dockerfile: "Dockerfile",
    buildArgs: {},
    labels: {},
    noCache: false,
    onOutput: () => {},
  });
  await engine.tagImage(id, base());
  const digest = await engine.pushImage(base());
  if (digest === undefined) throw new Error("the engine names no digest of what it pushed");
  return { id, digest, layer: (await engine.inspectImage(id))?.layers[0] };
}

/** `more`: fields of the entry; `beside`: of the config. */
async function configure(
  more: Record<string, unknown> = {},
  beside: Record<string, unknown> = {},
): Promise<void> {
  const image = { context: "image", tag: "sti-e2e-lock/image:1", ...more };
  await project.write({ "sti.config.json": JSON.stringify({ ...beside, images: { image } }) });
}

/** Removes a test's leftovers from the engine. */
async function forget(): Promise<void> {
  for (const { tags, digests } of await engine.listImages()) {
    for (const name of [...tags, ...digests].filter((one) => /\/lock\/base|^sti-e2e-lock\//.test(one))) {
      await callEngine(endpoint, "DELETE", `/images/${name}?force=1`);
    }
  }
}

async function stiWith(env: Record<string, string>, ...args: string[]) {
  return await runSti(args, {
    cwd: project.folder,
    env: { DOCKER_CONFIG: "/nonexistent", ...env },
  });
}

async function readLock(): Promise<Record<string, unknown>> {
  const lock = JSON.parse(await readFile(join(project.folder, "sti.lock"), "utf8"));
  return lock.images;
}

/** A lock file that has the first image, on an engine that has neither. */
async function lockFirst(): Promise<void> {
  await engine.pullImage(`${repository()}@${first.digest}`);
  await engine.tagImage(first.id, base());
  expect(await sti("lock")).toMatchObject({ exitCode: 0, stderr: "" });
  await forget();
}

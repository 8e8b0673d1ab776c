import { randomUUID } from "node:crypto";
import { proxyTo, withEngine } from "@sti/testing/e2e";
import { callEngine } from "@sti/testing/engine-api";
import { CACHES_SOURCES } from "@sti/testing/engine-methods";
import { listHoldings } from "@sti/testing/leftovers";
import { type CliRun, runSti, whenPrinted } from "@sti/testing/run-cli";
import { watchSti } from "@sti/testing/watch-cli";
import type { Workspace } from "@sti/testing/workspace";
import { afterEach, beforeAll, describe, test as everyTest, expect, vi } from "vitest";
import { createProject } from "../create-project.ts";
import { EDITS, FILES, TAMPERINGS } from "./source-caches.fixtures.ts";

const test = everyTest.runIf(CACHES_SOURCES);
const REPOSITORY = "sti-e2e-kept";
const BUILDERS = ["builder", "runtime"];
const { config, endpoint, image, removeImages } = await withEngine(REPOSITORY, {
  removes: "test",
  keeps: BUILDERS,
});
// So that caches of other tests are not missed after the clean-up of one of these.
beforeAll(() => clean());
afterEach(() => clean());

const configOf = (apps: Readonly<Record<string, object>>) => {
  const ofFolder = Object.entries(apps).map(([name, app]) => [name, { source: "app", ...app }]);
  const more = { defaults: { method: "container" }, images: { builder: {}, runtime: {} } };
  return config(Object.fromEntries(ofFolder), more);
};

const start = async (app: object = {}, files: Readonly<Record<string, string>> = {}) =>
  await createProject({
    ...FILES,
    // Otherwise the image of one project is the result of the next one, too.
    "sti.config.json": configOf({ app: { incremental: false, labels: { project: randomUUID() }, ...app } }),
    ...files,
  });

/** A CI does not keep sources. */
const SENDS_ALL = { CI: "1" };
const run = (
  project: Workspace,
  args: readonly string[] = [],
  env: Record<string, string | undefined> = {},
) => runSti(["run", "-v", ...(args.length === 0 ? ["app"] : args)], { cwd: project.folder, env });

test("after any edit prepare finds what it finds when all is sent, and nothing of an earlier build's doings", async () => {
  const project = await start();
  expect(read(await run(project))).toMatchObject({ fillsCache: true });
  const kept = await cacheVolume();
  for (const [what, edit] of EDITS) {
    await edit(project);
    const partial = read(await run(project));
    expect([what, partial.fillsCache, partial.sent]).toEqual([
      what,
      false,
      expect.stringMatching(/^send changed files \(\d+/),
    ]);
    const whole = read(await run(project, ["app", "--force"], SENDS_ALL));
    expect(whole.sent).toBe("send the source");
    expect([what, partial.tree]).toEqual([what, whole.tree]);
    expect(partial.tree.length).toBeGreaterThan(400);
  }
  expect(await cacheVolume()).toBe(kept);
  const branch = Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [`app/many/11/${index}`, "branch"]),
  );
  await project.write(branch);
  expect(read(await run(project))).toMatchObject({ fillsCache: true });
  expect(await cacheVolume()).not.toBe(kept);
});

describe.each([
  ["one image", {}],
  ["an extended build", { runtimeImage: `${REPOSITORY}/runtime` }],
])("in %s", (_, more) => {
  test("an incremental build gives changed files its own time, and only these, whatever is kept", async () => {
    const secrets = { token: { env: "TOKEN" } };
    const [project, other] = await Promise.all([
      start({ incremental: true, secrets, ...more }),
      start({ incremental: true, secrets, ...more }),
    ]);
    const twice = async (where: Workspace, env: Record<string, string | undefined>) => {
      const seen = [];
      for (const text of ["one", "two", "three", "two"]) {
        await where.write({ "app/text": text, [`app/many/1/${text}`]: text });
        if (text === "three") await where.remove("app/many/0/4");
        seen.push(read(await run(where, [], { ...env, TOKEN: "s3cret-value" })));
      }
      await removeImages(BUILDERS.map((name) => `${image(name)}:latest`));
      return seen;
    };
    const partials = await twice(project, {});
    const wholes = await twice(other, SENDS_ALL);
    for (const [index, partial] of partials.entries()) {
      expect(partial.tree).toEqual(wholes[index]?.tree);
      expect(partial.said).toEqual(wholes[index]?.said);
    }
    expect(partials.map(({ sent }) => sent?.startsWith("send changed files"))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(partials.at(-1)?.said).toEqual(["***", "true artifact"]);
    expect(partials.at(-1)?.tree.join("\n")).toContain("./text|f|0644|1001:7|now|");
  });
});

describe("a source cache that is not what it was is not used:", () => {
  const CHANGED = [expect.stringContaining("something else changed the source")];

  test("whatever somebody else changed in it", async () => {
    const project = await start();
    const first = read(await run(project));
    let kept = await cacheVolume();
    for (const [what, script] of TAMPERINGS) {
      // Each is done to the source cache that the build after the one before has made.
      await tamper(kept, script);
      await project.write({ "app/other": what });
      const next = read(await run(project));
      expect({ what, ...next }).toMatchObject({ what, fillsCache: true, warnings: CHANGED });
      expect([what, ...next.tree.filter((line) => !line.includes("other"))]).toEqual([what, ...first.tree]);
      expect(await cacheVolume()).not.toBe(kept);
      kept = await cacheVolume();
    }
    await project.write({ "app/other": "y" });
    expect(read(await run(project))).toMatchObject({ fillsCache: false, warnings: [] });
  });

  test("a line was added below a container that waits for the next build", async () => {
    const project = await start();
    const watch = watchSti(["app"], { cwd: project.folder });
    const treeOf = () =>
      watch
        .since()
        .flatMap((event) => (event.type === "target-output" ? [event.text] : []))
        .filter((line) => line.startsWith("tree ") && !/ \.?\/?(?:other|\.\|)/.test(line));
    const waiting = async () => {
      const filters = encodeURIComponent(JSON.stringify({ name: ["^/sti-build-"] }));
      const { body } = await callEngine(endpoint, "GET", `/containers/json?filters=${filters}`);
      expect(body).toHaveLength(1);
    };
    await watch.until("watch-settled");
    const first = treeOf();
    await vi.waitFor(waiting, 20_000);
    await tamper(await cacheVolume(), "echo more >> /x/tree/many/1/1");
    await project.write({ "app/other": "x" });
    const { message } = await watch.until("target-warning");
    expect(message).toContain("something else changed the source");
    await watch.until("watch-settled");
    expect(treeOf()).toEqual(first);
    await watch.stop();
  });

  test("it was pruned", async () => {
    const project = await start();
    read(await run(project));
    await pruneVolumes();
    const again = read(await run(project, ["app", "--force"]));
    expect(again).toMatchObject({ fillsCache: true, warnings: [] });
    expect(read(await run(project, ["app", "--force"]))).toMatchObject({ fillsCache: false });
  });

  test("it was made again under its name, with nothing in it", async () => {
    const project = await start();
    read(await run(project));
    const kept = await cacheVolume();
    await callEngine(endpoint, "DELETE", `/volumes/${kept}`);
    await callEngine(endpoint, "POST", "/volumes/create", { Name: kept });
    expect(read(await run(project, ["app", "--force"]))).toMatchObject({
      fillsCache: true,
      warnings: CHANGED,
    });
    await callEngine(endpoint, "DELETE", `/volumes/${kept}`);
  });

  test.each([1, 2])("its session was killed during upload %i", async (nth) => {
    const project = await start();
    await run(project, ["builder"]);
    const call = "PUT /containers/:id/archive";
    const delayed = { call, nth, fault: { kind: "delay", milliseconds: 60_000 } } as const;
    const proxy = await proxyTo(endpoint, [delayed]);
    const killed = runSti(["run", "-v", "app"], {
      cwd: project.folder,
      env: { DOCKER_HOST: proxy.host },
      ...whenPrinted("keep the source", (kill) => void proxy.seen(call, nth).then(() => kill("SIGKILL"))),
    });
    expect((await killed).exitCode).toBeNull();
    await proxy.close();
    const half = await cacheVolume();
    expect(read(await run(project))).toMatchObject({ fillsCache: true, warnings: [] });
    expect(await cacheVolume()).not.toBe(half);
    await project.write({ "app/text": "two" });
    expect(read(await run(project))).toMatchObject({ fillsCache: false });
  });
});

test("what a build has in use is not pruned, and its source cache outlives it", async () => {
  const project = await start();
  read(await run(project));
  const kept = await cacheVolume();
  await project.write({ "app/wait": "" });
  let held: Promise<readonly string[]> | undefined;
  const { exitCode } = await runSti(["run", "-v", "app"], {
    cwd: project.folder,
    ...whenPrinted("│ waiting", (kill) => {
      held = pruneVolumes().then(volumes);
      void held.finally(() => kill("SIGINT"));
    }),
  });
  expect(exitCode).toBe(130);
  expect((await held)?.filter((name) => name.startsWith("sti-build-"))).toHaveLength(4);
  expect(await cacheVolume()).toBe(kept);
  await project.remove("app/wait");
  await project.write({ "app/text": "after" });
  expect(read(await run(project))).toMatchObject({ fillsCache: false });
});

test("two sessions of one project and one of another, all at once, each build what they were given", async () => {
  const [project, other] = await Promise.all([start(), start()]);
  read(await run(project));
  read(await run(other));
  await project.write({ "app/text": "mine" });
  await other.write({ "app/text": "theirs" });
  const ended = await Promise.all([
    run(project, ["app", "--force"]),
    run(project, ["app", "--force"]),
    run(other, ["app", "--force"]),
  ]);
  const [one, two, third] = ended.map(read);
  for (const seen of [one, two, third]) expect(seen).toMatchObject({ fillsCache: false, warnings: [] });
  expect(one?.tree).toEqual(two?.tree);
  expect(third?.tree).not.toEqual(one?.tree);
  expect((await volumes()).filter((name) => name.startsWith("sti-source-"))).toHaveLength(2);
});

test("two sessions that keep the same source at once leave one", async () => {
  const project = await start();
  await run(project, ["builder"]);
  const ended = await Promise.all([run(project), run(project)]);
  for (const one of ended) expect(read(one).tree).toEqual(read(ended[0] as CliRun).tree);
  await project.write({ "app/text": "two" });
  expect(read(await run(project))).toMatchObject({ fillsCache: false });
  await cacheVolume();
});

test("the source of an app that is gone is dropped, of another project's app it is not", async () => {
  const project = await start();
  const other = await start();
  await project.write({ "sti.config.json": configOf({ app: {}, second: {} }) });
  const all = await run(project, ["app", "second"]);
  expect(all.exitCode).toBe(0);
  read(await run(other));
  const count = async () => (await volumes()).filter((name) => name.startsWith("sti-source-")).length;
  expect(await count()).toBe(3);
  await project.write({ "sti.config.json": configOf({ app: {} }) });
  expect((await run(project)).exitCode).toBe(0);
  expect(await count()).toBe(2);
  const { removed } = await clean();
  expect(removed.filter(({ kind }) => kind === "source").map(({ name }) => name)).toEqual(["app", "app"]);
  expect(await count()).toBe(0);
});

test("a failed build leaves the source cache and nothing else, and a clean one does without", async () => {
  const project = await start();
  read(await run(project));
  await project.write({ "app/fail": "" });
  expect(await run(project)).toMatchObject({ exitCode: 1 });
  await cacheVolume();
  await project.remove("app/fail");
  expect(read(await run(project, ["app", "--clean"])).sent).toBe("send the source");
  expect(read(await run(project, ["app", "--force"])).sent).toBe("send changed files (0, of 675)");
});

test("a plan says what would be sent", async () => {
  const project = await start();
  const plan = async (env: Record<string, string | undefined> = {}) =>
    (await runSti(["plan", "app"], { cwd: project.folder, env })).stdout;
  await run(project, ["builder"]);
  expect(await plan()).toMatch(/1\. keep the source in the engine\n.*\n.*send changed files \(0, of \d+\)/);
  read(await run(project));
  await project.write({ "app/text": "two" });
  expect(await plan()).toContain("send changed files (1, of 675)");
  expect(await plan(SENDS_ALL)).toContain("send the source");
  const json = await runSti(["plan", "app", "--json"], { cwd: project.folder });
  expect(JSON.parse(json.stdout).targets.at(-1).steps[1]).toMatchObject({
    kind: "upload-source",
    changes: { changed: 1, removed: [], base: { volume: await cacheVolume() } },
  });
});

test.each([
  [
    "without a working find",
    "RUN printf '#!/bin/sh\\nexit 127\\n' > /usr/local/bin/find && chmod +x /usr/local/bin/find\n",
    "the build image cannot check a kept one",
  ],
])("a build image %s is sent all, and the next build knows", async (_, more, note) => {
  const dockerfile = FILES["builder/Dockerfile"].replace("USER", `${more}USER`);
  const prepare = FILES["builder/prepare"].replaceAll("find .", "/usr/bin/find .");
  const project = await start({}, { "builder/Dockerfile": dockerfile, "builder/prepare": prepare });
  const first = read(await run(project));
  expect(first).toMatchObject({ sent: `send the source (${note})`, warnings: [] });
  const second = read(await run(project, ["app", "--force"]));
  expect(second).toMatchObject({ fillsCache: false, sent: `send the source (${note})`, warnings: [] });
  expect(second.tree).toEqual(first.tree);
  expect((await volumes()).filter((name) => name.startsWith("sti-source-"))).toEqual([]);
});

test("an engine that cannot mount overlays is sent all, and not asked again", async () => {
  const project = await start();
  await run(project, ["builder"]);
  const message = "error while mounting volume: failed to mount local volume: invalid argument";
  const fault = { kind: "replace", status: 500, body: JSON.stringify({ message }) } as const;
  const refused = { call: "PUT /containers/:id/archive", nth: 3, fault };
  const proxy = await proxyTo(endpoint, [refused]);
  const env = { DOCKER_HOST: proxy.host };
  const note = "send the source (the engine could not mount one)";
  expect(read(await run(project, [], env))).toMatchObject({ sent: note, warnings: [] });
  expect(read(await run(project, ["app", "--force"], env))).toMatchObject({ fillsCache: false, sent: note });
});

/** Transfer of the source, and prepare's view of it. Times of the build are called "now". */
function read({ exitCode, stderr, stdout }: CliRun) {
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  const titles = [...stdout.matchAll(/▸ (send .*)/g)].map((match) => match[1]);
  const lines = (start: string) =>
    stdout.split("\n").flatMap((line) => (line.startsWith(start) ? [line.slice(start.length)] : []));
  return {
    // Transfers to the other stages have no other title.
    sent: titles.findLast((title) => title !== "send the source") ?? titles[0],
    fillsCache: stdout.includes("▸ keep the source"),
    tree: lines("app │ tree ").map((line) => line.replace(/\|1[6-9]\d{8}\.\d+\|/, "|now|")),
    said: [...lines("app │ secret "), ...lines("app │ incremental ")],
    warnings: lines("! app  "),
  };
}

async function volumes(): Promise<readonly string[]> {
  return (await listHoldings(endpoint)).volumes;
}

/** The volume that keeps the source of the only app there is. */
async function cacheVolume(): Promise<string> {
  const kept = (await volumes()).filter((name) => name.startsWith("sti-source-"));
  expect(kept).toHaveLength(1);
  return kept[0] as string;
}

/** Changes a volume from a foreign container. */
async function tamper(volume: string, script: string): Promise<void> {
  const { body } = await callEngine(endpoint, "POST", "/containers/create", {
    Image: "debian:bookworm-slim",
    Cmd: ["/bin/sh", "-ec", script],
    HostConfig: { Mounts: [{ Type: "volume", Source: volume, Target: "/x" }] },
  });
  const { Id: id } = body as { readonly Id: string };
  await callEngine(endpoint, "POST", `/containers/${id}/start`);
  const { body: ended } = await callEngine(endpoint, "POST", `/containers/${id}/wait`);
  await callEngine(endpoint, "DELETE", `/containers/${id}?v=1`);
  expect(ended).toMatchObject({ StatusCode: 0 });
}

/** As people do: before version 23 an engine removes named ones, too, later only on request. */
async function pruneVolumes(): Promise<void> {
  await callEngine(endpoint, "POST", `/volumes/prune?filters=${encodeURIComponent('{"all":["1"]}')}`);
  await callEngine(endpoint, "POST", "/volumes/prune");
}

async function clean() {
  const { exitCode, stdout } = await runSti(["clean", "--caches", "--json"]);
  expect(exitCode).toBe(0);
  return JSON.parse(stdout) as {
    readonly removed: readonly { readonly kind: string; readonly name: string }[];
  };
}

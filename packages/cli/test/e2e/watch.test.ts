import { execFileSync, spawn } from "node:child_process";
import { rename, rm, utimes } from "node:fs/promises";
import { join } from "node:path";
import type { SessionEvent } from "@sti/core";
import { copyingScripts, imageFolder, withEngine } from "@sti/testing/e2e";
import { callEngine } from "@sti/testing/engine-api";
import { A_METHOD, METHODS } from "@sti/testing/engine-methods";
import { startFaultProxy } from "@sti/testing/fault-proxy";
import { localSocket } from "@sti/testing/local-request";
import { runSti } from "@sti/testing/run-cli";
import { type CliWatch, watchSti } from "@sti/testing/watch-cli";
import type { Workspace } from "@sti/testing/workspace";
import { beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { createProject } from "../create-project.ts";

const REPOSITORY = "sti-e2e-watch";
const { config: configWith, endpoint, image, imageId } = await withEngine(REPOSITORY);
// One test removes all caches: those of other tests must not be missed after it.
beforeAll(() => runSti(["clean", "--caches"]));
const BIN = new URL("../../bin/sti.cjs", import.meta.url).pathname;

/** A builder whose prepare does what files in the source ask for. */
const FILES = {
  ...imageFolder(
    "builder",
    copyingScripts(
      "if [ -e /srv/app/fail ]; then echo the reason >&2; exit 7; fi",
      "if [ -e /srv/app/wait ]; then trap '' TERM INT; echo waiting; sleep 60; exit 1; fi",
    ),
  ),
  "web/text": "web",
  "api/text": "api",
};
const APPS: Readonly<Record<string, object>> = {
  web: {},
  api: {},
  shop: { source: "api", buildImage: image("web") },
};
const configOf = (apps = APPS, method: string = A_METHOD) => configWith(apps, { defaults: { method } });

async function start(
  args: readonly string[] = [],
  { files = {}, env = {} }: { files?: Record<string, string>; env?: Record<string, string> } = {},
): Promise<{ readonly project: Workspace; readonly watch: CliWatch }> {
  const project = await createProject({ ...FILES, "sti.config.json": configOf(), ...files });
  const watch = watchSti(args, { cwd: project.folder, env });
  await watch.until("watch-settled");
  return { project, watch };
}

async function stop(watch: CliWatch): Promise<void> {
  expect(await watch.stop()).toMatchObject({ exitCode: 130 });
  expect(watch.events.at(-1)?.type).toBe("session-finished");
}

describe.each(METHODS)("sti watch by method %s", (method) => {
  const config = { "sti.config.json": configOf(APPS, method) };

  test("brings everything up to date, then builds what is edited and what needs it", async () => {
    const { project, watch } = await start([], { files: config });
    expect([await textOf("web"), await textOf("shop")]).toEqual(["web", "api"]);
    await project.write({ "web/text": "web 2" });
    const idle = await watch.until("watch-settled");
    expect(idle).toMatchObject({ changed: ["web", "shop"], failed: [] });
    expect(countStarts(watch.since())).toEqual({ web: 1, shop: 1 });
    expect(await textOf("web")).toBe("web 2");
    await stop(watch);
  });

  test("cancels a build whose source changes, and builds what it is then", async () => {
    const { project, watch } = await start([], { files: config });
    await project.write({ "api/wait": "", "api/text": "api 2" });
    await watch.until("target-output", ({ target, text }) => target === "api" && text === "waiting");
    await project.remove("api/wait");
    await watch.until("watch-settled");
    expect(await textOf("api")).toBe("api 2");
    await stop(watch);
  });

  test("ends a build whose source is as it was before, and keeps the image", async () => {
    const { project, watch } = await start(["api"], { files: config });
    const earlier = await imageId("api");
    await project.write({ "api/wait": "" });
    await watch.until("target-output", ({ text }) => text === "waiting");
    await project.remove("api/wait");
    expect(await watch.until("watch-settled")).toMatchObject({ changed: [], failed: [] });
    expect(countStarts(watch.since())).toEqual({});
    expect(await imageId("api")).toBe(earlier);
    await stop(watch);
  });

  test("stops in the midst of a build on Ctrl-C, and leaves nothing", async () => {
    const { project, watch } = await start(["web"], { files: config });
    await project.write({ "web/wait": "" });
    await watch.until("target-output", ({ text }) => text === "waiting");
    await stop(watch);
  });
});

test("with --on-busy queue a build may end, and the target is built once more", async () => {
  const { prepare } = copyingScripts('if [ "$(cat /srv/app/text)" = slow ]; then echo waiting; sleep 3; fi');
  const { project, watch } = await start(["api", "--on-busy", "queue"], {
    files: { "builder/prepare": prepare },
  });
  await project.write({ "api/text": "slow" });
  await watch.until("target-output", ({ text }) => text === "waiting");
  await project.write({ "api/text": "last" });
  await watch.until("watch-settled");
  const finished = watch.events.filter((event) => event.type === "target-finished" && event.target === "api");
  expect(finished.map((event) => "outcome" in event && event.outcome)).toEqual(["built", "built", "built"]);
  expect(await textOf("api")).toBe("last");
  await stop(watch);
});

test("builds two apps that change at once, each once, and nothing else", async () => {
  const { project, watch } = await start(["web", "api"]);
  await Promise.all([project.write({ "web/text": "w" }), project.write({ "api/text": "a" })]);
  expect(await watch.until("watch-settled")).toMatchObject({ changed: ["web", "api"] });
  expect(countStarts(watch.since())).toEqual({ web: 1, api: 1 });
  await stop(watch);
});

test("only content counts: what is touched or saved as it was is not built", async () => {
  const { project, watch } = await start(["web", "api"]);
  await utimes(join(project.folder, "web/text"), new Date(), new Date());
  await watch.until("watch-settled");
  expect(countStarts(watch.since())).toEqual({});
  await project.write({ "web/text": "web" });
  await project.write({ "api/text": "a" });
  await watch.until("watch-settled", ({ changed }) => changed.includes("api"));
  expect(countStarts(watch.since())).toEqual({ api: 1 });
  await stop(watch);
});

test("builds everything above a builder whose Dockerfile is edited, each once", async () => {
  const { project, watch } = await start();
  await project.write({ "builder/Dockerfile": `${FILES["builder/Dockerfile"]}RUN touch /edited\n` });
  const idle = await watch.until("watch-settled", ({ changed }) => changed.length > 0);
  expect(idle.changed).toEqual(["builder", "web", "api", "shop"]);
  expect(countStarts(watch.since())).toEqual({ builder: 1, web: 1, api: 1, shop: 1 });
  await stop(watch);
});

test("keeps the last good config while it is broken, and takes it up again when it is fixed", async () => {
  const { project, watch } = await start(["web"]);
  await project.write({ "sti.config.json": '{ "apps": ' });
  const broken = await watch.until("config-broken");
  expect(broken.failures).toMatchObject([
    { code: "config-syntax", location: { file: join(project.folder, "sti.config.json"), line: 1 } },
  ]);
  await project.write({ "web/text": "while broken" });
  await watch.until("watch-settled", ({ changed }) => changed.includes("web"));
  await project.write({ "sti.config.json": configOf({ ...APPS, web: { ...APPS.web, labels: { a: "b" } } }) });
  expect(await watch.until("config-reloaded")).toMatchObject({ changed: ["web"] });
  expect(await watch.until("watch-settled")).toMatchObject({ changed: ["web"] });
  await stop(watch);
});

test("an import that is missing, then there, and edited, is part of the config", async () => {
  const project = await createProject({ ...FILES, "sti.config.ts": `export default ${configOf()};` });
  const watch = watchSti(["web"], { cwd: project.folder });
  await watch.until("watch-settled");
  const labelled = configOf({ web: { ...APPS.web, labels: {} } }).replace('"labels":{}', "labels");
  await project.write({
    "sti.config.ts": `import { labels } from "./labels.ts";\nexport default ${labelled};`,
  });
  await watch.until("config-broken");
  await project.write({ "labels.ts": 'export const labels = { a: "1" };' });
  expect(await watch.until("config-reloaded")).toMatchObject({ changed: ["web"] });
  await watch.until("watch-settled");
  await project.write({ "labels.ts": 'export const labels = { a: "2" };' });
  expect(await watch.until("config-reloaded")).toMatchObject({ changed: ["web"] });
  await watch.until("watch-settled");
  await stop(watch);
});

test("builds an app that is added, and leaves one alone that is removed while it is built", async () => {
  const { project, watch } = await start();
  await project.write({
    "docs/text": "docs",
    "sti.config.json": configOf({ ...APPS, docs: {} }),
  });
  expect(await watch.until("config-reloaded")).toMatchObject({ added: ["docs"], removed: [], changed: [] });
  expect(await watch.until("watch-settled")).toMatchObject({ changed: ["docs"] });
  expect(countStarts(watch.since())).toEqual({ docs: 1 });
  const earlier = await imageId("docs");

  await project.write({ "docs/wait": "" });
  await watch.until("target-output", ({ text }) => text === "waiting");
  await project.write({ "sti.config.json": configOf() });
  expect(await watch.until("config-reloaded")).toMatchObject({ removed: ["docs"] });
  expect(await watch.until("target-finished")).toMatchObject({ target: "docs", outcome: "cancelled" });
  await project.write({ "docs/text": "nobody looks", "api/text": "api 3" });
  await watch.until("watch-settled", ({ changed }) => changed.includes("api"));
  expect(countStarts(watch.since()).docs).toBeUndefined();
  expect(await imageId("docs")).toBe(earlier);
  await stop(watch);
});

test("builds an app that is added once its source can be read", async () => {
  const { project, watch } = await start();
  const docs = { source: "docs.zip" };
  await project.write({
    "docs.zip": "PK\u0003\u0004 no archive",
    "sti.config.json": configOf({ ...APPS, docs }),
  });
  expect(await watch.until("config-broken")).toMatchObject({ failures: [{ code: "archive-invalid" }] });
  await project.write({ "docs/text": "of an archive" });
  execFileSync("tar", ["-cf", "docs.zip", "text"], { cwd: join(project.folder, "docs") });
  await rename(join(project.folder, "docs/docs.zip"), join(project.folder, "docs.zip"));
  expect(await watch.until("config-reloaded")).toMatchObject({ added: ["docs"] });
  await watch.until("watch-settled", ({ changed }) => changed.includes("docs"));
  expect(await textOf("docs")).toBe("of an archive");
  await stop(watch);
});

test("a source that is deleted fails, and is built when it is there again, also when it was replaced", async () => {
  const { project, watch } = await start(["web"]);
  await rename(join(project.folder, "web"), join(project.folder, "web.old"));
  await watch.until("target-finished", ({ outcome }) => outcome === "failed");
  await project.write({ "web/text": "made anew" });
  await watch.until("watch-settled", ({ changed }) => changed.includes("web"));
  expect(await textOf("web")).toBe("made anew");

  await rm(join(project.folder, "web"), { recursive: true });
  await project.write({ "web/text": "replaced at once" });
  await watch.until("watch-settled", ({ changed }) => changed.includes("web"));
  await project.write({ "web/text": "still watched" });
  await watch.until("watch-settled", ({ changed }) => changed.includes("web"));
  expect(await textOf("web")).toBe("still watched");
  await stop(watch);
});

test("a checkout of a branch with thousands of files builds each app that differs once", async () => {
  const project = await createProject({ ...FILES, "sti.config.json": configOf(), ".gitignore": ".sti\n" });
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], {
      cwd: project.folder,
      stdio: "pipe",
    });
  const many = (content: string) =>
    Object.fromEntries(
      ["web", "api"].flatMap((app) =>
        Array.from({ length: 1000 }, (_, index) => [`${app}/lib/${index % 50}/file-${index}`, content]),
      ),
    );
  await project.write(many("one"));
  git("init", "-q", "-b", "main");
  git("add", ".");
  git("commit", "-qm", "one");
  git("checkout", "-qb", "other");
  await project.write(many("two"));
  git("commit", "-qam", "two");
  // A busy machine may rest in the midst of a checkout.
  const watch = watchSti(["web", "api", "--debounce", "1000"], { cwd: project.folder });
  await watch.until("watch-settled");
  const before = watch.events.length;
  git("checkout", "-q", "main");
  expect(await watch.until("watch-settled")).toMatchObject({ changed: ["web", "api"] });
  expect(countStarts(watch.events.slice(before))).toEqual({ web: 1, api: 1 });
  await stop(watch);
  // Removes the engine's caches of large sources.
  await runSti(["clean", "--caches"], { cwd: project.folder });
});

test("a failing script is not run again before something of it changes", async () => {
  const { project, watch } = await start(["web", "api"]);
  await project.write({ "web/fail": "" });
  expect(await watch.until("watch-settled")).toMatchObject({ failed: ["web"] });
  await project.write({ "api/text": "another" });
  expect(await watch.until("watch-settled")).toMatchObject({ changed: ["api"], failed: ["web"] });
  expect(countStarts(watch.since())).toEqual({ api: 1 });
  await project.remove("web/fail");
  expect(await watch.until("watch-settled")).toMatchObject({ failed: [] });
  await stop(watch);
});

test("waits for an engine that goes away, and builds what changed meanwhile", async () => {
  const project = await createProject({ ...FILES, "sti.config.json": configOf() });
  const socket = join(project.folder, "engine.sock");
  const options = { target: localSocket(endpoint), socket };
  const proxy = await startFaultProxy(options);
  const watch = watchSti(["web"], { cwd: project.folder, env: { DOCKER_HOST: proxy.host } });
  await watch.until("watch-settled");
  await proxy.close();
  await project.write({ "web/text": "while it was away" });
  await watch.until("engine-lost");
  const again = await startFaultProxy(options);
  onTestFinished(() => again.close());
  await watch.until("engine-back");
  await watch.until("watch-settled", ({ changed }) => changed.includes("web"));
  expect(await textOf("web")).toBe("while it was away");
  await stop(watch);
});

test("runs a command after each change with the names of what is new", async () => {
  const { project, watch } = await start(["web", "api", "--exec", 'echo "new: $STI_CHANGED"; exit 3']);
  await watch.until("command-finished");
  await project.write({ "web/text": "for the command" });
  expect(await watch.until("command-output")).toMatchObject({ text: "new: web" });
  expect(await watch.until("command-finished")).toMatchObject({ exitCode: 3 });
  await stop(watch);
});

test("ends when nobody reads its output any more", async () => {
  const project = await createProject({ ...FILES, "sti.config.json": configOf() });
  const child = spawn(process.execPath, [BIN, "watch", "web"], {
    cwd: project.folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await new Promise((resolve) => child.stdout.once("data", resolve));
  child.stdout.destroy();
  const ended = new Promise((resolve) => child.once("exit", resolve));
  await vi.waitFor(
    async () => {
      await project.write({ "web/text": `${Math.random()}` });
      expect(child.exitCode).not.toBeNull();
    },
    { timeout: 60_000, interval: 500 },
  );
  expect(await ended).toBe(0);
});

test("leaves nothing when its terminal is closed", async () => {
  const project = await createProject({ ...FILES, "sti.config.json": configOf(), "web/wait": "" });
  // It gives sti a terminal, which is gone when it is killed.
  const terminal = spawn("script", ["-qc", `${process.execPath} ${BIN} watch web`, "/dev/null"], {
    cwd: project.folder,
    stdio: ["pipe", "pipe", "inherit"],
  });
  let shown = "";
  await new Promise<void>((resolve, reject) => {
    terminal.once("exit", () => reject(new Error(shown)));
    terminal.stdout.on("data", (data: Buffer) => {
      shown += data.toString();
      if (shown.includes("/usr/bin/prepare on")) resolve();
    });
  });
  const children = execFileSync("ps", ["-o", "pid=", "--ppid", String(terminal.pid)]).toString();
  const sti = Number(children.trim());
  expect(sti).toBeGreaterThan(0);
  terminal.kill("SIGKILL");
  await vi.waitFor(() => expect(() => process.kill(sti, 0)).toThrow("ESRCH"), 30_000);
});

/** Content of the file "text" in an app's image. */
async function textOf(name: string): Promise<string> {
  const created = await callEngine(endpoint, "POST", "/containers/create", { Image: image(name) });
  const { Id } = created.body as { readonly Id: string };
  try {
    await callEngine(endpoint, "POST", `/containers/${Id}/start`);
    await callEngine(endpoint, "POST", `/containers/${Id}/wait`);
    const { body } = await callEngine(endpoint, "GET", `/containers/${Id}/logs?stdout=1`);
    return String(body)
      .replaceAll(/[^ -~]/g, "")
      .trim();
  } finally {
    await callEngine(endpoint, "DELETE", `/containers/${Id}?force=1&v=1`);
  }
}

/** Number of starts of each target. */
function countStarts(events: readonly SessionEvent[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const event of events) {
    if (event.type === "target-started") counts[event.target] = (counts[event.target] ?? 0) + 1;
  }
  return counts;
}

// `sti watch --run` as a user has it: containers that answer, take turns, and are gone in the end.
import { join } from "node:path";
import { askPort } from "@sti/testing/ask-port";
import { imageFolder, withEngine } from "@sti/testing/e2e";
import { A_METHOD } from "@sti/testing/engine-methods";
import { listHoldings } from "@sti/testing/leftovers";
import { type CliRun, runSti } from "@sti/testing/run-cli";
import { createWorkspace, type Workspace } from "@sti/testing/workspace";
import { beforeEach, expect, test } from "vitest";
import { type RunWatch, server, watchAndRun } from "./dev.fixtures.ts";

const { config: configOf, endpoint, leftovers } = await withEngine("sti-e2e-dev", { removes: "test" });

let project: Workspace;
const watch = (...args: readonly string[]) => watchAndRun(project.folder, ...args);
beforeEach(async () => {
  project = await createWorkspace({ ...FILES, "sti.config.json": configOf(apps()) });
});

const apps = (mode = "dev") => ({
  api: {
    method: A_METHOD,
    dev: {
      ports: ["127.0.0.1::8000"],
      env: { MODE: mode },
      probe: { http: "/", interval: "50ms" },
      sync: [{ from: "public", to: "/srv/public" }],
    },
  },
  worker: {},
});

const FILES = {
  ...imageFolder("builder", {
    prepare:
      "#!/bin/sh\nset -e\nmkdir -p /srv\ncp -R /tmp/src/. /srv/\nif [ -e /srv/broken ]; then echo cannot >&2; exit 1; fi\n",
    run: "#!/bin/sh\nexec perl /srv/server.pl\n",
  }),
  "api/server.pl": server("one"),
  "api/public/page": "first",
  "worker/server.pl": "$| = 1; $SIG{TERM} = sub { exit 0 }; print qq(working\\n); sleep 1 while 1;\n",
};

test("a rebuilt app takes over at the same port while every request is answered, and all is gone after Ctrl-C", async () => {
  const watching = watch();
  const port = await portOf(watching);
  await watching.until("container-up", "worker");
  expect(await askPort(port)).toBe("one first");
  const answers: string[] = [];
  let isOver = false;
  const asking = (async () => {
    while (!isOver) answers.push(await askPort(port));
  })();
  const at = watching.events().length;
  await project.write({ "api/server.pl": server("two") });
  await watching.until("container-stopped", "api", at);
  isOver = true;
  await asking;
  expect(new Set(answers)).toEqual(new Set(["one first", "two first"]));
  expect(await askPort(port)).toBe("two first");
  expect(watching.events().filter(({ type }) => type === "container-output")).toEqual([
    expect.objectContaining({ text: expect.stringMatching(/one listens with dev|working/) }),
    expect.objectContaining({ text: expect.stringMatching(/one listens with dev|working/) }),
    expect.objectContaining({ target: "api", text: "two listens with dev", stream: "stdout" }),
  ]);
  expect((await stop(watching)).exitCode).toBe(130);
});

test("a build that fails, and a container that dies at its start, leave the old one answering", async () => {
  const watching = watch("api");
  const port = await portOf(watching);
  let at = watching.events().length;
  await project.write({ "api/broken": "" });
  expect((await watching.until("target-finished", "api", at)).outcome).toBe("failed");
  expect(await askPort(port)).toBe("one first");
  await project.remove("api/broken");
  at = watching.events().length;
  await project.write({ "api/server.pl": "die qq(no database\\n);\n" });
  const failure = await watching.until("container-failed", "api", at);
  expect(failure).toMatchObject({ exitCode: 255, lastLines: ["no database"] });
  expect(failure.remaining).toBeDefined();
  expect(await askPort(port)).toBe("one first");
  at = watching.events().length;
  await project.write({ "api/server.pl": server("three") });
  await watching.until("container-up", "api", at);
  expect(await askPort(port)).toBe("three first");
  expect(watching.events().some((event) => "target" in event && event.target === "worker")).toBe(false);
  await stop(watching);
});

test("a file of a synced place is served without a rebuild, and the next image has it", async () => {
  const watching = watch("api");
  const port = await portOf(watching);
  await watching.until("watch-settled");
  const at = watching.events().length;
  await project.write({ "api/public/page": "second" });
  expect(await watching.until("files-synced", "api", at)).toMatchObject({ paths: ["public/page"], count: 1 });
  expect(await askPort(port)).toBe("one second");
  await project.write({ "api/public/page": "third", "api/server.pl": server("two") });
  await watching.until("container-up", "api", at);
  expect(await askPort(port)).toBe("two third");
  const seen = watching.events().slice(at);
  expect(seen.filter(({ type }) => type === "target-started")).toHaveLength(1);
  expect(seen.filter(({ type }) => type === "files-synced")).toHaveLength(1);
  await stop(watching);
});

test("another way to run it starts another container of the same image", async () => {
  const watching = watch("api");
  const port = await portOf(watching);
  const first = await watching.until("container-started", "api");
  await watching.until("watch-settled");
  const at = watching.events().length;
  await project.write({ "sti.config.json": configOf(apps("debug")) });
  const second = await watching.until("container-started", "api", at);
  expect(second.imageId).toBe(first.imageId);
  await watching.until("container-up", "api", at);
  expect(await askPort(port)).toBe("one first");
  expect(watching.events().at(-1)).toBeDefined();
  const lines = watching.events().flatMap((event) => (event.type === "container-output" ? [event.text] : []));
  expect(lines).toContain("one listens with debug");
  await stop(watching);
});

test("an app that the config does not have any more is stopped", async () => {
  const watching = watch();
  await portOf(watching);
  await watching.until("container-up", "worker");
  await watching.until("watch-settled");
  const { api } = apps();
  await project.write({ "sti.config.json": configOf({ api }) });
  await watching.until("container-stopped", "worker");
  await stop(watching, "SIGTERM");
});

test("what a killed watch left running is removed by the next command", async () => {
  const watching = watch("api");
  await portOf(watching);
  watching.kill("SIGKILL");
  await watching.ended.catch(() => {});
  expect((await listHoldings(endpoint)).containers).not.toEqual(leftovers.before().containers);
  expect((await runSti(["run", "api"], { cwd: project.folder })).exitCode).toBe(0);
  expect((await listHoldings(endpoint)).containers).toEqual(leftovers.before().containers);
});

test("in a pipe what containers print has the app's name before it", async () => {
  const lines: string[] = [];
  const { exitCode } = await runSti(["watch", "--run", "worker", "--reporter", "plain"], {
    cwd: project.folder,
    onOutput: (output, kill) => {
      lines.splice(0, lines.length, ...output.split("\n"));
      if (output.includes("working\n") && output.includes("up after")) kill("SIGINT");
    },
  });
  expect(exitCode).toBe(130);
  expect(lines.join("\n")).toMatch(/worker │ working/);
});

test("two apps that want one port are refused with the place", async () => {
  const { api, worker } = apps();
  const dev = { ports: ["8080:8000"] };
  await project.write({ "sti.config.json": configOf({ api: { ...api, dev }, worker: { ...worker, dev } }) });
  const { exitCode, stderr } = await runSti(["watch", "--run"], { cwd: project.folder });
  expect(exitCode).toBe(2);
  expect(stderr).toContain("publishes port 8080, which api publishes too");
  expect(stderr).toContain(`${join("sti.config.json")}:`);
});

async function stop(watching: RunWatch, signal: NodeJS.Signals = "SIGINT"): Promise<CliRun> {
  watching.kill(signal);
  return await watching.ended;
}

async function portOf(watching: RunWatch): Promise<number> {
  const started = await watching.until("container-started", "api");
  await watching.until("container-up", "api");
  return started.ports[0]?.hostPort ?? 0;
}

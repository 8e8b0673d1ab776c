// `sti watch --run` as a user has it: containers that answer, take turns, and are gone in the end.
import { get } from "node:http";
import { join } from "node:path";
import type { SessionEvent } from "@sti/core";
import { resolveEndpoint } from "@sti/engine-docker/endpoint";
import { callEngine } from "@sti/testing/engine-api";
import { expectNoLeftovers, type Holdings, listHoldings } from "@sti/testing/leftovers";
import { type CliRun, runSti } from "@sti/testing/run-cli";
import { createWorkspace, type Workspace } from "@sti/testing/workspace";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";

const endpoint = await resolveEndpoint();
const REPOSITORY = "sti-e2e-dev";

/** Answers with its version and the page that is in the image, or was copied there. */
const server = (version: string) => `use strict; use IO::Socket::INET;
$| = 1; $SIG{TERM} = sub { exit 0 };
my $server = IO::Socket::INET->new(LocalPort => 8000, Listen => 64, ReuseAddr => 1) or die "no port: $!";
print "${version} listens with $ENV{MODE}\\n";
while (1) {
  my $client = $server->accept or next;
  while (my $line = <$client>) { last if $line =~ /^\\r?\\n$/ }
  open(my $page, '<', '/srv/public/page'); my $body = "${version} " . <$page>; close $page;
  print $client "HTTP/1.1 200 OK\\r\\nConnection: close\\r\\nContent-Length: " . length($body) . "\\r\\n\\r\\n$body";
  close $client;
}
`;

const config = (mode = "dev") => ({
  images: { builder: { context: "builder", tag: `${REPOSITORY}/builder` } },
  apps: {
    api: {
      source: "api",
      buildImage: `${REPOSITORY}/builder`,
      tag: `${REPOSITORY}/api`,
      method: "run",
      dev: {
        ports: ["127.0.0.1::8000"],
        env: { MODE: mode },
        probe: { http: "/", interval: "50ms" },
        sync: [{ from: "public", to: "/srv/public" }],
      },
    },
    worker: { source: "worker", buildImage: `${REPOSITORY}/builder`, tag: `${REPOSITORY}/worker` },
  },
});

const FILES = {
  "builder/Dockerfile": "FROM debian:bookworm-slim\nCOPY prepare run /usr/bin/\n",
  "builder/prepare":
    "#!/bin/sh\nset -e\nmkdir -p /srv\ncp -R /tmp/src/. /srv/\nif [ -e /srv/broken ]; then echo cannot >&2; exit 1; fi\n",
  "builder/run": "#!/bin/sh\nexec perl /srv/server.pl\n",
  "api/server.pl": server("one"),
  "api/public/page": "first",
  "worker/server.pl": "$| = 1; $SIG{TERM} = sub { exit 0 }; print qq(working\\n); sleep 1 while 1;\n",
};

let before: Holdings;
let project: Workspace;

beforeEach(async () => {
  before = await listHoldings(endpoint);
  project = await createWorkspace({ ...FILES, "sti.config.json": JSON.stringify(config()) });
});
afterEach(async () => {
  await expectNoLeftovers(endpoint, before);
  const filters = encodeURIComponent(JSON.stringify({ reference: [`${REPOSITORY}/*`] }));
  const { body } = await callEngine(endpoint, "GET", `/images/json?filters=${filters}`);
  for (const { RepoTags } of body as readonly { readonly RepoTags: readonly string[] }[]) {
    for (const tag of RepoTags) await callEngine(endpoint, "DELETE", `/images/${tag}?force=1`);
  }
});

interface Watch {
  events(): readonly SessionEvent[];
  /** Resolves to the first event of this type, after those that were there when `after` was taken. */
  until<Type extends SessionEvent["type"]>(
    type: Type,
    target?: string,
    after?: number,
  ): Promise<Extract<SessionEvent, { readonly type: Type }>>;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<CliRun>;
}

function watch(...args: readonly string[]): Watch {
  let output = "";
  let kill: (signal: NodeJS.Signals) => void = () => {};
  let isOver = false;
  const listeners = new Set<() => void>();
  const ended = runSti(["watch", "--run", "--reporter", "ndjson", ...args], {
    cwd: project.folder,
    onOutput: (text, killChild) => {
      output = text;
      kill = killChild;
      for (const listener of listeners) listener();
    },
  }).finally(() => {
    isOver = true;
    for (const listener of listeners) listener();
  });
  onTestFinished(async () => {
    if (!isOver) kill("SIGINT");
    await ended;
  });
  const events = () =>
    output
      .slice(0, output.lastIndexOf("\n") + 1)
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as SessionEvent);
  return {
    events,
    async until(type, target, after = 0) {
      for (;;) {
        const found = events()
          .slice(after)
          .find(
            (event) =>
              event.type === type && (target === undefined || ("target" in event && event.target === target)),
          );
        if (found !== undefined) return found as never;
        if (isOver) throw new Error(`the watch ended without ${type}: ${output}`);
        const { promise, resolve } = Promise.withResolvers<void>();
        listeners.add(resolve);
        await promise;
        listeners.delete(resolve);
      }
    },
    kill: (signal) => kill(signal),
    ended,
  };
}

async function stop(watching: Watch, signal: NodeJS.Signals = "SIGINT"): Promise<CliRun> {
  watching.kill(signal);
  return await watching.ended;
}

async function portOf(watching: Watch): Promise<number> {
  const started = await watching.until("container-started", "api");
  await watching.until("container-up", "api");
  return started.ports[0]?.hostPort ?? 0;
}

function ask(port: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  get({ host: "127.0.0.1", port, agent: false }, (response) => {
    let text = "";
    response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    response.on("end", () => resolve(text)).on("error", reject);
  }).on("error", reject);
  return promise;
}

test("a rebuilt app takes over at the same port while every request is answered, and all is gone after Ctrl-C", async () => {
  const watching = watch();
  const port = await portOf(watching);
  await watching.until("container-up", "worker");
  expect(await ask(port)).toBe("one first");
  const answers: string[] = [];
  let isOver = false;
  const asking = (async () => {
    while (!isOver) answers.push(await ask(port));
  })();
  const at = watching.events().length;
  await project.write({ "api/server.pl": server("two") });
  await watching.until("container-stopped", "api", at);
  isOver = true;
  await asking;
  expect(new Set(answers)).toEqual(new Set(["one first", "two first"]));
  expect(await ask(port)).toBe("two first");
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
  expect(await ask(port)).toBe("one first");
  await project.remove("api/broken");
  at = watching.events().length;
  await project.write({ "api/server.pl": "die qq(no database\\n);\n" });
  const failure = await watching.until("container-failed", "api", at);
  expect(failure).toMatchObject({ exitCode: 255, lastLines: ["no database"] });
  expect(failure.remaining).toBeDefined();
  expect(await ask(port)).toBe("one first");
  at = watching.events().length;
  await project.write({ "api/server.pl": server("three") });
  await watching.until("container-up", "api", at);
  expect(await ask(port)).toBe("three first");
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
  expect(await ask(port)).toBe("one second");
  await project.write({ "api/public/page": "third", "api/server.pl": server("two") });
  await watching.until("container-up", "api", at);
  expect(await ask(port)).toBe("two third");
  const told = watching.events().slice(at);
  expect(told.filter(({ type }) => type === "target-started")).toHaveLength(1);
  expect(told.filter(({ type }) => type === "files-synced")).toHaveLength(1);
  await stop(watching);
});

test("another way to run it starts another container of the same image", async () => {
  const watching = watch("api");
  const port = await portOf(watching);
  const first = await watching.until("container-started", "api");
  await watching.until("watch-settled");
  const at = watching.events().length;
  await project.write({ "sti.config.json": JSON.stringify(config("debug")) });
  const second = await watching.until("container-started", "api", at);
  expect(second.imageId).toBe(first.imageId);
  await watching.until("container-up", "api", at);
  expect(await ask(port)).toBe("one first");
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
  const { worker: _, ...apps } = config().apps;
  await project.write({ "sti.config.json": JSON.stringify({ ...config(), apps }) });
  await watching.until("container-stopped", "worker");
  await stop(watching, "SIGTERM");
});

test("what a killed watch left running is removed by the next command", async () => {
  const watching = watch("api");
  await portOf(watching);
  watching.kill("SIGKILL");
  await watching.ended.catch(() => {});
  expect((await listHoldings(endpoint)).containers).not.toEqual(before.containers);
  expect((await runSti(["run", "api"], { cwd: project.folder })).exitCode).toBe(0);
  expect((await listHoldings(endpoint)).containers).toEqual(before.containers);
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
  const { apps, images } = config();
  const dev = { ports: ["8080:8000"] };
  const both = { images, apps: { api: { ...apps.api, dev }, worker: { ...apps.worker, dev } } };
  await project.write({ "sti.config.json": JSON.stringify(both, undefined, 2) });
  const { exitCode, stderr } = await runSti(["watch", "--run"], { cwd: project.folder });
  expect(exitCode).toBe(2);
  expect(stderr).toContain("publishes port 8080, which api publishes too");
  expect(stderr).toContain(`${join("sti.config.json")}:`);
});

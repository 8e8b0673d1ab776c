import { request } from "node:http";
import { foldSession, type RecordedBuild, type SessionEvent, type TargetRecord } from "@sti/core";
import { describe, expect, onTestFinished, test } from "vitest";
import { ABOUT } from "../../test/reported-session.ts";
import { BUILDING, FAILED, STARTED } from "../../test/watched-session.ts";
import type { PageCommand } from "../report/page/page-state.ts";
import { openLivePage } from "./live-page.ts";

describe("the server of a live page", () => {
  test("is on this machine alone, and gives everybody a page without a session", async () => {
    const { ask, url } = await start();
    expect(url.hostname).toBe("127.0.0.1");
    const { body, headers, status } = await ask("/", { headers: {} });
    expect(status).toBe(200);
    expect(body).not.toContain("acme");
    expect(headers["content-security-policy"]).toMatch(
      /^default-src 'none'; .*script-src 'sha256-[^']+'.*connect-src 'self'; frame-ancestors 'none'$/,
    );
  });

  test.each([
    ["no token", { Authorization: undefined }, 401],
    ["another token", { Authorization: `Bearer ${"x".repeat(32)}` }, 401],
    ["a name of another site that leads here", { Host: "evil.test" }, 421],
    ["another site's page", { Origin: "http://evil.test" }, 403],
    ["a page of another port of this machine", { Origin: "http://127.0.0.1:1" }, 403],
    ["a page of another port, as the browser says", { "Sec-Fetch-Site": "same-site" }, 403],
  ])("refuses reading and commands with %s", async (_name, headers, status) => {
    const { ask, commands } = await start();
    for (const path of ["/events", "/output?kind=target&name=api", "/history?target=api"]) {
      expect(await ask(path, { headers })).toMatchObject({ status });
    }
    const command = { kind: "rebuild", clean: false };
    expect(await ask("/command", { headers, command })).toMatchObject({ status });
    expect(commands).toEqual([]);
  });

  test("gives the page to no other host name", async () => {
    const { ask } = await start();
    expect((await ask("/", { headers: { Host: "evil.test" } })).status).toBe(421);
  });

  test("exchanges a ticket for the token once", async () => {
    const { ask, page, token } = await start();
    const ticket = new URL(page.openingAddress()).hash.slice("#ticket=".length);
    const use = () => ask("/ticket", { headers: { Authorization: `Bearer ${ticket}` }, command: "" });
    expect(await use()).toMatchObject({ status: 200, body: token });
    expect(await use()).toMatchObject({ status: 401 });
  });

  test("hands over commands about what the session has, and nothing else", async () => {
    const { ask, commands } = await start();
    const wanted = [
      { kind: "rebuild", targets: ["api"], clean: true },
      { kind: "rebuild", clean: false },
    ];
    for (const command of wanted) expect((await ask("/command", { command })).status).toBe(204);
    expect(commands).toEqual([wanted[0], { ...wanted[1], targets: undefined }]);
    const refused = [
      { kind: "rebuild", targets: ["other"], clean: true },
      { kind: "rebuild", targets: [], clean: true },
      { kind: "container", action: "halt", name: "api" },
      { kind: "quit" },
      "x".repeat(300_000),
      null,
    ];
    for (const command of refused) expect((await ask("/command", { command })).status).toBe(400);
    expect(commands).toHaveLength(2);
  });

  test("takes no commands where the session takes none", async () => {
    const { ask } = await start({ takesCommands: false });
    expect((await ask("/command", { command: { kind: "rebuild", clean: false } })).status).toBe(409);
  });
});

test("a live page gives the last builds of earlier sessions, with their reasons", async () => {
  const built = (time: number, causes: RecordedBuild["causes"]): RecordedBuild => ({
    ...{ key: "f".repeat(64), source: "s", tag: "acme/api", images: [], isMadeHere: true },
    ...{ causes, time, toolVersion: "1.0.0" },
  });
  const earlier = Array.from({ length: 25 }, (_, ago) => built(STARTED - 1 - ago, [{ kind: "forced" }]));
  const own = built(STARTED + 1, []);
  const { ask } = await start({
    records: { api: { schemaVersion: 2, target: "api", builds: [own, ...earlier] } },
  });
  const { body, headers, status } = await ask("/history?target=api");
  expect([status, headers["content-type"]]).toEqual([200, "application/json"]);
  const { builds, count } = JSON.parse(body);
  expect([count, builds.length]).toEqual([25, 20]);
  expect(builds[0]).toEqual({ at: STARTED - 1, key: "f".repeat(12), reason: "forced" });
  expect(JSON.parse((await ask("/history?target=web")).body)).toEqual({ count: 0, builds: [] });
  expect((await ask("/history?target=other")).status).toBe(404);
});

describe("the stream of a live page", () => {
  test("begins with everything, goes on with changes, and ends with the session", async () => {
    const { listen, page, send } = await start();
    const stream = await listen("/events");
    const [first] = await stream.until(1);
    expect(first).toMatchObject({ event: "snapshot" });
    expect(keysOf(first)).toContain("target/web");
    const [, second] = await stream.until(2);
    expect(second).toMatchObject({ event: "changes" });
    expect(keysOf(second)).toEqual(["graph"]);
    for (const event of FAILED.slice(BUILDING.length)) send(event);
    const [, , third] = await stream.until(3);
    expect(third).toMatchObject({ event: "changes" });
    expect(keysOf(third)).toEqual(expect.arrayContaining(["session", "target/api", "builds"]));
    expect(keysOf(third)).not.toContain("graph");
    await page.close();
    expect((await stream.ended).at(-1)).toMatchObject({ event: "end" });
  });

  test("a reader that was away gets what has changed, and one of another session everything", async () => {
    const { listen, send } = await start();
    const stream = await listen("/events");
    const [{ id = "" } = {}] = await stream.until(1);
    stream.leave();
    send({ type: "session-warning", at: 1, message: "careful" });
    const [again] = await (await listen("/events", { "Last-Event-ID": id })).until(1);
    expect(again).toMatchObject({ event: "changes" });
    expect(keysOf(again)).toEqual(["session"]);
    const [other] = await (await listen(`/events?since=other.5`)).until(1);
    expect(other).toMatchObject({ event: "snapshot" });
  });

  test("of an output has the lines so far and those that follow", async () => {
    const { listen, send } = await start();
    const stream = await listen("/output?kind=target&name=api");
    await stream.until(1);
    send({ type: "target-output", at: 1, target: "api", stream: "stdout", text: "<b>more" });
    const lines = (await stream.until(2)).map(({ data }) => JSON.parse(data).lines);
    expect(lines).toEqual([["compiling"], ["<b>more"]]);
  });

  test("that nobody reads does not hold up the end", async () => {
    const { listen, page } = await start();
    (await listen("/events")).pause();
    await page.close();
  });
});

interface Message {
  readonly event: string;
  readonly id?: string;
  readonly data: string;
}

function keysOf(message: Message | undefined): readonly string[] {
  return JSON.parse(message?.data ?? "").parts.map(([key]: readonly [string]) => key);
}

async function start({
  records = {},
  takesCommands = true,
}: {
  readonly records?: Readonly<Record<string, TargetRecord>>;
  readonly takesCommands?: boolean;
} = {}) {
  const page = await openLivePage(0);
  onTestFinished(() => page.close());
  const { apply, view } = foldSession();
  const commands: PageCommand[] = [];
  const context = { about: ABOUT, kind: "watch", cwd: "/repo", logOf: () => undefined } as const;
  const onCommand = takesCommands ? (command: PageCommand) => void commands.push(command) : undefined;
  const readTarget = async (name: string) => records[name];
  const renderer = page.show(view, context, { onCommand, records: { readTarget } });
  const send = (event: SessionEvent) => {
    apply(event);
    renderer.render(event);
  };
  for (const event of BUILDING) send(event);
  const url = new URL(page.address);
  const token = url.hash.slice("#token=".length);
  type Headers = Readonly<Record<string, string | undefined>>;
  const open = (path: string, headers: Headers, command?: unknown) => {
    const body = command === undefined ? undefined : JSON.stringify(command);
    const all = Object.entries({
      Authorization: `Bearer ${token}`,
      "Content-Type": "application/json",
      ...headers,
    });
    const asked = request(new URL(path, url), {
      method: body === undefined ? "GET" : "POST",
      headers: Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== undefined)),
    });
    asked.on("error", () => {});
    asked.end(body);
    return asked;
  };
  const answerOf = (asked: ReturnType<typeof open>) => {
    const { promise, reject, resolve } = Promise.withResolvers<import("node:http").IncomingMessage>();
    asked.once("response", resolve).once("error", reject);
    return promise;
  };
  const ask = async (
    path: string,
    { command, headers = {} }: { command?: unknown; headers?: Headers } = {},
  ) => {
    const answer = await answerOf(open(path, headers, command));
    let body = "";
    for await (const chunk of answer) body += chunk;
    return { status: answer.statusCode, headers: answer.headers, body };
  };
  /** Reads messages of a stream. */
  const listen = async (path: string, headers: Headers = {}) => {
    const asked = open(path, headers);
    const answer = await answerOf(asked);
    const messages: Message[] = [];
    const waiting = new Set<() => void>();
    const { promise: ended, resolve: resolveEnded } = Promise.withResolvers<readonly Message[]>();
    let text = "";
    answer.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) {
        const fields = Object.fromEntries(
          block
            .split("\n")
            .map((line) => [line.slice(0, line.indexOf(": ")), line.slice(line.indexOf(": ") + 2)]),
        );
        if ("data" in fields) messages.push(fields as unknown as Message);
      }
      for (const wake of waiting) wake();
    });
    answer.on("end", () => resolveEnded(messages));
    answer.on("error", () => {});
    const until = async (count: number) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const wake = () => messages.length >= count && resolve();
      waiting.add(wake);
      wake();
      await promise;
      return messages;
    };
    return { until, ended, leave: () => asked.destroy(), pause: () => answer.pause() };
  };
  return { page, url, token, commands, send, ask, listen };
}

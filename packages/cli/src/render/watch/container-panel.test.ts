import type { PortTraffic, SessionEvent } from "@sti/core";
import { expect, test } from "vitest";
import { fakeFinish, viewOf } from "../../../test/fake-session.ts";
import { BUILDING, STARTED } from "../../../test/watched-session.ts";
import { printLine } from "../line.ts";
import { containerPanel } from "./container-panel.ts";

const VIEW = { columns: 80, now: STARTED + 10_000, colour: false };
const port = { port: 80, protocol: "tcp", hostPort: 8080, hostIp: "127.0.0.1" } as const;

const draw = (...events: readonly SessionEvent[]) =>
  containerPanel(viewOf([...BUILDING, ...events]), VIEW).map((line) => printLine(line, VIEW));

test("each container has a line with its state, its address and its last problem", () => {
  const at = STARTED + 5000;
  const start = (target: string): SessionEvent => ({
    ...{ type: "container-started", at, target, container: target, imageId: "sha256:1", ports: [port] },
  });
  const up = (target: string): SessionEvent => ({
    ...{ type: "container-up", at, target, container: target, duration: 1 },
  });
  const fail = (target: string, more: object): SessionEvent => ({
    ...{ type: "container-failed", at, target, container: "x", lastLines: [], reason: "ended", ...more },
  });
  const halt = (target: string): SessionEvent => ({
    ...{ type: "container-stopped", at, target, container: target, isHalted: true },
  });
  expect(
    draw(
      ...[start("api"), up("api"), start("web")],
      { type: "container-waiting", at, target: "worker", reason: "waits for db" },
      ...[start("db"), up("db"), fail("db", { restartIn: 8000 })],
      ...[start("mail"), up("mail"), fail("mail", { remaining: "mail" })],
      ...[start("job"), up("job"), fail("job", { restartIn: 10 }), start("job"), up("job")],
      ...[start("seed"), up("seed"), fail("seed", { exitCode: 0 })],
      ...[start("shop"), up("shop"), halt("shop")],
    ),
  ).toEqual([
    "  ● api     up 5.0s  localhost:8080",
    "  ▸ web     starting 5.0s  localhost:8080",
    "  ◌ worker  waits for db",
    "  ✖ db      ended; started again in 3.0s",
    "  ● mail    up 5.0s  localhost:8080  the next one ended",
    "  ● job     up 5.0s  localhost:8080  1 restart",
    "  ■ seed    ended",
    "  ■ shop    stopped",
  ]);
});

test("an app whose image is not there yet has a line with the state of its build", () => {
  const containers = ["db", "base", "api", "web", "shop"].map((name) =>
    name === "db" ? { name } : { name, builtBy: name },
  );
  const [start] = BUILDING;
  if (start?.type !== "session-started") throw new Error("no start");
  const lines = containerPanel(
    viewOf([
      { ...start, containers },
      fakeFinish("base", "failed", STARTED + 2000),
      fakeFinish("api", "up-to-date", STARTED + 3000),
      { type: "target-started", at: STARTED + 5000, target: "web", reason: "x", causes: [] },
      { ...fakeFinish("shop", "skipped", STARTED + 5000), reason: "needs base, which failed" },
    ]),
    VIEW,
  ).map((line) => printLine(line, VIEW));
  expect(lines).toEqual([
    "  ◌ db    waits for its image",
    "  ✖ base  build failed",
    "  ◌ api   image ready",
    "  ▸ web   building 5.0s",
    "  ◌ shop  needs base, which failed",
  ]);
});

test.each([
  [200, "  ● api  up 5.0s  localhost:8080  GET /items/1 404 2.0s ago"],
  [80, "  ● api  up 5.0s  localhost:8080  GET /items/1 404 2.0s ago"],
  [40, "  ● api  up 5.0s  localhost:8080  GET /…"],
])("in %d columns, the last request over a port is behind its address", (columns, line) => {
  const at = STARTED + 5000;
  const place = { at, target: "api", container: "api" };
  const session = viewOf([
    ...BUILDING,
    { type: "container-started", ...place, imageId: "sha256:1", ports: [port] },
    { type: "container-up", ...place, duration: 1 },
  ]);
  const traffic = { connections: 2, at: STARTED + 8000 };
  const request = { method: "GET", path: "/items/1", status: 404 };
  const draw = (trafficOf: (hostPort: number) => PortTraffic | undefined) =>
    containerPanel(session, { ...VIEW, trafficOf }).map((one) => printLine(one, { ...VIEW, columns }));
  expect(draw((hostPort) => (hostPort === 8080 ? { ...traffic, request } : undefined))).toEqual([line]);
  if (columns > 40) {
    expect(draw(() => traffic)[0]).toMatch(/ {2}2 connections, last 2\.0s ago$/);
  }
});

test("the last answer to a probe is behind the address until a request comes", () => {
  const at = STARTED + 5000;
  const place = { at, target: "api", container: "api" };
  const question = "GET /health on port 80";
  const started: SessionEvent = { type: "container-started", ...place, imageId: "sha256:1", ports: [port] };
  const probed: SessionEvent = { type: "container-probed", ...place, question, problem: "status 503" };
  const up: SessionEvent = { type: "container-up", ...place, duration: 1, question };
  const lineAfter = (requestAt: number | undefined, ...events: readonly SessionEvent[]) => {
    const request = { method: "GET", path: "/", status: 200 };
    const traffic = requestAt === undefined ? undefined : { connections: 1, at: requestAt, request };
    const view = { ...VIEW, columns: 200, trafficOf: () => traffic };
    return containerPanel(viewOf([...BUILDING, ...events]), view).map((line) => printLine(line, view))[0];
  };
  const starting = "  ▸ api  starting 5.0s  localhost:8080  GET /health on port 80: status 503 for 5.0s";
  expect(lineAfter(undefined, started, probed)).toBe(starting);
  expect(lineAfter(at + 1000, started, probed)).toBe(starting);
  const ready = "  ● api  up 5.0s  localhost:8080  GET /health on port 80: ok 5.0s ago";
  expect(lineAfter(undefined, started, probed, up)).toBe(ready);
  expect(lineAfter(at - 1000, started, probed, up)).toBe(ready);
  expect(lineAfter(at + 1000, started, probed, up)).toBe(
    "  ● api  up 5.0s  localhost:8080  GET / 200 4.0s ago",
  );
});

test("in few columns, the question of a probe is cut, and its answer is not", () => {
  const place = { at: STARTED, target: "api", container: "api" };
  const started: SessionEvent = { type: "container-started", ...place, imageId: "sha256:1", ports: [port] };
  const up: SessionEvent = {
    type: "container-up",
    ...place,
    duration: 1,
    question: "curl -f http://localhost",
  };
  const view = { ...VIEW, columns: 60 };
  const [line = []] = containerPanel(viewOf([...BUILDING, started, up]), view);
  expect(printLine(line, view)).toBe("  ● api  up 10.0s  localhost:8080  curl -f ht…: ok 10.0s ago");
});

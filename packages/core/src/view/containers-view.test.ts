import { expect, test } from "vitest";
import type { SessionEvent } from "../execute/event.ts";
import { type ContainerView, nextContainer } from "./containers-view.ts";

const port = { port: 80, protocol: "tcp", hostPort: 8080, hostIp: "127.0.0.1" } as const;
const of = { target: "api" } as const;
const waits: SessionEvent = { type: "container-waiting", at: 1, ...of, reason: "waits for db" };
const starts = (container: string, at: number): SessionEvent => ({
  ...{ type: "container-started", at, ...of, container, imageId: "sha256:1", ports: [port] },
});
const up = (container: string, at: number): SessionEvent => ({
  ...{ type: "container-up", at, ...of, container, duration: 1 },
});
const fails = (container: string, at: number, more: object = {}): SessionEvent => ({
  ...{ type: "container-failed", at, ...of, container, reason: "ended", lastLines: [], ...more },
});
const stops = (container: string): SessionEvent => ({ type: "container-stopped", at: 9, ...of, container });

const after = (...events: readonly SessionEvent[]) =>
  events.reduce<ContainerView | undefined>((row, event) => nextContainer(row, event), undefined);

test("a container waits, starts and is up", () => {
  expect(after(waits)).toMatchObject({ state: "waiting", since: 1, reason: "waits for db" });
  expect(after(waits, starts("1", 2))).toMatchObject({ state: "starting", ports: [port], reason: undefined });
  expect(after(waits, starts("1", 2), up("1", 3))).toMatchObject({ state: "up", since: 3, container: "1" });
});

test("one that takes over is the app's when it is up, and the old one's end changes nothing then", () => {
  const first = [starts("1", 1), up("1", 2)];
  expect(after(...first, waits, starts("2", 3))).toMatchObject({ state: "up", container: "1" });
  expect(after(...first, starts("2", 3), up("2", 4), stops("1"))).toMatchObject({
    state: "up",
    container: "2",
  });
  expect(after(...first, starts("2", 3), fails("2", 4, { remaining: "1" }))).toMatchObject({
    ...{ state: "up", container: "1", reason: "ended" },
  });
  expect(after(...first, stops("1"))).toBeUndefined();
});

test("one that crashes is down until the next start, which is counted", () => {
  const crashed = [starts("1", 1), up("1", 2), fails("1", 3, { restartIn: 1000 })];
  expect(after(...crashed)).toMatchObject({ state: "down", reason: "ended", restartAt: 1003, restarts: 0 });
  expect(after(...crashed, starts("2", 1003))).toMatchObject({ state: "starting", restarts: 1 });
  expect(after(...crashed, fails("2", 5))).toMatchObject({ restartAt: undefined });
});

test("one that ends without an error is done, until it starts again", () => {
  const ended = [starts("1", 1), up("1", 2), fails("1", 3, { exitCode: 0 })];
  expect(after(...ended)).toMatchObject({ state: "down", isMeant: true });
  expect(after(...ended, starts("2", 4))).toMatchObject({ state: "starting", isMeant: false });
  expect(after(starts("1", 1), fails("1", 3, { exitCode: 1 }))).toMatchObject({ isMeant: false });
});

test("one that a user stopped stays in the list", () => {
  const halted: SessionEvent = { type: "container-stopped", at: 9, ...of, container: "1", isHalted: true };
  const stopped = { state: "down", since: 9, ports: [], isMeant: true };
  expect(after(starts("1", 1), up("1", 2), halted)).toMatchObject(stopped);
  expect(after(starts("1", 1), up("1", 2), halted, starts("2", 10))).toMatchObject({
    state: "starting",
    isMeant: false,
  });
});

test("one that waits or crashed is stopped, too, and one that started since is not", () => {
  const halted: SessionEvent = { ...stops("2"), isHalted: true } as SessionEvent;
  const stopped = { state: "down", isMeant: true, reason: undefined, restartAt: undefined };
  expect(after(waits, halted)).toMatchObject(stopped);
  expect(after(starts("1", 1), fails("1", 3, { restartIn: 8000 }), halted)).toMatchObject(stopped);
  expect(after(starts("1", 1), halted)).toMatchObject({ state: "starting" });
});

test("the last answer to a probe is that of the container in use", () => {
  const question = "GET / on port 80";
  const answers = (container: string, at: number): SessionEvent => ({
    ...{ type: "container-probed", at, ...of, container, question, problem: "status 503" },
  });
  const isUp = (container: string, at: number): SessionEvent => ({
    ...{ type: "container-up", at, ...of, container, duration: 1, question },
  });
  const no = { question, problem: "status 503", at: 2 };
  expect(after(starts("1", 1), answers("1", 2))?.probe).toEqual(no);
  const first = [starts("1", 1), answers("1", 2), isUp("1", 3)];
  const yes = { question, problem: undefined, at: 3 };
  expect(after(...first)?.probe).toEqual(yes);
  expect(after(...first, starts("2", 4), answers("2", 5))?.probe).toEqual(yes);
  expect(after(...first, starts("2", 4), isUp("2", 6))?.probe).toEqual({ ...yes, at: 6 });
  expect(after(...first, fails("1", 5, {}), starts("2", 6))?.probe).toBeUndefined();
  expect(after(starts("1", 1), up("1", 2))?.probe).toBeUndefined();
});

import { expect, test } from "vitest";
import type { SessionEvent, TargetFinished } from "../execute/event.ts";
import type { SessionContainer, SessionTarget } from "../execute/event-fields.ts";
import { foldContainers } from "./fold-containers.ts";

const DB = { name: "db" };
const API = { name: "api", builtBy: "api" };
const MAIL = { name: "mail", builtBy: "mail-image" };

const begins = (...containers: readonly SessionContainer[]): SessionEvent => ({
  ...{ type: "session-started", schemaVersion: 1, at: 1, session: "s", targets: [], concurrency: 1 },
  containers,
});
const reloads = (...containers: readonly SessionContainer[]): SessionEvent => ({
  ...{ type: "config-reloaded", at: 8, added: [], removed: [], changed: [], targets: [] },
  containers,
});
const builds = (target: string, at = 2): SessionEvent => ({
  ...{ type: "target-started", at, target, reason: "no image has its tag", causes: [] },
});
const ends = (
  target: string,
  outcome: TargetFinished["outcome"],
  more: Partial<TargetFinished> = {},
): SessionEvent => ({
  ...{ type: "target-finished", at: 3, target, outcome, reason: "why", duration: 1 },
  ...more,
});
const starts = (target: string, container = "1"): SessionEvent => ({
  ...{ type: "container-started", at: 4, target, container, imageId: "sha256:1", ports: [] },
});
const up = (target: string, container = "1"): SessionEvent => ({
  ...{ type: "container-up", at: 5, target, container, duration: 1 },
});
const stops = (target: string, container = "1"): SessionEvent => ({
  ...{ type: "container-stopped", at: 6, target, container },
});

function after(...events: readonly SessionEvent[]): Readonly<Record<string, object>> {
  const fold = foldContainers();
  events.forEach(fold.apply);
  return Object.fromEntries(fold.rows);
}

test("each app and service that is to run has a row from the start, in the order of the session", () => {
  const rows = after(begins(DB, API), starts("api"));
  expect(Object.keys(rows)).toEqual(["db", "api"]);
  expect(rows).toMatchObject({ db: { state: "no-image", since: 1 }, api: { state: "starting" } });
  expect(after(begins(), builds("api"), ends("api", "built"))).toEqual({});
});

test("the build of the first image is its state, with the reason", () => {
  const start = [begins(API), builds("api")];
  expect(after(...start)).toMatchObject({
    api: { state: "building", since: 2, reason: "no image has its tag" },
  });
  expect(after(...start, ends("api", "failed"))).toMatchObject({
    api: { state: "build-failed", since: 3, reason: "why" },
  });
  expect(after(...start, ends("api", "failed", { errorLine: "  error: x\n  more" }))).toMatchObject({
    api: { state: "build-failed", reason: "error: x" },
  });
  expect(after(begins(API), ends("api", "skipped", { reason: "needs base, which failed" }))).toMatchObject({
    api: { state: "no-image", reason: "needs base, which failed" },
  });
  expect(after(...start, ends("api", "cancelled"))).toMatchObject({
    api: { state: "no-image", reason: undefined },
  });
  const again = after(...start, ends("api", "failed"), builds("api", 7));
  expect(again).toMatchObject({ api: { state: "building", since: 7 } });
});

test.each(["built", "restored", "up-to-date"] as const)(
  "one whose image is %s waits, and starts",
  (outcome) => {
    const ready = [begins(API), builds("api"), ends("api", outcome)];
    expect(after(...ready)).toMatchObject({ api: { state: "waiting", reason: undefined } });
    expect(after(...ready, starts("api"), up("api"))).toMatchObject({ api: { state: "up" } });
  },
);

test("a pull before the build is a part of it", () => {
  const pull: SessionEvent = {
    type: "step-started",
    at: 2,
    target: "api",
    step: "pull-image",
    title: "pull",
  };
  expect(after(begins(API), pull, builds("api", 3))).toMatchObject({
    api: { state: "building", since: 2, reason: "no image has its tag" },
  });
});

test("a service whose image is built here follows that target", () => {
  const start = begins(MAIL);
  expect(after(start, builds("mail-image"))).toMatchObject({ mail: { state: "building" } });
  expect(after(start, ends("mail-image", "failed"))).toMatchObject({ mail: { state: "build-failed" } });
});

test("later builds do not change the state of one that has had a container", () => {
  const runs = [begins(API), ends("api", "built"), starts("api"), up("api")];
  expect(after(...runs, builds("api"), ends("api", "failed"))).toMatchObject({
    api: { state: "up", reason: undefined },
  });
});

test("one that is stopped keeps its row while it is to run, and goes with the config", () => {
  const runs = [begins(API), starts("api"), up("api")];
  expect(after(...runs, stops("api"))).toMatchObject({
    api: { state: "down", isMeant: true, reason: undefined },
  });
  expect(after(begins(API), starts("api"), stops("api"))).toMatchObject({
    api: { state: "waiting", isMeant: false },
  });
  expect(after(...runs, reloads(DB))).toMatchObject({ db: { state: "no-image" }, api: { state: "up" } });
  expect(Object.keys(after(...runs, reloads(DB), stops("api")))).toEqual(["db"]);
});

test("one that does not run goes with the config at once", () => {
  const crash: SessionEvent = {
    ...{ type: "container-failed", at: 5, target: "api", container: "1", reason: "ended", lastLines: [] },
  };
  expect(after(begins(API), reloads())).toEqual({});
  expect(after(begins(API), starts("api"), crash, reloads())).toEqual({});
  expect(after(begins(API), builds("api"), reloads(API, DB))).toMatchObject({
    api: { state: "building" },
    db: { state: "no-image", since: 8 },
  });
});

test("a build that waits for another one says so when that one starts", () => {
  const target = (name: string, ...dependsOn: readonly string[]): SessionTarget => ({
    ...{ name, kind: "app", tag: name, dependsOn },
  });
  const targets = [target("base"), target("middle", "base"), target("api", "middle"), target("mail-image")];
  const start: SessionEvent = { ...begins(API, MAIL), targets } as SessionEvent;
  const failed = [
    start,
    ends("base", "failed"),
    ends("api", "skipped", { reason: "needs base, which failed" }),
  ];
  expect(after(...failed)).toMatchObject({ api: { reason: "needs base, which failed" } });
  const again = after(...failed, builds("base", 7));
  expect(again).toMatchObject({ api: { state: "no-image", since: 7, reason: "waits for base" } });
  expect(again).toMatchObject({ mail: { state: "no-image", since: 1, reason: undefined } });
  expect(after(...failed, builds("base", 7), builds("api", 8), builds("base", 9))).toMatchObject({
    api: { state: "building", since: 8 },
  });
});

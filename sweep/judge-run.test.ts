import type { SessionEvent } from "@sti/core";
import { expect, test } from "vitest";
import { findLeftovers, type JudgedRun, judgeRecovery, judgeRun } from "./judge-run.ts";
import type { Holdings, ImageState, SweepState } from "./read-state.ts";

const nothing: Holdings = {
  containers: [],
  volumes: [],
  sourceCaches: [],
  networks: [],
  untaggedImages: [],
  files: [],
};
const earlier: ImageState = { id: "sha256:1", content: "1", isWhole: true };
const fresh: ImageState = { id: "sha256:2", content: "2", isWhole: true };
const stateOf = (image: ImageState | undefined): SweepState => ({
  tags: { "app:1": image },
  inRegistry: undefined,
  holdings: nothing,
});
const finished = (outcome: string): SessionEvent[] =>
  [
    { type: "target-finished", target: "app", outcome, imageId: outcome === "built" ? fresh.id : undefined },
    { type: "session-finished" },
  ] as unknown as SessionEvent[];

const judged = (
  image: ImageState | undefined,
  run: Partial<JudgedRun["run"]>,
  more: Partial<JudgedRun> = {},
) => ({
  before: stateOf(earlier),
  after: stateOf(image),
  content: "2",
  engineBroke: false,
  wasSlow: false,
  diskWasFull: false,
  injected: "500",
  isHarmless: false,
  pushes: false,
  run: {
    exitCode: 0,
    endedBy: null,
    output: "printed",
    events: [],
    duration: 1,
    signalled: undefined,
    isEndless: false,
    ...run,
  },
  ...more,
});
const kinds = (of: JudgedRun) => judgeRun(of).map(({ kind }) => kind);

test("a session that built its source has no findings", () => {
  expect(kinds(judged(fresh, { events: finished("built") }))).toEqual([]);
});

test("a session that failed and kept the earlier tag has no findings", () => {
  expect(kinds(judged(earlier, { exitCode: 4, events: finished("failed") }))).toEqual([]);
});

test("success without the image is a wrong success", () => {
  expect(kinds(judged(earlier, { events: finished("built") }))).toContain("wrong success");
});

test("success without the image in the registry is a wrong success", () => {
  expect(kinds(judged(fresh, { events: finished("built") }, { pushes: true }))).toEqual(["wrong success"]);
});

test.for([
  ["gone", undefined],
  ["not whole", { ...fresh, isWhole: false }],
  ["of other content", { ...fresh, content: "3" }],
] as const)("a tag that is %s is lost", ([, image]) => {
  expect(kinds(judged(image, { exitCode: 4, events: finished("failed") }))).toContain("lost tag");
});

test("a failure that is silent about its moved tag is a false statement", () => {
  expect(kinds(judged(fresh, { exitCode: 4, events: finished("failed") }))).toEqual(["false statement"]);
  const admits = { exitCode: 4, events: finished("failed"), output: "app was built, but something failed" };
  expect(kinds(judged(fresh, admits))).toEqual([]);
});

test("a session that is killed after its limit has no end", () => {
  const run = { isEndless: true, exitCode: null, endedBy: "SIGKILL" } as const;
  expect(kinds(judged(earlier, run))).toEqual(["no end"]);
});

test("a session after a failure has to build the source", () => {
  const first = judged(earlier, { exitCode: 4, events: finished("failed") });
  expect(judgeRecovery(judged(fresh, { events: finished("built") }), first.run)).toEqual([]);
  expect(judgeRecovery(judged(earlier, { exitCode: 4 }), first.run)).toMatchObject([{ kind: "no recovery" }]);
});

test("a success that the next session has to repeat was none", () => {
  const first = judged(fresh, { events: finished("built") });
  expect(judgeRecovery(judged(fresh, { events: finished("built") }), first.run)).toMatchObject([
    { kind: "wrong success" },
  ]);
});

test("one source cache may take the place of another", () => {
  const kept = (...sourceCaches: string[]) => ({ ...nothing, sourceCaches });
  expect(findLeftovers(kept("a"), kept("b"))).toEqual([]);
  expect(findLeftovers(kept(), kept("a"))).toEqual([]);
  expect(findLeftovers(kept("a"), kept("a", "b"))).toEqual(["source cache b"]);
  expect(findLeftovers(nothing, { ...nothing, volumes: ["v"] })).toEqual(["volume v"]);
});

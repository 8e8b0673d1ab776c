import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  begin,
  copy,
  end,
  finish,
  finishStep,
  print,
  start,
  startStep,
  target,
  viewOf,
} from "../../test/view-events.ts";
import type { SessionEvent } from "../execute/event.ts";
import { foldSession, KEPT_OUTPUT } from "./session-view.ts";

describe("a view in the middle of a session", () => {
  test("has what runs, with its step, its progress and its last line", () => {
    const view = viewOf([
      start(["api", "web"]),
      begin("api", 10),
      startStep("api", 11),
      { type: "step-progress", at: 12, target: "api", step: "run-script", current: 5, total: 9 },
      print("api", "compiling"),
      print("api", "  "),
    ]);
    expect([...view.running.keys()]).toEqual(["api"]);
    expect(view.targets.get("api")).toMatchObject({
      runningSince: 10,
      step: { title: "run-script of api", startedAt: 11, progress: { current: 5, total: 9 } },
      lastLine: "compiling",
      output: { lines: ["compiling", "  "], left: 0 },
      end: undefined,
    });
    expect(view.targets.get("web")).toMatchObject({ runningSince: undefined, steps: [] });
  });

  test("has the results so far, by outcome", () => {
    const view = viewOf([
      start(["api", "web"]),
      begin("api", 1),
      startStep("api", 2),
      finish("api", 9, "failed"),
    ]);
    expect([...view.ended.failed.keys()]).toEqual(["api"]);
    expect(view.targets.get("api")?.steps).toEqual([
      { kind: "run-script", title: "run-script of api", startedAt: 2, duration: 7, succeeded: false },
    ]);
    expect(view.running.size).toBe(0);
    expect(view.end).toBeUndefined();
  });
});

test("a pull before the start and a push after the end belong to their target", () => {
  const view = viewOf([
    start(["api"]),
    startStep("api", 1, "pull-image"),
    finishStep("api", 2),
    begin("api", 3),
    startStep("api", 4),
    finishStep("api", 5),
    finish("api", 6),
    startStep("api", 7, "push-image"),
    finishStep("api", 8),
    { type: "target-pushed", at: 9, target: "api", pushed: { reference: "r.test/api" } },
  ]);
  const api = view.targets.get("api");
  expect(api?.steps.map(({ kind }) => kind)).toEqual(["pull-image", "run-script", "push-image"]);
  expect(api).toMatchObject({ end: { outcome: "built" }, pushed: { reference: "r.test/api" } });
  expect(view.running.size).toBe(0);
});

test("a step that still runs at the end of the session has not succeeded", () => {
  const view = viewOf([start(["api"]), finish("api", 1), startStep("api", 2, "push-image"), end(5)]);
  expect(view.targets.get("api")?.steps).toMatchObject([{ duration: 3, succeeded: false }]);
});

describe("in a watch", () => {
  const reload = (names: readonly string[], removed: readonly string[]): SessionEvent => ({
    type: "config-reloaded",
    at: 20,
    added: [],
    removed,
    changed: [],
    targets: names.map((name) => ({ ...target(name), tag: `new/${name}` })),
  });

  test("a target that is built again has the steps and output of the last build, and its last result", () => {
    const view = viewOf([
      start(["api"]),
      begin("api", 1),
      startStep("api", 2),
      print("api", "first"),
      finish("api", 3, "failed"),
      begin("api", 11),
      startStep("api", 12),
      print("api", "second"),
      finishStep("api", 13),
      finish("api", 14),
    ]);
    expect(view.targets.get("api")).toMatchObject({
      steps: [{ startedAt: 12 }],
      output: { lines: ["second"] },
    });
    expect(view.ended.failed.size).toBe(0);
    expect([...view.ended.built.keys()]).toEqual(["api"]);
  });

  test("a failure lasts until the target is up to date", () => {
    const failed = [start(["api"]), begin("api", 1), finish("api", 2, "failed")];
    expect([...viewOf([...failed, finish("api", 3, "cancelled")]).watch.failing.keys()]).toEqual(["api"]);
    expect(viewOf([...failed, finish("api", 3)]).watch.failing.size).toBe(0);
  });

  test("a new config defines targets anew, and the removed ones leave once they have stopped", () => {
    const events = [
      start(["api", "docs"]),
      begin("docs", 1),
      finish("api", 2, "failed"),
      reload(["api"], ["docs"]),
    ];
    const view = viewOf(events);
    expect([...view.targets.values()].map(({ tag }) => tag)).toEqual(["new/api"]);
    expect([...view.watch.failing.keys()]).toEqual(["api"]);
    expect([...view.running.keys()]).toEqual(["docs"]);
    expect(viewOf([...events, finish("docs", 21, "cancelled")]).running.size).toBe(0);
  });
});

test("of the output of targets that finished long ago, only the end is kept", () => {
  const names = Array.from({ length: 20 }, (_, index) => `t${index}`);
  const events = names.flatMap((name, index) => [
    begin(name, index),
    ...Array.from({ length: 300 }, (_, line) => print(name, `line ${line}`)),
    finish(name, index, index % 2 === 0 ? "failed" : "built"),
  ]);
  const view = viewOf([start(names), ...events]);
  const kept = names.map((name) => view.targets.get(name)?.output.lines.length);
  const { failed, other } = KEPT_OUTPUT;
  expect(kept).toEqual([failed.lines, other.lines, failed.lines, other.lines, ...Array(16).fill(300)]);
  expect(view.targets.get("t0")?.output).toMatchObject({ left: 100 });
});

const NAMES = ["api", "web", "docs"];
const name = fc.constantFrom(...NAMES);
const at = fc.nat(100);
const anyEvent: fc.Arbitrary<SessionEvent> = fc.oneof(
  fc.tuple(name, at).map(([target, time]) => begin(target, time)),
  fc
    .tuple(name, at, fc.constantFrom("pull-image", "run-script", "push-image"))
    .map(([target, time, step]) => startStep(target, time, step)),
  fc.tuple(name, at).map(([target, time]) => finishStep(target, time)),
  fc.tuple(name, fc.string()).map(([target, text]) => print(target, text)),
  fc
    .tuple(name, at, fc.constantFrom("built", "up-to-date", "failed", "skipped", "cancelled"))
    .map(([target, time, outcome]) => finish(target, time, outcome)),
  fc
    .tuple(name, at)
    .map(([target, time]): SessionEvent => ({ type: "target-warning", at: time, target, message: "!" })),
  at.map((time): SessionEvent => ({ type: "session-warning", at: time, message: "!" })),
  fc
    .tuple(fc.subarray(NAMES), at)
    .map(
      ([targets, time]): SessionEvent => ({ type: "files-changed", at: time, targets, paths: [], count: 0 }),
    ),
  at.map((time): SessionEvent => ({ type: "watch-settled", at: time, duration: 1, changed: [], failed: [] })),
  fc.subarray(NAMES).map(
    (kept): SessionEvent => ({
      type: "config-reloaded",
      at: 1,
      added: [],
      removed: NAMES.filter((each) => !kept.includes(each)),
      changed: [],
      targets: kept.map(target),
    }),
  ),
);

test("the view of the first events is the same whether or not more were to follow and it was read before", () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 40 }), (rest) => {
      const events = [start(NAMES), ...rest, end(200)];
      const { apply, view } = foldSession();
      for (const [index, event] of events.entries()) {
        apply(event);
        expect(copy(view)).toEqual(copy(viewOf(events.slice(0, index + 1))));
      }
    }),
    { numRuns: 100 },
  );
});

/** Calls of the methods that look up, change or walk collections, while `run` runs. */
function countCalls(run: () => void): number {
  const walkers: readonly object[] = [new Map().values(), [].values()].map(Object.getPrototypeOf);
  const methods: readonly (readonly [object, readonly string[]])[] = [
    [Map.prototype, ["get", "set", "delete"]],
    [Array.prototype, ["push", "shift", "slice", "concat", "filter", "map"]],
    ...walkers.map((walker) => [walker, ["next"]] as const),
  ];
  let calls = 0;
  const restore = methods.flatMap(([owner, names]) =>
    names.map((name) => {
      const original: (...args: unknown[]) => unknown = Reflect.get(owner, name);
      Reflect.set(owner, name, function counted(this: unknown, ...args: unknown[]) {
        calls += 1;
        return Reflect.apply(original, this, args);
      });
      return () => Reflect.set(owner, name, original);
    }),
  );
  try {
    run();
  } finally {
    for (const undo of restore) undo();
  }
  return calls;
}

test("an event is as much work in a session of 10,000 targets as in one of 1,000", () => {
  const work = [1000, 10_000].map((count) => {
    const names = Array.from({ length: count }, (_, index) => `t${index}`);
    const events = [
      start(names),
      ...names.flatMap((each, index) => [
        begin(each, index),
        startStep(each, index),
        print(each, "line"),
        finishStep(each, index),
        finish(each, index, index % 3 === 0 ? "failed" : "built"),
      ]),
      end(count),
    ];
    return countCalls(() => viewOf(events)) / events.length;
  });
  expect(work[0]).toBeGreaterThan(1);
  expect(work[1]).toBeCloseTo(work[0] ?? 0, 1);
});

import { expect, test } from "vitest";
import { advanceWatch } from "./advance-watch.ts";
import { startWatch, type WatchState } from "./watch-state.ts";

const POLICY = { quietPeriod: 50, longestNoise: 2000, onBusy: "restart", concurrency: 2 } as const;

const named = (name: string) => ({ name, definition: "", dependencies: [], priority: 0, digest: "a" });
const paths = (count: number) => Array.from({ length: count }, (_, index) => `src/${index}`);

/** After these changes, each at its time. */
function changed(
  ...changes: readonly { readonly at: number; readonly target: string; readonly count: number }[]
) {
  return changes.reduce<WatchState>(
    (state, { at, count, target }) =>
      advanceWatch(state, { kind: "sources-changed", changes: new Map([[target, paths(count)]]) }, at).state,
    startWatch(POLICY, [named("api"), named("web")], 0),
  );
}

test("one saved file is looked at after the quiet period", () => {
  expect(changed({ at: 1000, target: "api", count: 1 }).wakeAt).toBe(1050);
});

test("after a storm all that it touched waits for a longer rest, counted from its last change anywhere", () => {
  const state = changed({ at: 1000, target: "api", count: 200 }, { at: 1040, target: "web", count: 1 });
  expect(state.wakeAt).toBe(1340);
});

test("a storm that goes on is looked at all the same after the longest noise", () => {
  const state = changed({ at: 1000, target: "api", count: 200 }, { at: 2950, target: "web", count: 1 });
  expect(state.wakeAt).toBe(3000);
});

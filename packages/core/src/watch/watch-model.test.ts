// The reducer against a world that edits, fails, loses its engine and does everything in any order. The world is small
// and knows the truth; it throws where the reducer asks for something forbidden.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkTruth } from "../../test/check-truth.ts";
import { content, name, seed, steps, worlds } from "../../test/watch-actions.ts";
import { World } from "../../test/watch-world.ts";
import { failsForNow, must } from "../../test/world-content.ts";

const RUNS = { numRuns: 300 };

describe("a watch, whatever happens in whatever order,", () => {
  test("ends with images of the final content, reports the state of all targets, and never builds what it must not", () => {
    fc.assert(
      fc.property(worlds, steps, seed, ({ concurrency, config, onBusy }, happens, order) => {
        const world = new World(config, onBusy, concurrency);
        fc.modelRun(() => ({ model: {}, real: world }), happens);
        world.drain(order);
        checkTruth(world);
      }),
      RUNS,
    );
  });

  test("stops when it is to, once everything that ran has ended", () => {
    fc.assert(
      fc.property(worlds, steps, seed, ({ concurrency, config, onBusy }, happens, order) => {
        const world = new World(config, onBusy, concurrency);
        fc.modelRun(() => ({ model: {}, real: world }), happens);
        const started = world.starts.length;
        world.send({ kind: "stop" });
        must(
          [...world.runs.values()].every(({ isCancelled }) => isCancelled),
          "all that runs is cancelled",
        );
        world.drain(order);
        must(world.isStopped, "it has stopped");
        expect(world.starts).toHaveLength(started);
        expect(world.state.wakeAt).toBeUndefined();
      }),
      RUNS,
    );
  });

  test("builds what was edited and what needs it once, in order, and leaves the rest alone", () => {
    const edits = fc.array(fc.tuple(name, content), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(worlds, steps, edits, seed, ({ concurrency, config, onBusy }, happens, edited, order) => {
        const world = new World(config, onBusy, concurrency);
        fc.modelRun(() => ({ model: {}, real: world }), happens);
        world.drain(order);
        checkTruth(world);
        if (world.state.config.isBroken) return;
        const before = new Map(world.sources);
        for (const [one, x] of edited) if (before.get(one)?.isReadable === true) world.write(one, { x });
        const names = [...new Set(edited.map(([one]): string => one))];
        const changed = names.filter((one) => before.get(one)?.x !== world.sources.get(one)?.x);
        const started = world.starts.length;
        const reported = world.reports.length;
        world.change(names, "x");
        world.drain(order);
        checkTruth(world);
        for (const one of names.filter((each) => world.applied.has(each))) {
          must(world.reports.slice(reported).includes(one), `the outcome of a change is reported: ${one}`);
        }
        const starts = world.starts.slice(started);
        expect(new Set(starts).size).toBe(starts.length);
        for (const one of starts) {
          const isConcerned =
            changed.includes(one) || world.needsOf(one).some((needed) => changed.includes(needed));
          // A build that failed for a passing reason is tried again after a write to its source.
          const isRetried = failsForNow(world.digestOf(one) ?? "") && names.includes(one);
          must(isConcerned || isRetried, `${one} was changed or needs what was`);
        }
        for (const [index, one] of starts.entries()) {
          for (const needed of world.needsOf(one))
            must(!starts.slice(index).includes(needed), "needs come first");
        }
      }),
      RUNS,
    );
  });
});

import { expect, test } from "vitest";
import { createHomes, type HomeCandidate } from "./home-worker.ts";

const apps = Array.from({ length: 1000 }, (_, index) => `registry.example/acme/store app-${index}`);
const workers = Array.from({ length: 10 }, (_, index) => ({ name: `w${index}`, slots: 2 }));

function homes(list: readonly HomeCandidate[], all = apps) {
  const found = createHomes([all]);
  return apps.map((app) => found.of(app, list));
}
const countOf = (name: string, found: readonly (string | undefined)[]) =>
  found.filter((home) => home === name).length;

test("neither the order of the workers nor that of the apps decides anything, and without workers there is no home", () => {
  expect(homes([...workers].reverse())).toEqual(homes(workers));
  expect(homes(workers, [...apps].reverse())).toEqual(homes(workers));
  expect(createHomes([apps]).of("app", [])).toBeUndefined();
});

test("a worker that goes moves few other apps than its own, and one that comes back gets them again", () => {
  const { of } = createHomes([apps]);
  const [gone, ...others] = workers;
  const before = apps.map((app) => of(app, workers));
  const after = apps.map((app) => of(app, others));
  const moved = apps.filter((_, index) => before[index] !== after[index] && before[index] !== gone?.name);
  expect(moved.length).toBeLessThan(100);
  expect(apps.map((app) => of(app, workers))).toEqual(before);
});

test("apps are spread evenly, by slots", () => {
  const found = homes(workers);
  for (const { name } of workers) {
    expect(countOf(name, found)).toBeGreaterThan(80);
    expect(countOf(name, found)).toBeLessThan(106);
  }
  const large = countOf("large", homes([...workers, { name: "large", slots: 20 }]));
  expect(large).toBeGreaterThan(450);
  expect(large).toBeLessThan(550);
});

test("an app that is not listed has a home, too", () => {
  expect(workers.map(({ name }) => name)).toContain(createHomes([]).of("app", workers));
});

test("few apps have a home on each worker, wherever images have theirs", () => {
  const pair = ["w1", "w2"].map((name) => ({ name, slots: 2 }));
  const projects = Array.from({ length: 100 }, (_, index) => `registry.example/project-${index}`);
  const shared = projects.filter((project) => {
    const own = ["api", "web"].map((name) => `${project} ${name}`);
    const { of } = createHomes([own, [`${project} builder`]]);
    return new Set(own.map((app) => of(app, pair))).size === 1;
  });
  expect(shared).toEqual([]);
});

import { expect, test } from "vitest";
import { homeOf } from "./home-worker.ts";

const apps = Array.from({ length: 1000 }, (_, index) => `registry.example/acme/store app-${index}`);
const workers = Array.from({ length: 10 }, (_, index) => ({ name: `w${index}`, slots: 2 }));
const homes = (list: typeof workers) => apps.map((app) => homeOf(app, list));

test("the order of the workers decides nothing, and without workers there is no home", () => {
  expect(homes([...workers].reverse())).toEqual(homes(workers));
  expect(homeOf("app", [])).toBeUndefined();
});

test("a worker that goes moves its own apps alone", () => {
  const [gone, ...others] = workers;
  const [before, after] = [homes(workers), homes(others)];
  const moved = apps.filter((_, index) => before[index] !== after[index]);
  expect(moved).toEqual(apps.filter((_, index) => before[index] === gone?.name));
});

test("apps are spread by slots", () => {
  const large = homes([...workers, { name: "large", slots: 20 }]).filter((name) => name === "large").length;
  expect(large).toBeGreaterThan(430);
  expect(large).toBeLessThan(570);
});

import { expect, test } from "vitest";
import { type Contender, compareRows, measure } from "./measure.ts";

const signal = new AbortController().signal;

test("contenders take turns, each prepared first", async () => {
  const order: string[] = [];
  const contender = (name: string): Contender => ({
    name,
    prepare: () => void order.push(`prepare ${name}`),
    run: async () => {
      order.push(name);
      return { wall: 1 };
    },
  });
  await measure([contender("a"), contender("b")], { rounds: 1, signal });
  const round = ["prepare a", "a", "prepare b", "b"];
  expect(order).toEqual([...round, ...round]);
});

test("figures are medians, without the first run", async () => {
  const walls = [1000, 5, 3, 100, 4];
  const run = async () => ({ wall: walls.shift() as number, cpu: walls.length });
  const rows = await measure([{ name: "a", run }], { rounds: 4, signal });
  expect(rows).toEqual([
    {
      name: "a",
      wall: 4.5,
      cpu: 1.5,
      goal: undefined,
      memory: undefined,
      calls: undefined,
      rounds: [
        { wall: 5, cpu: 3 },
        { wall: 3, cpu: 2 },
        { wall: 100, cpu: 1 },
        { wall: 4, cpu: 0 },
      ],
    },
  ]);
});

test("rows are compared round by round", () => {
  const row = (name: string, walls: readonly number[]) => ({
    name,
    wall: 1,
    rounds: walls.map((wall) => ({ wall })),
  });
  const compared = compareRows(row("a", [2, 30, 300]), row("b", [1, 10, 200]), "wall");
  expect(compared).toEqual({ ratio: 2, least: 1.5, most: 3 });
});

test("rows without rounds in common are compared by their medians", () => {
  expect(compareRows({ name: "a", wall: 6 }, { name: "b", wall: 3 }, "wall")).toEqual({ ratio: 2 });
});

test("other counts are medians by name", async () => {
  const counts: Record<string, number>[] = [{ kB: 9 }, { kB: 1, layers: 2 }, { kB: 3 }];
  const run = async () => ({ wall: 1, counts: counts.shift() ?? {} });
  const [row] = await measure([{ name: "a", run }], { rounds: 2, signal });
  expect(row?.counts).toEqual({ kB: 2, layers: 2 });
});

import { expect, test } from "vitest";
import { chooseMoves, type PlacedTask } from "./choose-moves.ts";

const tasks = (home: string | undefined, ...ids: string[]): PlacedTask[] =>
  ids.map((id, index) => ({ id, home, priority: index + 1 }));
const worker = (name: string, active: number, slots = 2) => ({ name, active, slots });

test("tasks that their own workers can begin stay", () => {
  expect(chooseMoves(tasks("w1", "a", "b"), [worker("w1", 0), worker("w2", 0)])).toEqual([]);
});

test("where nobody has a free slot, tasks wait for their own workers", () => {
  expect(chooseMoves(tasks("w1", "a", "b", "c"), [worker("w1", 2), worker("w2", 2)])).toEqual([]);
});

test("free slots get the last tasks of the worker with most of them", () => {
  const waiting = [...tasks("w1", "a", "b", "c"), ...tasks("w2", "d"), ...tasks("w3")];
  expect(chooseMoves(waiting, [worker("w1", 2), worker("w2", 2), worker("w3", 0)])).toEqual(["c", "b"]);
});

test("tasks that wait in the shared queue come first", () => {
  const waiting = [...tasks("w1", "a", "b"), ...tasks(undefined, "c")];
  expect(chooseMoves(waiting, [worker("w1", 2), worker("w2", 1)])).toEqual([]);
});

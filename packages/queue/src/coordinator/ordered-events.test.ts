import { expect, test } from "vitest";
import { createOrderedEvents } from "./ordered-events.ts";

const eventsOf = (...names: readonly string[]) => names.map((type) => ({ type }));

function record() {
  const given: string[] = [];
  return { given, events: createOrderedEvents(({ type }) => given.push(type)) };
}

test("batches are given out once and in order, whatever order they come in", () => {
  const { events, given } = record();
  events.add(1, 2, eventsOf("c"));
  events.add(1, 0, eventsOf("a", "b"));
  events.add(1, 0, eventsOf("a", "b"));
  events.add(1, 3, eventsOf("d"));
  expect(given).toEqual(["a", "b", "c", "d"]);
  expect(events.count(1)).toBe(4);
});

test("missing ones come from the log, and what is held is not given out twice", () => {
  const { events, given } = record();
  events.add(1, 0, eventsOf("a"));
  events.add(1, 3, eventsOf("d"));
  events.complete(1, eventsOf("a", "b", "c", "d"));
  expect(given).toEqual(["a", "b", "c", "d"]);
});

test("a new attempt begins anew, and the earlier one is over", () => {
  const { events, given } = record();
  events.add(1, 0, eventsOf("a"));
  events.begin(2);
  events.add(1, 1, eventsOf("b"));
  events.add(2, 0, eventsOf("a"));
  expect(given).toEqual(["a", "a"]);
  expect(events.count(1)).toBe(0);
});

import { expect, test } from "vitest";
import { createEventSender } from "./event-sender.ts";

const task = { task: "t", worker: "w1", attempt: 1 };
const events = [{ type: "target-output", text: "1" }];

test("messages that cannot be sent are counted, and their events are there for the log", async () => {
  const sender = createEventSender({ publish: () => Promise.reject(new Error("gone")) }, task);
  for (const event of events) sender.add(event);
  await sender.flush();
  expect(sender.lost()).toEqual({ count: 1, message: "gone" });
  expect(sender.events).toEqual(events);
});

test("nothing is lost where messages can be sent", async () => {
  const sent: unknown[] = [];
  const sender = createEventSender({ publish: async (_topic, data) => sent.push(data) }, task);
  for (const event of events) sender.add(event);
  await sender.flush();
  expect(sender.lost()).toBeUndefined();
  expect(sent).toEqual([{ kind: "events", worker: "w1", attempt: 1, from: 0, events }]);
});

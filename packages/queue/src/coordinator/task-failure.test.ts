import { expect, test } from "vitest";
import { describeEnd } from "./task-failure.ts";

const history = { target: "api", attempt: 4, workers: ["w1", "w2", "w1", "w2"] };

test.each([
  [
    "job stalled more than allowable limit",
    { code: "task-abandoned", target: "api", attempts: 4, workers: history.workers },
  ],
  [
    "refused: w3: the task is not signed",
    { code: "task-refused", worker: "w3", message: "the task is not signed" },
  ],
  ["refused: w3: it: has: colons", { code: "task-refused", worker: "w3", message: "it: has: colons" }],
  ["its source cannot be read", { code: "task-failed", message: "its source cannot be read" }],
])("the reason %j", (reason, failure) => {
  expect(describeEnd(reason, history)).toMatchObject(failure);
});

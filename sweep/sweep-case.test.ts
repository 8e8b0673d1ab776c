import { expect, test } from "vitest";
import { scenarios } from "./scenario.ts";
import { formatCaseId, matchesPattern, type Trouble } from "./sweep-case.ts";

const scenario = scenarios.find(({ name }) => name === "clean-container");

test.for<[Trouble, string]>([
  [{ kind: "call", fault: "404", call: "POST /commit", nth: 2 }, "clean-container/404/POST /commit#2"],
  [{ kind: "signal", signal: "SIGKILL", percent: 37 }, "clean-container/SIGKILL/at 37%"],
  [{ kind: "together", sessions: 4, share: "tag" }, "clean-container/together/4 with one tag"],
])("an id names scenario, fault and place: %j", ([trouble, id]) => {
  if (scenario === undefined) throw new Error("no such scenario");
  expect(formatCaseId({ scenario, trouble })).toBe(id);
});

test("a pattern is an id in which * stands for any text", () => {
  const id = "clean-container/refuse/GET /images/:id/json#2";
  expect(matchesPattern(id, id)).toBe(true);
  expect(matchesPattern(id, "clean-container/*")).toBe(true);
  expect(matchesPattern(id, "*/json#2")).toBe(true);
  expect(matchesPattern(id, "clean-container")).toBe(false);
  expect(matchesPattern("a.b", "a?b")).toBe(false);
});

import { expect, test } from "vitest";
import type { CheckSettings } from "../definition/checks.ts";
import { Checks } from "../definition/checks-schema.ts";
import { resolveChecks } from "../definition/resolve-checks.ts";
import { NO_HOST } from "../definition/variables.ts";
import type { BehaviourObservation, HttpAnswer } from "./behaviour.ts";
import { compareBehaviour } from "./compare-behaviour.ts";

function settings(written: object): CheckSettings {
  const checks = resolveChecks(Checks.parse(written), { failures: [], host: NO_HOST, path: [] });
  if (checks === undefined) throw new Error("no checks");
  return checks;
}

const NOTHING: BehaviourObservation = {
  commands: [],
  http: [],
  ports: [],
  ended: undefined,
  startup: undefined,
  memory: undefined,
};

const ran = (stdout: string, exitCode = 0): BehaviourObservation => ({
  ...NOTHING,
  commands: [{ name: "version", exitCode, stdout, stderr: "" }],
});

const answered = (answer: HttpAnswer): BehaviourObservation => ({
  ...NOTHING,
  http: [{ name: "GET /", answer }],
});

const page = (body: string, headers: Readonly<Record<string, string>> = {}): HttpAnswer => ({
  status: 200,
  headers,
  body,
});

const VERSION = { run: ["node", "--version"], name: "version" };

test("two that did the same are identical", () => {
  const checks = settings({ commands: [VERSION] });
  expect(compareBehaviour(checks, ran("v22"), ran("v22"))).toMatchObject({
    verdict: "identical",
    different: 0,
  });
});

test("another exit code and other output are named with the check, the first differing line with its number", () => {
  const { differences, verdict } = compareBehaviour(
    settings({ commands: [VERSION] }),
    ran("a\nb\nc"),
    ran("a\nx\nc", 3),
  );
  expect(verdict).toBe("different");
  expect(differences).toMatchObject([
    { path: "version", what: "exit code", left: "0", right: "3" },
    { path: "version", what: "stdout", left: "line 2: b", right: "line 2: x" },
  ]);
});

test("a mask covers what it matches, and what is left still counts", () => {
  const checks = settings({ commands: [{ ...VERSION, mask: ["\\d+ms"] }] });
  expect(compareBehaviour(checks, ran("took 3ms"), ran("took 14ms"))).toMatchObject({
    verdict: "equivalent",
    rules: [{ name: "checks.mask", count: 1 }],
  });
  const still = compareBehaviour(checks, ran("took 3ms\none"), ran("took 14ms\ntwo"));
  expect(still).toMatchObject({
    verdict: "different",
    differences: [{ left: "line 2: one", right: "line 2: two" }],
  });
});

test("what the config leaves out is reported and does not count", () => {
  const checks = settings({ commands: [{ ...VERSION, ignore: ["stdout", "exit code"] }] });
  expect(compareBehaviour(checks, ran("a"), ran("b", 1))).toMatchObject({
    verdict: "equivalent",
    covered: 2,
  });
});

test("headers that say when do not count, others do", () => {
  const checks = settings({ http: [{ path: "/", port: 80 }] });
  const left = answered(page("hi", { date: "Mon", server: "a" }));
  expect(compareBehaviour(checks, left, answered(page("hi", { date: "Tue", server: "a" })))).toMatchObject({
    verdict: "equivalent",
    rules: [{ name: "usual-headers" }],
  });
  expect(compareBehaviour(checks, left, answered(page("hi", { date: "Mon" })))).toMatchObject({
    verdict: "different",
    differences: [{ what: "header server", left: "a", right: null }],
  });
});

test("of a JSON answer only the values that are named count", () => {
  const checks = settings({ http: [{ path: "/", port: 80, json: ["status", "info.version"] }] });
  const body = (status: string, id: number) =>
    answered(page(JSON.stringify({ status, id, info: { version: 1 } })));
  expect(compareBehaviour(checks, body("up", 1), body("up", 2)).verdict).toBe("equivalent");
  expect(compareBehaviour(checks, body("up", 1), body("down", 1)).differences).toMatchObject([
    { what: "json status", left: '"up"', right: '"down"' },
  ]);
});

test("an answer on one side only, a port and an app that ended are differences", () => {
  const checks = settings({ http: [{ path: "/", port: 80 }] });
  const left = { ...answered(page("hi")), ports: [{ port: 80, isListening: true }] };
  const right = {
    ...answered({ problem: "nothing answers at the port" }),
    ports: [{ port: 80, isListening: false }],
    ended: "ended with exit code 1",
  };
  expect(compareBehaviour(checks, left, right).differences).toMatchObject([
    { what: "state", left: "runs", right: "ended with exit code 1" },
    { path: "port 80", left: "listening", right: "closed" },
    { what: "status", left: "200", right: "nothing answers at the port" },
  ]);
});

test("start-up and memory are reported and decide nothing", () => {
  const [left, right] = [
    { ...NOTHING, startup: 250, memory: 40_000_000 },
    { ...NOTHING, startup: 1900, memory: undefined },
  ];
  expect(compareBehaviour(settings({}), left, right)).toMatchObject({
    verdict: "identical",
    note: "up after 0.25 s and 1.90 s, using 40.0 MB and – of memory",
  });
});

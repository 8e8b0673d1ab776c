import type { SessionEvent } from "@sti/core";
import { expect, test } from "vitest";
import { reportedSession, reportOf, START } from "../../test/reported-session.ts";

const report = reportOf(reportedSession());
const target = (name: string) => report.targets.find((candidate) => candidate.name === name);

test("has each target with its outcome, start and steps", () => {
  expect(
    report.targets.map(({ duration, name, outcome, startedAt }) => [name, outcome, startedAt, duration]),
  ).toEqual([
    ["builder", "built", START, 1000],
    ["api", "failed", START + 1000, 1000],
    ["web", "skipped", undefined, 0],
    ["docs", "up-to-date", START + 48, 2],
    ["site", "built", START + 60, 2440],
  ]);
  expect(target("builder")?.steps).toEqual([
    { kind: "run-script", title: "build Dockerfile", startedAt: START + 100, duration: 800, succeeded: true },
  ]);
});

test("a step that failed ends with its target", () => {
  expect(target("api")?.steps.at(-1)).toMatchObject({
    startedAt: START + 1200,
    duration: 800,
    succeeded: false,
  });
});

test("a push of all targets together belongs to its target", () => {
  expect(target("site")).toMatchObject({ pushed: { digest: "sha256:1" } });
  expect(target("site")?.steps.map(({ kind }) => kind)).toEqual(["run-script", "push-image"]);
});

test("failures are in words, with the place in the config", () => {
  expect(target("api")?.failures).toMatchObject([
    { code: "dockerfile-failed", subject: "apps.api", location: { line: 4 } },
  ]);
});

test("no text has a control character or an escape sequence in it", () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  expect(JSON.stringify(report)).not.toMatch(/\\u00[01]|\\ud8|[\u0000-\u001f\u202e]/);
  expect(target("api")?.output.lines.at(-1)).toContain("</script>");
});

test("of long output only the end is kept, and more of it where the target failed", () => {
  const noise = (name: string) =>
    Array.from(
      { length: 500 },
      (_, index): SessionEvent => ({
        type: "target-output",
        at: 1,
        target: name,
        stream: "stdout",
        text: `${index}`,
      }),
    );
  const [first, ...rest] = reportedSession();
  const noisy = reportOf([first as SessionEvent, ...noise("api"), ...noise("builder"), ...rest]);
  const kept = noisy.targets.map(({ output }) => [output.left, output.lines.length]);
  expect(kept.slice(0, 2)).toEqual([
    [460, 40],
    [302, 200],
  ]);
  expect(noisy.targets[0]?.output.lines.at(-1)).toBe("499");
});

test("a session that was interrupted has a report too", () => {
  const cancelled: SessionEvent[] = reportedSession().map((event) =>
    event.type === "target-finished" && event.target === "web"
      ? { ...event, outcome: "cancelled", reason: "interrupted" }
      : event,
  );
  const web = reportOf(cancelled).targets[2];
  expect(web).toMatchObject({ outcome: "cancelled", startedAt: undefined, steps: [] });
});

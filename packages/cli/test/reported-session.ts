// A session for the tests of reports: one target of each outcome, with text that tries to be more than text.
import type { SessionEvent } from "@sti/core";
import type { SessionAbout } from "../src/report/page/page-state.ts";
import type { SessionReport } from "../src/report/session-report.ts";
import { toReport } from "../src/report/to-report.ts";
import { viewOf } from "./fake-session.ts";

export const START = Date.UTC(2026, 0, 2, 3, 4, 5);

/** Output of a build that tries to break out of a report. */
export const HOSTILE =
  "</pre></script><script>alert(1)</script><img src=x onerror=alert(2)> ]]> \"double\" 'single' & \u001b[31mred\u001b[0m\u0000\u0007\u202e\ufffe\ud800";

/** Facts about the session. */
export const ABOUT: SessionAbout = {
  project: "shop",
  command: "sti run",
  again: "sti run",
  version: "1.2.3",
  engine: "Docker Engine 28.5.2, linux/amd64",
  commit: "0123456789abcdef0123456789abcdef01234567",
};

/** `builder` → `api` (fails) → `web` (skipped); `docs` is up to date; `site` is pushed after all have ended. */
export function reportedSession(): readonly SessionEvent[] {
  const at = (milliseconds: number) => START + milliseconds;
  const app = (name: string, dependsOn: readonly string[] = []) =>
    ({ name, kind: "app", tag: `acme/${name}:dev`, dependsOn }) as const;
  const step = (target: string, title: string, from: number, to: number): readonly SessionEvent[] => [
    { type: "step-started", at: at(from), target, step: "run-script", title },
    { type: "step-finished", at: at(to), target, step: "run-script", duration: to - from },
  ];
  const made = { reason: "its inputs changed", imageSize: 5_000_000 } as const;
  return [
    {
      type: "session-started",
      schemaVersion: 1,
      at: START,
      session: "s",
      concurrency: 2,
      targets: [
        { name: "builder", kind: "image", tag: "acme/builder", dependsOn: [] },
        app("api", ["builder"]),
        app("web", ["api", "builder"]),
        app("docs"),
        app("site"),
      ],
    },
    { type: "target-started", at: START, target: "builder", reason: "no image has its tag", causes: [] },
    ...step("builder", "build Dockerfile", 100, 900),
    { type: "target-finished", at: at(1000), target: "builder", outcome: "built", duration: 1000, ...made },
    { type: "target-finished", at: at(50), target: "docs", outcome: "up-to-date", duration: 2, ...made },
    { type: "target-started", at: at(1000), target: "api", reason: made.reason, causes: [] },
    { type: "target-warning", at: at(1000), target: "api", message: `careful ${HOSTILE}` },
    ...step("api", "send the source", 1000, 1200),
    { type: "step-started", at: at(1200), target: "api", step: "run-script", title: `prepare ${HOSTILE}` },
    { type: "target-output", at: at(1300), target: "api", stream: "stdout", text: "compiling" },
    { type: "target-output", at: at(1400), target: "api", stream: "stderr", text: HOSTILE },
    {
      type: "target-finished",
      at: at(2000),
      target: "api",
      outcome: "failed",
      reason: `it failed: ${HOSTILE}`,
      duration: 1000,
      failure: {
        code: "dockerfile-failed",
        target: "api",
        path: ["apps", "api"],
        location: { file: "/repo/sti.config.ts", line: 4, column: 7 },
        message: HOSTILE,
      },
      lastLines: ["compiling", HOSTILE],
    },
    {
      type: "target-finished",
      at: at(2000),
      target: "web",
      outcome: "skipped",
      reason: "needs api, which failed",
      duration: 0,
    },
    { type: "target-started", at: at(60), target: "site", reason: made.reason, causes: [] },
    ...step("site", "prepare on acme/builder", 60, 2400),
    { type: "target-finished", at: at(2500), target: "site", outcome: "built", duration: 2440, ...made },
    { type: "step-started", at: at(2600), target: "site", step: "push-image", title: "push acme/site:dev" },
    { type: "step-finished", at: at(2900), target: "site", step: "push-image", duration: 300 },
    {
      type: "target-pushed",
      at: at(2900),
      target: "site",
      pushed: { reference: "docker.io/acme/site:dev", digest: "sha256:1" },
    },
    {
      type: "session-finished",
      at: at(3000),
      session: "s",
      duration: 3000,
      outcomes: { built: 2, "up-to-date": 1, restored: 0, failed: 1, skipped: 1, cancelled: 0 },
      criticalPath: ["builder", "api"],
      criticalDuration: 2000,
      failures: [],
    },
  ];
}

/** Inputs of a report besides the session in words. */
export function placeOf(events: readonly SessionEvent[]) {
  return {
    cwd: "/repo",
    session: viewOf(events),
    logOf: (target: string) => `/repo/.sti/logs/${target}.log`,
  };
}

export function reportOf(events: readonly SessionEvent[]): SessionReport {
  const place = placeOf(events);
  const report = toReport(place.session, place);
  if (report === undefined) throw new Error("the session has not finished");
  return report;
}

import { foldSession, type SessionEvent } from "@sti/core";
import { expect, test } from "vitest";
import { createRecordingOutput, createWithView } from "../../test/fake-session.ts";
import { drawScreen, isNews } from "./draw-screen.ts";
import { createPlainRenderer } from "./plain-renderer.ts";

const pushed = { reference: "r.test/api:1", digest: `sha256:${"0123456789abcdef".repeat(4)}` };
const target = { name: "api", kind: "app", tag: "r.test/api:1", dependsOn: [] } as const;
const step = "push-image" as const;

/** An app that was up to date, and is pushed once all targets have ended. */
const EVENTS: readonly SessionEvent[] = [
  { type: "session-started", schemaVersion: 1, at: 1, session: "s", concurrency: 1, targets: [target] },
  {
    type: "target-finished",
    at: 2,
    target: "api",
    outcome: "up-to-date",
    reason: "nothing changed",
    duration: 0,
  },
  { type: "step-started", at: 3, target: "api", step, title: "push r.test/api:1" },
  { type: "step-progress", at: 4, target: "api", step, current: 500, total: 1000 },
  { type: "target-pushed", at: 5, target: "api", pushed },
];

test("a push after its target has ended is seen while it lasts, and printed once it is done", () => {
  const { apply, view } = foldSession();
  const frames = EVENTS.map((event) => {
    apply(event);
    const news = isNews(event) ? [event] : [];
    return drawScreen(view, news, { columns: 100, rows: 24, now: event.at, colour: false });
  });
  expect(frames[3]?.live.join("\n")).toContain("push r.test/api:1");
  expect(frames[4]?.live.join("\n")).not.toContain("push r.test");
  expect(frames[4]?.scroll).toEqual(["↑ api  r.test/api:1  pushed sha256:0123456789ab"]);
});

test("in a pipe a push is one line, and with its target's own push part of that line", () => {
  const [stdout, stderr] = [createRecordingOutput(), createRecordingOutput()];
  const renderer = createWithView((session) =>
    createPlainRenderer({
      session,
      stdout,
      stderr,
      colour: false,
      errorColour: false,
      verbose: false,
      cwd: "/repo",
    }),
  );
  for (const event of EVENTS) renderer.render(event);
  renderer.render({
    type: "target-finished",
    at: 6,
    target: "api",
    outcome: "built",
    reason: "its inputs changed",
    duration: 1000,
    pushed,
  });
  expect(stdout.text()).toContain("↑ api  r.test/api:1  pushed sha256:0123456789ab\n");
  expect(stdout.text()).toContain("(its inputs changed; pushed sha256:0123456789ab)");
});

import type { SessionEvent } from "@sti/core";
import { describe, expect, it } from "vitest";
import { createRecordingOutput, createWithView, fakeSession } from "../../test/fake-session.ts";
import { createPlainRenderer } from "./plain-renderer.ts";

function play(events: readonly SessionEvent[], verbose = false) {
  const [stdout, stderr] = [createRecordingOutput(), createRecordingOutput()];
  const renderer = createWithView((session) =>
    createPlainRenderer({
      session,
      stdout,
      stderr,
      colour: false,
      errorColour: false,
      verbose,
      cwd: "/repo",
    }),
  );
  for (const event of events) renderer.render(event);
  renderer.close();
  return { stdout: stdout.text(), stderr: stderr.text() };
}

const events = fakeSession({
  names: ["api", "web", "admin"],
  concurrency: 2,
  outcomes: { web: "failed", admin: "skipped" },
});

describe("the plain renderer", () => {
  it("writes no escape sequence", () => {
    const { stdout, stderr } = play(events, true);
    expect(stdout + stderr).not.toContain("\u001b");
  });

  it("gives the same lines when recorded events are replayed", () => {
    const recorded = JSON.parse(JSON.stringify(events)) as SessionEvent[];
    expect(play(recorded)).toEqual(play(events));
  });

  it("shows the output of a target only when it failed", () => {
    const { stdout } = play(events);
    expect(stdout).toContain("web │ web 日本語の出力");
    expect(stdout).not.toContain("api │");
  });

  it("shows every line of output after its target's name when verbose", () => {
    const { stdout } = play(events, true);
    expect(stdout).toContain("api │ api 日本語の出力");
    expect(stdout).toContain("api │ ▸ prepare on acme/builder");
  });

  it("writes failures to stderr, with place, cause and the line of the output that names it", () => {
    expect(play(events).stderr.split("\n")).toEqual([
      "",
      "✖ apps.web: /usr/bin/prepare of acme/builder exited with 1",
      "  sti.config.ts:12:5",
      "  │ error: no such module",
      "",
    ]);
  });

  it("names once more at the end what failed, where that is several targets", () => {
    const twoFailed = fakeSession({
      names: ["api", "web", "admin"],
      concurrency: 2,
      outcomes: { web: "failed", admin: "failed" },
    });
    expect(play(twoFailed).stdout).toMatch(/^✖ web, admin {2}failed\n\n1 built · 2 failed/m);
  });

  it("ends with what was skipped, the counts, the time and the critical path", () => {
    expect(play(events).stdout.split("\n").slice(-6)).toEqual([
      "",
      "↓ admin  skipped: needs api, which failed",
      "",
      "1 built · 1 failed · 1 skipped  in 1.6s",
      "critical path: api → web (0.4s of 1.6s)",
      "",
    ]);
  });

  it("says what is about no single target where it was said", () => {
    const message = "debian:12 is b2 here, but a1 in sti.lock";
    const [start, ...rest] = events as [SessionEvent, ...SessionEvent[]];
    const { stdout } = play([start, { type: "session-warning", at: start.at, message }, ...rest]);
    expect(stdout.split("\n")[1]).toBe(`! ${message}`);
  });

  it("sums up 300 successful targets in their counts", () => {
    const names = Array.from({ length: 300 }, (_, index) => `svc-${index}`);
    const { stdout, stderr } = play(fakeSession({ names, concurrency: 4 }));
    expect(stdout.split("\n\n").at(-1)).toMatch(/^300 built {2}in .*\ncritical path: .*\n$/);
    expect(stderr).toBe("");
  });
});

import type { SessionEvent } from "@sti/core";
import { expect, test } from "vitest";
import { createRecordingOutput, fakeSession, viewOf } from "../../test/fake-session.ts";
import { createTerminalStatus, showsProgress } from "./terminal-status.ts";

const events = fakeSession({ names: ["api", "web"], concurrency: 1, outcomes: { web: "failed" } });
const settled: SessionEvent = {
  type: "watch-settled",
  at: 9_000_000,
  duration: 1,
  changed: [],
  failed: ["web"],
};

/** What is written after each event. */
function write(shown: readonly SessionEvent[], hasProgress = true): string {
  const output = createRecordingOutput({ columns: 80, rows: 24, isTTY: true });
  const status = createTerminalStatus(output, { cwd: "/repo/shop\u0007", hasProgress });
  for (let count = 1; count <= shown.length; count += 1) status.show(viewOf(shown.slice(0, count)));
  status.restore();
  return output.text();
}

test("the title and the progress follow the session, and are given back", () => {
  const written = write(events.slice(0, -1));
  const titles = partsOf(written, "\u001b]0;");
  expect(titles.map((title) => title?.split(" — ", 1)[0])).toEqual([
    "sti 0/2",
    "sti 1/2",
    "sti ✖ 1 failed, 2/2",
  ]);
  const progress = partsOf(written, "\u001b]9;4;");
  expect(progress).toEqual(["1;0", "1;50", "2;100", "0;0"]);
  expect(written.startsWith("\u001b[22;0t")).toBe(true);
  expect(written.split("\u001b[22;0t")).toHaveLength(2);
  expect(written.split("\u001b[23;0t")).toHaveLength(2);
});

test("a name of a folder cannot end the sequence, and other terminals get no progress", () => {
  const written = write(events.slice(0, 1), false);
  expect(written.split("\u0007")).toHaveLength(2);
  expect(written).not.toContain("]9;4");
});

test("a watch at rest names what has failed", () => {
  expect(write([...events.slice(0, -1), settled])).toContain("sti ✖ 1 failed — shop");
});

test("a container that crashed is a failure, and one that a user stopped is none", () => {
  const place = { at: 9_000_000, target: "api", container: "c" } as const;
  const atRest: readonly SessionEvent[] = [
    ...events.slice(0, 1),
    { ...settled, failed: [] },
    { type: "container-started", ...place, imageId: "sha256:1", ports: [] },
    { type: "container-up", ...place, duration: 1 },
  ];
  const crashed = {
    type: "container-failed",
    ...place,
    reason: "ended",
    lastLines: [],
    exitCode: 1,
  } as const;
  expect(write([...atRest, crashed])).toContain("sti ✖ 1 failed — shop");
  const halted = { type: "container-stopped", ...place, isHalted: true } as const;
  const titles = partsOf(write([...atRest, halted]), "\u001b]0;");
  expect(titles.at(-1)).toBe("sti ● watching — shop");
});

test.each([
  [{ TERM_PROGRAM: "ghostty" }, true],
  [{ WT_SESSION: "1" }, true],
  [{ TERM_PROGRAM: "iTerm.app" }, false],
  [{}, false],
])("%j has progress: %s", (env, expected) => {
  expect(showsProgress(env)).toBe(expected);
});

/** The texts between a start and the end of its sequence. */
function partsOf(written: string, start: string): readonly (string | undefined)[] {
  return written
    .split(start)
    .slice(1)
    .map((part) => part.split("\u0007", 1)[0]);
}

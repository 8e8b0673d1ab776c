import { foldSession } from "@sti/core";
import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { fakeSession, viewOf } from "../../test/fake-session.ts";
import { drawScreen, isNews, type News } from "./draw-screen.ts";

/** A frame after every so many events, as a viewport would draw it. */
function drawAll(
  events: ReturnType<typeof fakeSession>,
  {
    columns,
    rows,
    colour = false,
    every = 1,
  }: { columns: number; rows: number; colour?: boolean; every?: number },
) {
  const { apply, view } = foldSession();
  let news: News[] = [];
  return events.flatMap((event, index) => {
    apply(event);
    if (isNews(event)) news.push(event);
    if (index % every !== 0 && event.type !== "session-finished") return [];
    const frame = drawScreen(view, news, { columns, rows, now: event.at, colour });
    news = [];
    return frame;
  });
}

const names = Array.from({ length: 300 }, (_, index) => (index % 7 === 0 ? `決済-${index}` : `svc-${index}`));

describe("drawScreen", () => {
  it("keeps 300 targets within 24 rows and prints one final line for each", () => {
    const frames = drawAll(fakeSession({ names, concurrency: 40 }), { columns: 80, rows: 24, every: 5 });
    expect(Math.max(...frames.map((frame) => frame.live.length + 1))).toBe(24);
    const scrolled = frames.flatMap((frame) => frame.scroll);
    expect(scrolled).toHaveLength(300);
    for (const name of names) {
      expect(scrolled.filter((line) => line.startsWith(`✔ ${name} `))).toHaveLength(1);
    }
  });

  it.each([20, 40, 200])("never draws a live line wider than %d columns", (columns) => {
    const frames = drawAll(fakeSession({ names: names.slice(0, 60), concurrency: 8 }), {
      columns,
      rows: 24,
      colour: true,
    });
    const widths = frames.flatMap((frame) => frame.live).map((line) => stringWidth(line));
    expect(Math.max(...widths)).toBeLessThanOrEqual(columns);
  });

  it.each([1, 2, 3, 5])("stays within %d rows", (rows) => {
    const frames = drawAll(fakeSession({ names: names.slice(0, 20), concurrency: 10 }), {
      columns: 80,
      rows,
    });
    expect(Math.max(...frames.map((frame) => frame.live.length + 1))).toBeLessThanOrEqual(rows);
  });

  it("says how many more are running than there is room for", () => {
    const started = fakeSession({ names: names.slice(0, 12), concurrency: 12 }).slice(0, 1 + 12 * 6);
    const live = drawAll(started, { columns: 80, rows: 8 }).at(-1)?.live ?? [];
    expect(live.at(-2)).toBe("  … 7 more running");
    expect(live.at(-1)).toMatch(/^ {2}0\/12 done · 12 running · 0 waiting · \d+\.\ds$/);
  });

  it("shows the step, the time and the last line of output of what is running", () => {
    const started = fakeSession({ names: ["api"], concurrency: 1 }).slice(0, 7);
    const [line] = drawAll(started, { columns: 200, rows: 24 }).at(-1)?.live ?? [];
    expect(line).toMatch(/^\S api +0\.3s {2}prepare on acme\/builder {2}api 日本語の出力/);
  });

  it("shows how far a pull is", () => {
    const pulling = fakeSession({ names: ["api"], concurrency: 1 }).slice(0, 4);
    const [line] = drawAll(pulling, { columns: 80, rows: 24 }).at(-1)?.live ?? [];
    expect(line).toContain("pull acme/builder  5.0/30.0 MB");
  });

  it("says how each target ended and why", () => {
    const events = fakeSession({
      names: ["a", "b", "c", "d", "e"],
      concurrency: 1,
      outcomes: { b: "up-to-date", c: "failed", d: "skipped", e: "cancelled" },
    });
    expect(drawAll(events, { columns: 80, rows: 24 }).flatMap((frame) => frame.scroll)).toEqual([
      "✔ a  acme/a:dev  built 0.4s  (source changed)",
      "● b  acme/b:dev  up to date  (source changed)",
      "✖ c  failed 0.4s  (prepare exited with 1: error: no such module)",
      "↓ d  skipped: needs api, which failed",
      "■ e  cancelled: source changed",
    ]);
  });

  it("shows what is waited for in the place of the counts when the process is to end", () => {
    const session = viewOf(fakeSession({ names: ["api"], concurrency: 1 }).slice(0, 1));
    const wait = "waiting for the engine (remove container, 2 s)";
    const draw = (columns: number) =>
      drawScreen(session, [], { columns, rows: 24, now: 0, colour: false, wait }).live;
    expect(draw(80)).toEqual(["  stopping: waiting for the engine (remove container, 2 s)"]);
    expect(stringWidth(draw(30)[0] ?? "")).toBeLessThanOrEqual(30);
  });

  it("draws nothing live once the session has ended", () => {
    expect(drawAll(fakeSession({ names: ["a"], concurrency: 1 }), { columns: 80, rows: 24 }).at(-1)).toEqual({
      scroll: [],
      live: [],
    });
  });
});

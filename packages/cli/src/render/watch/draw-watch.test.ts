import type { SessionEvent } from "@sti/core";
import { describe, expect, test } from "vitest";
import { viewOf } from "../../../test/fake-session.ts";
import { BUILDING, FAILED, STARTED } from "../../../test/watched-session.ts";
import { textWidth } from "../text-width.ts";
import { drawWatch, type WatchView } from "./draw-watch.ts";
import { queueNews } from "./watch-news.ts";
import { STATUS } from "./watch-ui.ts";

const VIEW: WatchView = {
  columns: 80,
  rows: 24,
  now: STARTED + 5600,
  colour: false,
  cwd: "/repo",
  ui: STATUS,
  choices: { targets: ["api", "web", "builder"], containers: [], openable: [] },
  shown: { kind: "all" },
  hasKeys: true,
  pane: [],
};

function draw(events: readonly SessionEvent[], view: Partial<WatchView> = {}) {
  const news = queueNews();
  events.forEach(news.add);
  return drawWatch(viewOf(events), news.take(), { ...VIEW, ...view });
}

const BROKEN: SessionEvent = {
  type: "config-broken",
  at: STARTED + 8000,
  failures: [
    {
      code: "config-syntax",
      message: "Unexpected token",
      location: { file: "/repo/sti.config.ts", line: 3, column: 7 },
      frame: "",
    },
  ],
};

describe("the screen of a watch", () => {
  test.each([
    [{ kind: "all" }, ["api │ GET /a", "web │ GET /b", "✖ web  ended", "! odd"], ""],
    [{ kind: "only", name: "web" }, ["web │ GET /b", "✖ web  ended"], "web only, Enter: all"],
    [{ kind: "failures" }, ["✖ web  ended", "! odd"], "failures only, Enter: all"],
    [{ kind: "text", text: "get /A" }, ["api │ GET /a"], 'lines with "get /A" only, Enter: all'],
  ] as const)("prints the lines that are asked for: %j", (shown, lines, words) => {
    const at = STARTED;
    const say = (target: string, text: string) =>
      ({ type: "container-output", at, target, container: "1", stream: "stdout", text }) as const;
    const failed = {
      type: "container-failed",
      at,
      target: "web",
      container: "1",
      reason: "ended",
      lastLines: [],
    } as const;
    const odd = { type: "session-warning", at, message: "odd" } as const;
    const start = BUILDING.slice(0, 1);
    const events: readonly SessionEvent[] = [
      ...start,
      say("api", "GET /a"),
      say("web", "GET /b"),
      failed,
      odd,
    ];
    const { live, scroll } = draw(events, { shown });
    expect(scroll.map((line) => line.slice("00:00:00 ".length))).toEqual(lines);
    expect(live[0]).toContain(words);
  });

  test("has the steps and the output of builds above it, if all is to be printed", () => {
    const news = queueNews({ verbose: viewOf(BUILDING) });
    BUILDING.forEach(news.add);
    const { live, scroll } = drawWatch(viewOf(BUILDING), news.take(), VIEW);
    expect(scroll.map((line) => line.slice("00:00:00 ".length))).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^api │ ▸ /),
        expect.stringMatching(/^api │ compiling$/),
      ]),
    );
    expect(live.at(-1)).toContain("q quit");
  });

  test.each([
    [80, "  q quit · r rebuild · c clean · l log · w why · p pause · R restart · ? help"],
    [40, "  q quit · r rebuild · c clean · ? help"],
    [10, "  q quit…"],
  ])("shows as many keys as fit into %d columns, and how to see the rest", (columns, footer) => {
    const choices = { targets: ["api"], containers: ["api"], openable: ["api"] };
    expect(draw(BUILDING, { choices, columns }).live.at(-1)).toBe(footer);
  });

  test("has the state first, one line for each active target with its cause, and the keys last", () => {
    expect(draw(BUILDING).live).toEqual([
      "● building 1 · 1 waiting · 3 targets",
      "⠋ api   0.5s  rebuilding — src/x.ts edited  prepare on acme/builder  compiling",
      "◌ web         waiting — api/src/x.ts and 1 more changed",
      "  q quit · r rebuild · c clean · l log · w why · p pause · ? help",
    ]);
  });

  test.each([
    [200, "building 1 · paused, p: go on · 1 waiting · 3 targets", / · 1 failed · 3 targets · 1 built in /],
    [80, "building 1 · paused, p: go on · 1 waiting · 3 targets", / · 1 failed · 3 targets$/],
    [40, "building 1 · paused, p: go on", / · 1 failed$/],
  ])("says in %d columns that it is paused", (columns, building, resting) => {
    const view = { columns, isPaused: true };
    expect(draw(BUILDING, view).live[0]).toBe(`● ${building}`);
    const [header = ""] = draw(FAILED, view).live;
    expect(header).toMatch(/^● watching · paused, p: go on/);
    expect(header).toMatch(resting);
    expect(textWidth(header)).toBeLessThanOrEqual(columns);
  });

  test.each([
    [80, "building 1 · paused, p: go on · 3 changed files wait · 1 waiting · 3 targets"],
    [60, "building 1 · paused, p: go on · 3 changed files wait"],
    [40, "building 1 · paused, p: go on"],
  ])("counts in %d columns the changes that wait while it is paused", (columns, header) => {
    const waiting = { files: 3, isMore: false, isConfig: false };
    expect(draw(BUILDING, { columns, isPaused: true, waiting }).live[0]).toBe(`● ${header}`);
  });

  test("says first what is waited for when it is to end", () => {
    const wait = "waiting for the engine (remove container, 2 s)";
    expect(draw(BUILDING, { wait }).live[0]).toMatch(
      /^● stopping: waiting for the engine \(remove container, 2 s\)/,
    );
  });

  test("prints targets that were up to date in one line", () => {
    const { scroll } = draw(BUILDING);
    expect(scroll).toHaveLength(1);
    expect(scroll[0]).toMatch(/^\d\d:\d\d:\d\d ● builder, api, web {2}up to date$/);
  });

  test("prints a failure whole once, and keeps a line for it in sight until the target is built", () => {
    const failed = draw(FAILED);
    expect(failed.live[0]).toMatch(/^● watching · 1 failed · 3 targets · 1 built in 2.0s at \d\d:\d\d:\d\d$/);
    expect(failed.live.slice(1, -1)).toEqual([
      expect.stringMatching(/^✖ api {2}failed \d\d:\d\d:\d\d: error: no such module$/),
    ]);
    expect(failed.scroll.slice(1).map((line) => line.replace(/^\d\d:\d\d:\d\d /, ""))).toEqual([
      "✖ api  failed 0.4s",
      "✖ apps.api: /usr/bin/prepare of acme/builder exited with 1",
      "  sti.config.ts:12:5",
      "  │ compiling",
      "  │ error: no such module",
      expect.stringMatching(/^✔ web /),
    ]);
    const fixed = draw([
      ...FAILED,
      { type: "target-finished", at: STARTED, target: "api", outcome: "built", reason: "", duration: 1 },
    ]);
    expect(fixed.live.join("\n")).not.toContain("failed");
  });

  test("repeats only the line with the error where the output has scrolled up already", () => {
    const output = (view: Partial<WatchView>) =>
      draw(FAILED, { output: "printed", ...view }).scroll.filter((line) => line.startsWith("  │ "));
    expect(output({})).toEqual(["  │ error: no such module"]);
    expect(output({ shown: { kind: "failures" } })).toEqual(["  │ compiling", "  │ error: no such module"]);
  });

  test("never says after a failure that nothing is new", () => {
    const settled = (failed: readonly string[]): SessionEvent => ({
      ...{ type: "watch-settled", at: STARTED + 9000, duration: 100, changed: [] },
      failed,
    });
    expect(draw([...FAILED, settled(["api"])], { columns: 200 }).live[0]).toContain(" · 0 built in 0.1s");
    expect(draw([...BUILDING.slice(0, 4), settled([])], { columns: 200 }).live[0]).toContain("nothing new");
  });

  test("says where the config is broken until it is put right", () => {
    const broken = draw([...FAILED, BROKEN]);
    expect(broken.live[0]).toContain("config broken");
    expect(broken.live[1]).toBe("✖ sti.config.ts:3:7  config cannot be parsed: Unexpected token");
    const reloaded = draw([
      ...FAILED,
      BROKEN,
      { type: "config-reloaded", at: STARTED, added: [], removed: ["api"], changed: [], targets: [] },
    ]);
    expect(reloaded.live.join("\n")).not.toMatch(/config broken|sti.config.ts|api/);
  });

  test("says that it waits for the engine, and for how long", () => {
    const lost: SessionEvent = { type: "engine-lost", at: STARTED + 5000, message: "connection refused" };
    expect(draw([...BUILDING, lost]).live[0]).toContain("waiting for the engine, 0.6s");
    const back: SessionEvent = { type: "engine-back", at: STARTED + 6000, duration: 1000 };
    expect(draw([...BUILDING, lost, back]).live[0]).not.toContain("engine");
  });

  test.each([
    [200, 50],
    [80, 24],
    [40, 10],
    [20, 5],
    [12, 3],
    [80, 2],
  ])("keeps within %i columns and %i rows, whatever it shows", (columns, rows) => {
    const panes: readonly Partial<WatchView>[] = [
      {},
      { ui: { kind: "help" } },
      { ui: { kind: "choose", action: "rebuild", filter: "", cursor: 3 } },
      {
        ui: { kind: "pane", content: "logs", target: "api", back: 0 },
        pane: Array.from({ length: 100 }, (_, index) => [`line ${index} ${"x".repeat(300)}`]),
      },
    ];
    for (const events of [BUILDING, [...FAILED, BROKEN]]) {
      for (const pane of panes) {
        const { live } = draw(events, { columns, rows, ...pane });
        expect(live.length).toBeLessThan(rows);
        for (const line of live) expect(textWidth(line)).toBeLessThanOrEqual(columns);
      }
    }
  });

  test("shows the end of a log, and what was before it when it is scrolled back", () => {
    const pane = Array.from({ length: 100 }, (_, index) => [`line ${index}`]);
    const ui = { kind: "pane", content: "logs", target: "api", back: 0 } as const;
    expect(draw(BUILDING, { ui, pane, rows: 10 }).live.slice(1, -1)).toEqual([
      "log of api",
      ...[94, 95, 96, 97, 98, 99].map((index) => `line ${index}`),
    ]);
    const back = draw(BUILDING, { ui: { ...ui, back: 1000 }, pane, rows: 10 }).live;
    expect(back.slice(1, 3)).toEqual(["log of api  94 lines below", "line 0"]);
  });

  test("offers no keys where none are read", () => {
    expect(draw(BUILDING, { hasKeys: false }).live.join("\n")).not.toContain("quit");
  });

  test("is empty when the session has ended", () => {
    const end: SessionEvent = {
      type: "session-finished",
      at: STARTED,
      session: "s",
      duration: 1,
      outcomes: { built: 1, "up-to-date": 0, restored: 0, failed: 0, skipped: 0, cancelled: 0 },
      criticalPath: [],
      criticalDuration: 0,
      failures: [],
    };
    expect(draw([...BUILDING, end]).live).toEqual([]);
  });
});

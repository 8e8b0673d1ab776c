// That nothing that scrolls up is cut, seen in a terminal emulator.
import type { SessionEvent } from "@sti/core";
import { expect, test, vi } from "vitest";
import { emulateTerminal } from "../../test/emulated-terminal.ts";
import { createWithView, fakeSession } from "../../test/fake-session.ts";
import { githubStyle } from "./github-style.ts";
import { gitlabStyle } from "./gitlab-style.ts";
import { createGroupedRenderer } from "./grouped-renderer.ts";
import { createPlainRenderer } from "./plain-renderer.ts";
import { createQuietRenderer } from "./quiet-renderer.ts";
import type { Renderer } from "./renderer.ts";
import { createViewportRenderer } from "./viewport-renderer.ts";
import { createPlainWatch, createQuietWatch } from "./watch/plain-watch.ts";
import { createWatchRenderer } from "./watch/watch-renderer.ts";

const LONG = Array.from({ length: 30 }, (_, index) => `part-${index}/決済/é.ts`).join(" ");
const ROWS = 20;

const VIEW = { colour: true, errorColour: true, cwd: "/repo", now: () => 1_002_000 };
const NEWS = ["warning of web", "line of web"];
const FAILURES = ["line of web"];
/** How each is made, and what it prints. */
const RENDERERS = {
  viewport: [createViewportRenderer, NEWS, {}],
  watch: [createWatchRenderer, [...NEWS, "output of api"], {}],
  "verbose watch": [createWatchRenderer, [...NEWS, "output of api"], { verbose: true }],
  plain: [createPlainRenderer, NEWS, {}],
  "plain watch": [createPlainWatch, [...NEWS, "output of api"], {}],
  gitlab: [createGroupedRenderer, NEWS, { style: gitlabStyle() }],
  github: [createGroupedRenderer, NEWS, { style: githubStyle({ root: "/repo" }) }],
  quiet: [createQuietRenderer, FAILURES, {}],
  "quiet watch": [createQuietWatch, FAILURES, {}],
} as const;

const SIZES = [40, 80, 200] as const;
const cases = Object.keys(RENDERERS).flatMap((name) => SIZES.map((columns) => [name, columns] as const));

test.each(cases)("the %s renderer keeps the ends of long lines at %d columns", async (name, columns) => {
  const { output, read } = emulateTerminal(columns, ROWS);
  const [create, marks, more] = RENDERERS[name as keyof typeof RENDERERS];
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const renderer = createWithView((session): Renderer => {
    return (create as (options: object) => Renderer)({
      ...{ ...VIEW, ...more },
      ...{ session, stdout: output, stderr: output },
    });
  });
  for (const event of eventsOf(name.includes("watch"))) {
    renderer.render(event);
    vi.advanceTimersByTime(100);
  }
  renderer.close();
  vi.useRealTimers();
  // Lines that wrapped are joined.
  const text = squeeze((await read()).join(""));
  for (const mark of marks) expect(text).toContain(squeeze(`${mark} ${LONG} end`));
});

function eventsOf(isWatch: boolean): readonly SessionEvent[] {
  const [started, ...events] = fakeSession({
    names: ["api", "web"],
    concurrency: 2,
    outcomes: { web: "failed" },
  });
  const at = 1_001_000;
  const long = (mark: string) => `${mark} ${LONG} end`;
  const said: SessionEvent[] = [
    { type: "target-warning", at, target: "web", message: long("warning of web") },
    { type: "target-output", at, target: "web", stream: "stdout", text: long("line of web") },
    ...(isWatch
      ? [
          {
            type: "container-output",
            at,
            target: "api",
            container: "c",
            stream: "stdout",
            text: long("output of api"),
          } as const,
        ]
      : []),
  ];
  const failed = events.map((event) =>
    event.type === "target-finished" && event.outcome === "failed"
      ? { ...event, firstLines: [], left: 0, lastLines: [long("line of web")] }
      : event,
  );
  return [started as SessionEvent, ...failed.slice(0, 4), ...said, ...failed.slice(4)];
}

/** Blocks of output have a mark before each row. */
function squeeze(text: string): string {
  return text.replace(/[\s│]/g, "");
}

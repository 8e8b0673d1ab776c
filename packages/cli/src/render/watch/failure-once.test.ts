// How often a watch prints a failure, seen in a terminal emulator with its live lines.
import type { SessionEvent } from "@sti/core";
import { expect, test, vi } from "vitest";
import { emulateTerminal } from "../../../test/emulated-terminal.ts";
import { createWithView } from "../../../test/fake-session.ts";
import { BUILDING, FAILED } from "../../../test/watched-session.ts";
import type { RendererPlace } from "../create-renderer.ts";
import type { Renderer } from "../renderer.ts";
import { createPlainWatch, createQuietWatch } from "./plain-watch.ts";
import { createWatchRenderer } from "./watch-renderer.ts";

const ERROR = "error: no such module";
const OUTPUT = ["in src/x.ts, line 3", ERROR, "1 problem"];

const RENDERERS = {
  watch: { create: createWatchRenderer, verbose: false },
  "verbose watch": { create: createWatchRenderer, verbose: true },
  plain: { create: createPlainWatch, verbose: false },
  "verbose plain": { create: createPlainWatch, verbose: true },
  quiet: { create: createQuietWatch, verbose: false },
} as const;

const cases = Object.keys(RENDERERS).flatMap((name) =>
  [60, 120].map((columns) => [name as keyof typeof RENDERERS, columns] as const),
);

test.each(cases)("the %s renderer prints a failure whole once at %d columns", async (name, columns) => {
  // Lines that wrapped are joined.
  const text = squeeze((await render(name, columns)).join(""));
  const count = (words: string) => text.split(squeeze(words)).length - 1;
  expect(count("in src/x.ts, line 3")).toBe(1);
  expect(count("1 problem")).toBe(1);
  expect(count("/usr/bin/prepare of acme/builder exited with 1")).toBe(1);
  // The places that repeat it: a line of the live part, or the end of the line of the target.
  const repeats = { watch: 1, "verbose watch": 2, plain: 2, "verbose plain": 2, quiet: 0 };
  expect(count(ERROR)).toBe(1 + repeats[name]);
});

function squeeze(text: string): string {
  return text.replaceAll(/\s/g, "");
}

async function render(name: keyof typeof RENDERERS, columns: number): Promise<readonly string[]> {
  const { create, verbose } = RENDERERS[name];
  const { output, read } = emulateTerminal(columns, 30);
  const place = { stdout: output, stderr: output, colour: true, errorColour: true, cwd: "/repo", verbose };
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const renderer = createWithView((session): Renderer => {
    const whole = { ...place, session, links: false, hasProgress: false, logOf: () => undefined };
    return create({ ...whole, now: () => 1_008_000 } satisfies RendererPlace);
  });
  for (const event of printing()) {
    renderer.render(event);
    vi.advanceTimersByTime(100);
  }
  const lines = await read();
  renderer.close();
  vi.useRealTimers();
  return lines;
}

/** The failed watch, whose build prints some lines. */
function printing(): readonly SessionEvent[] {
  const [building, rest] = [BUILDING.slice(0, -1), FAILED.slice(BUILDING.length)];
  return [
    ...building,
    ...OUTPUT.map(
      (text): SessionEvent => ({
        ...{ type: "target-output", at: 1_005_200, target: "api", stream: "stdout" },
        text,
      }),
    ),
    ...rest.map((event) =>
      event.type === "target-finished" && event.outcome === "failed"
        ? { ...event, errorLine: ERROR, lastLines: OUTPUT }
        : event,
    ),
  ];
}

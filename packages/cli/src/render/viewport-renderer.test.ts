import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createRecordingOutput, createWithView, fakeSession } from "../../test/fake-session.ts";
import { createViewportRenderer } from "./viewport-renderer.ts";

const events = fakeSession({ names: ["api", "web"], concurrency: 2, outcomes: { web: "failed" } });
const frameTime = 100;

function createScreen() {
  const stdout = createRecordingOutput({ columns: 80, rows: 24, isTTY: true });
  const stderr = createRecordingOutput();
  const now = () => 1_002_000;
  const renderer = createWithView((session) =>
    createViewportRenderer({
      session,
      stdout,
      stderr,
      colour: false,
      errorColour: false,
      cwd: "/repo",
      now,
    }),
  );
  return { stdout, stderr, renderer };
}

const count = (text: string, part: string) => text.split(part).length - 1;

describe("the viewport renderer", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("hides the cursor while it draws and shows it again when closed, once", () => {
    const { stdout, renderer } = createScreen();
    for (const event of events.slice(0, 8)) renderer.render(event);
    vi.advanceTimersByTime(frameTime * 3);
    expect(count(stdout.text(), "\u001b[?25l")).toBe(1);
    expect(count(stdout.text(), "\u001b[?25h")).toBe(0);
    renderer.close();
    renderer.close();
    expect(count(stdout.text(), "\u001b[?25h")).toBe(1);
  });

  it("gives the terminal back when the process exits without closing it", () => {
    const before = process.listeners("exit");
    const { stdout, renderer } = createScreen();
    for (const event of events.slice(0, 8)) renderer.render(event);
    vi.advanceTimersByTime(frameTime);
    const added = process.listeners("exit").filter((listener) => !before.includes(listener));
    expect(added).toHaveLength(1);
    for (const listener of added) listener(1);
    expect(count(stdout.text(), "\u001b[?25h")).toBe(1);
    expect(process.listeners("exit")).toEqual(before);
  });

  it("drops frames while the terminal takes nothing, and loses no final line by it", () => {
    const { stdout, renderer } = createScreen();
    stdout.writableNeedDrain = true;
    for (const event of events.slice(0, -1)) {
      renderer.render(event);
      vi.advanceTimersByTime(frameTime);
    }
    expect(stdout.writes).toEqual([]);
    stdout.writableNeedDrain = false;
    vi.advanceTimersByTime(frameTime);
    expect(stdout.text()).toContain("✔ api  acme/api:dev  built 0.4s");
    expect(stdout.text()).toContain("✖ web  failed 0.4s");
    renderer.close();
  });

  it("ends with the failures on stderr and the totals on stdout", () => {
    const { stdout, stderr, renderer } = createScreen();
    for (const event of events) renderer.render(event);
    renderer.close();
    expect(stderr.text()).toContain("✖ apps.web: /usr/bin/prepare of acme/builder exited with 1");
    expect(stdout.text()).toContain("1 built · 1 failed  in");
    expect(stdout.text().lastIndexOf("1 built")).toBeGreaterThan(stdout.text().lastIndexOf("✖ web"));
  });

  it("goes back over exactly the lines it drew, also when the terminal became narrower", () => {
    const { stdout, renderer } = createScreen();
    for (const event of events.slice(0, 7)) renderer.render(event);
    vi.advanceTimersByTime(frameTime);
    stdout.columns = 40;
    stdout.writes.length = 0;
    renderer.render({ type: "target-warning", at: 1, target: "api", message: "look" });
    vi.advanceTimersByTime(frameTime);
    // The target's line of 80 columns has become two rows, the status line of 43 as well.
    expect(stdout.text()).toContain("\u001b[4A");
    renderer.close();
  });
});

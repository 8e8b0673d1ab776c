// A watch with a live page in a browser, and a session of many targets for reports.
import { foldSession, type SessionEvent, type SessionView } from "@sti/core";
import { openBrowser, type Page, watchPage } from "@sti/testing/browser";
import { onTestFinished } from "vitest";
import { START } from "../reported-session.ts";
import { type RunWatch, watchAndRun } from "./dev.fixtures.ts";

export interface WatchedPage {
  readonly watching: RunWatch;
  readonly page: Page;
  /** The printed address, with the token. */
  readonly address: string;
  /** Errors of the page so far. */
  readonly problems: readonly string[];
}

/** `sti watch --run --ui` in a folder, and its page. */
export async function watchOnPage(cwd: string): Promise<WatchedPage> {
  const watching = watchAndRun(cwd, "--ui");
  const address = await watching.untilPrinted(/^page: (\S+)$/m);
  const browser = await openBrowser();
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const problems = watchPage(page);
  // Time passes as usual until a test lets the machine sleep.
  await page.clock.install();
  await page.goto(address);
  return { watching, page, address, problems };
}

/** Bytes that the page gets while `work` is done, as the network has them. */
export async function countTraffic(page: Page, work: () => Promise<void>): Promise<number> {
  const client = await page.context().newCDPSession(page);
  onTestFinished(() => void client.detach().catch(() => {}));
  let bytes = 0;
  client.on("Network.dataReceived", ({ dataLength }) => {
    bytes += dataLength;
  });
  await client.send("Network.enable");
  await work();
  return bytes;
}

/** Milliseconds between two drawings of the page while it is scrolled: the middle one, and one of twenty is longer. */
export async function scrollPage(page: Page): Promise<{ readonly median: number; readonly slow: number }> {
  return await page.evaluate(async () => {
    const scope = globalThis as unknown as {
      requestAnimationFrame(call: () => void): void;
      scrollTo(x: number, y: number): void;
    };
    const times: number[] = [];
    let last = performance.now();
    for (let frame = 0; frame < 120; frame += 1) {
      await new Promise<void>((resolve) => scope.requestAnimationFrame(resolve));
      times.push(performance.now() - last);
      last = performance.now();
      scope.scrollTo(0, (frame % 60) * 80);
    }
    times.sort((a, b) => a - b);
    return { median: times[60] ?? 0, slow: times[114] ?? 0 };
  });
}

/** A finished session; every third target was built, the others are up to date. */
export function largeSession(count: number): SessionView {
  const { apply, view } = foldSession();
  const targets = Array.from({ length: count }, (_, index) => ({
    name: `app-${index}`,
    kind: "app" as const,
    tag: `acme/app-${index}:dev`,
    dependsOn: index < 10 ? [] : [`app-${index % 10}`],
  }));
  apply({ type: "session-started", schemaVersion: 1, at: START, session: "s", concurrency: 4, targets });
  for (const [index, { name: target }] of targets.entries()) {
    const at = START + index * 50;
    for (const event of index % 3 === 0 ? builtTarget(target, at) : [upToDate(target, at)]) apply(event);
  }
  const third = Math.ceil(count / 3);
  const none = { restored: 0, failed: 0, skipped: 0, cancelled: 0 };
  apply({
    type: "session-finished",
    at: START + count * 50,
    session: "s",
    duration: count * 50,
    outcomes: { built: third, "up-to-date": count - third, ...none },
    criticalPath: ["app-0", "app-30"],
    criticalDuration: 400,
    failures: [],
  });
  return view;
}

function upToDate(target: string, at: number): SessionEvent {
  return {
    type: "target-finished",
    at,
    target,
    outcome: "up-to-date",
    reason: "nothing changed",
    duration: 2,
  };
}

function builtTarget(target: string, at: number): readonly SessionEvent[] {
  const step = { target, step: "run-script" } as const;
  return [
    { type: "target-started", at, target, reason: "src/x.ts edited", causes: [] },
    { type: "step-started", at, title: "prepare on acme/builder", ...step },
    { type: "step-finished", at: at + 180, duration: 180, ...step },
    {
      type: "target-finished",
      at: at + 200,
      target,
      outcome: "built",
      reason: "src/x.ts edited",
      duration: 200,
    },
  ];
}

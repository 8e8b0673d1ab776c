import { createHash } from "node:crypto";
import { Script } from "node:vm";
import { describe, expect, test } from "vitest";
import { HOSTILE, reportedSession, reportOf } from "../../../test/reported-session.ts";
import type { SessionReport } from "../session-report.ts";
import { printHtmlReport } from "./html-report.ts";

const report = reportOf(reportedSession());
const print = (of: SessionReport = report) => printHtmlReport(of, { cwd: "/repo" });
const page = print();
const inside = (name: string) =>
  [...page.matchAll(new RegExp(`<${name}>([^]*?)</${name}>`, "g"))].map(([, text]) => text);

describe("the page", () => {
  test("says how the session ended, first of all", () => {
    expect(page).toContain("<h1>1 of 5 targets failed</h1>");
    expect(page.indexOf("What failed")).toBeLessThan(page.indexOf("Timeline</h2>"));
  });

  test("shows each target in timeline, graph, table and details", () => {
    expect(page.match(/class="box /g)).toHaveLength(5);
    expect(page.match(/<tr data-t=/g)).toHaveLength(5);
    expect(page.match(/<article class="details /g)).toHaveLength(5);
    // One target never started.
    expect(page.match(/<li data-t=/g)).toHaveLength(4);
    expect(page).toContain("1 target never started.");
  });

  test("marks the critical path in the timeline, the graph and the table", () => {
    expect(page.match(/<li data-t="\d" class="o-[\w-]+ critical"/g)).toHaveLength(2);
    expect(page.match(/class="box o-[\w-]+ critical"/g)).toHaveLength(2);
    expect(page.match(/class="edge critical"/g)).toHaveLength(1);
    expect(page).toContain("2.0s of 3.0s");
  });

  test("shows a failure with its place, its last output and what was skipped because of it", () => {
    expect(page).toContain("<code>sti.config.ts:4:7</code>");
    expect(page).toContain("compiling\n&lt;/pre&gt;");
    expect(page).toContain("1 target that needs it was skipped.");
  });

  test("every link leads to a part of the page, and no id is used twice", () => {
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, link] of page.matchAll(/<a [^>]*href="#([^"]*)"/g)) expect(ids).toContain(link);
    for (const [, label] of page.matchAll(/aria-labelledby="([^"]*)"/g)) expect(ids).toContain(label);
  });

  test("a session in which nothing failed has no part about failures", () => {
    const targets = report.targets.filter(({ outcome }) => outcome === "built");
    const outcomes = { built: 2, "up-to-date": 0, restored: 0, failed: 0, skipped: 0, cancelled: 0 };
    const calm = print({ ...report, targets, outcomes });
    expect(calm).toContain("<h1>2 targets built</h1>");
    expect(calm).not.toContain('href="#failures"');
  });

  test("where nothing was done no path is critical", () => {
    const outcomes = { built: 0, "up-to-date": 5, restored: 0, failed: 0, skipped: 0, cancelled: 0 };
    expect(print({ ...report, outcomes })).not.toMatch(/class="[^"]*critical/);
  });

  test("a session without targets has a page", () => {
    const outcomes = { built: 0, "up-to-date": 0, restored: 0, failed: 0, skipped: 0, cancelled: 0 };
    expect(print({ ...report, targets: [], outcomes })).toContain("<h1>Nothing to do</h1>");
  });

  test("three hundred targets are a page of at most a megabyte", () => {
    const targets = Array.from({ length: 300 }, (_, index) => ({
      ...(report.targets[4] as SessionReport["targets"][number]),
      name: `target-${index}`,
      dependsOn: index < 10 ? [] : [`target-${index % 10}`],
    }));
    expect(print({ ...report, targets }).length).toBeLessThan(1_000_000);
  });
});

describe("nothing foreign is more than text", () => {
  test("no element, attribute or character of what was printed gets into the page", () => {
    expect(page).not.toContain("<img");
    expect(page).not.toContain("alert(1)</script>");
    expect(page).not.toMatch(/[^\t\n\u{20}-\u{7e}\u{a0}-\u{10ffff}]|\u{202e}/u);
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).toContain("&lt;img src=x onerror=alert(2)&gt;");
    expect(HOSTILE).toContain("<img");
  });

  test("only the page's own style and script are allowed, by their hashes", () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/
      .exec(page)?.[1]
      ?.replaceAll("&#39;", "'");
    const hashOf = (text = "") => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`script-src ${hashOf(inside("script")[0])}`);
    expect(policy).toContain(`style-src ${hashOf(inside("style")[0])}`);
    expect(page).not.toMatch(/ style="| on\w+="|https?:/);
  });

  test("the script is a script", () => {
    expect(() => new Script(inside("script")[0] ?? "throw")).not.toThrow();
  });
});

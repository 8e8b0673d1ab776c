import { createHash } from "node:crypto";
import { Script } from "node:vm";
import type { SessionEvent } from "@sti/core";
import { describe, expect, test } from "vitest";
import { ABOUT, HOSTILE, placeOf, reportedSession, START } from "../../../test/reported-session.ts";
import { printPage } from "./html-report.ts";

const print = (events: readonly SessionEvent[] = reportedSession()) =>
  printPage(placeOf(events).session, { ...placeOf(events), about: ABOUT, kind: "session" });
const page = print();
/** What is shown without scripts. */
const body = /<div id="page">([\s\S]*)<\/div>\n<script type/.exec(page)?.[1] ?? "";
const inside = (name: string) =>
  [...page.matchAll(new RegExp(`<${name}>([^]*?)</${name}>`, "g"))].map(([, text]) => text);

describe("the page", () => {
  test("says how the session ended, first of all, and what was run where", () => {
    expect(body).toContain("<h1>1 of 5 targets failed</h1>");
    expect(body.indexOf("What failed")).toBeLessThan(body.indexOf(">Timeline</h2>"));
    for (const text of ["sti run", "0123456789ab<", "Docker Engine 28.5.2, linux/amd64", "1.2.3"]) {
      expect(body).toContain(text);
    }
  });

  test("shows each target in timeline, graph and table", () => {
    expect(body.match(/class="box /g)).toHaveLength(5);
    expect(body.match(/<tr id=/g)).toHaveLength(5);
    // One target never started.
    expect(body.match(/<li class="o-[\w-]+ [^"]*"><a/g)).toHaveLength(4);
    expect(body).toContain("1 target never started.");
  });

  test("marks the critical path in the timeline, the graph and the table", () => {
    expect(body.match(/<li class="o-[\w-]+ critical/g)).toHaveLength(2);
    expect(body.match(/class="box o-[\w-]+ critical/g)).toHaveLength(2);
    expect(body.match(/class="edge critical/g)).toHaveLength(1);
    expect(body).toContain("2.0s of 3.0s");
  });

  test("shows a failure with its place, its last output, the way to repeat it and what was skipped", () => {
    expect(body).toContain("<code>sti.config.ts:4:7</code>");
    expect(body).toContain("compiling\n");
    expect(body).toContain("<code>sti run api</code>");
    expect(body).toContain("1 target that needs it was skipped.");
  });

  test("lists each app that is to run with the state of its build", () => {
    const names = ["db", "api", "web"];
    const containers = names.map((name) => (name === "db" ? { name } : { name, builtBy: name }));
    const events = reportedSession().map((event) =>
      event.type === "session-started" ? { ...event, containers } : event,
    );
    const list = /<ul class="containers">([\s\S]*?)<\/ul>/.exec(print(events))?.[1] ?? "";
    const rows = list.split("</li>").map((row) => row.replace(/<[^>]*>/g, ""));
    expect(rows).toEqual([
      "· dbwaiting since 03:04:05 UTC",
      expect.stringMatching(/^✖ apibuild failed since 03:04:07 UTC · it failed: &lt;/),
      "· webwaiting since 03:04:07 UTC · needs api, which failed",
      "",
    ]);
    expect(body).not.toContain('class="containers"');
  });

  test("has the earlier builds of its targets, and of no others", () => {
    const build = { at: 1, key: "f00", reason: "<b>src/main.ts edited" };
    const place = { ...placeOf(reportedSession()), about: ABOUT, kind: "session" } as const;
    const histories = new Map([
      ["api", { count: 7, builds: [build] }],
      ["other", { count: 1, builds: [build] }],
      ["site", { count: 0, builds: [] }],
    ]);
    const text = printPage(place.session, place, histories);
    const [, json = ""] = /id="parts">([\s\S]*?)<\/script>/.exec(text) ?? [];
    const parts = new Map<string, unknown>(JSON.parse(json));
    expect([...parts.keys()].filter((key) => key.startsWith("history/"))).toEqual(["history/api"]);
    expect(parts.get("history/api")).toEqual({ count: 7, builds: [build] });
  });

  test("no id is used twice, and every label is there", () => {
    const ids = [...body.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, label] of body.matchAll(/aria-labelledby="([^"]*)"/g)) expect(ids).toContain(label);
  });

  test("a session in which nothing failed has no part about failures", () => {
    const calm = print(ended({ built: 2 }, ["builder", "site"]));
    expect(calm).toContain("<h1>2 targets built</h1>");
    expect(calm).not.toContain('href="#failures"');
  });

  test("where nothing was done no path is critical", () => {
    expect(print(ended({ "up-to-date": 5 }))).not.toMatch(/class="[^"]*critical"><a/);
  });

  test("a session without targets has a page", () => {
    expect(print(ended({}, []))).toContain("<h1>Nothing to do</h1>");
  });

  test("many targets that are up to date are folded", () => {
    expect(print(ended({ "up-to-date": 300 }, names(300)))).toMatch(
      /<summary>[\s\S]*?300 targets up to date/,
    );
    expect(body).not.toContain('class="folded"');
  });

  test("three hundred targets are a page of at most a megabyte", () => {
    expect(print(ended({ "up-to-date": 300 }, names(300))).length).toBeLessThan(1_000_000);
  });
});

describe("nothing foreign is more than text", () => {
  test("no element, attribute or character of what was printed gets into the page", () => {
    expect(page).not.toContain("<img");
    expect(page).not.toContain("alert(1)</script>");
    expect(page).not.toMatch(/[^\t\n\u{20}-\u{7e}\u{a0}-\u{10ffff}]|\u{202e}/u);
    expect(page.match(/<script/g)).toHaveLength(2);
    expect(body).toContain("&lt;img src=x onerror=alert(2)>");
    expect(HOSTILE).toContain("<img");
  });

  test("only the page's own style and script are allowed, by their hashes", () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1];
    const hashOf = (text = "") => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`script-src ${hashOf(inside("script")[0])}`);
    expect(policy).toContain(`style-src ${hashOf(inside("style")[0])}`);
    expect(body).not.toMatch(/ style="| on\w+="|https?:/);
  });

  test("the script is a script", () => {
    expect(() => new Script(inside("script")[0] ?? "throw")).not.toThrow();
  });
});

const names = (count: number) => Array.from({ length: count }, (_, index) => `target-${index}`);

/** A session in which all targets ended alike. */
function ended(
  outcomes: Readonly<Record<string, number>>,
  targets: readonly string[] = ["builder", "api", "web", "docs", "site"],
): readonly SessionEvent[] {
  const all = { built: 0, "up-to-date": 0, restored: 0, failed: 0, skipped: 0, cancelled: 0, ...outcomes };
  const outcome = all.built > 0 ? "built" : "up-to-date";
  return [
    {
      type: "session-started",
      schemaVersion: 1,
      at: START,
      session: "s",
      concurrency: 2,
      targets: targets.map((name, index) => ({
        name,
        kind: "app",
        tag: `acme/${name}:dev`,
        dependsOn: index < 10 ? [] : [`target-${index % 10}`],
      })),
    },
    ...targets.map(
      (target) =>
        ({ type: "target-finished", at: START + 5, target, outcome, reason: "same", duration: 5 }) as const,
    ),
    {
      type: "session-finished",
      at: START + 100,
      session: "s",
      duration: 100,
      outcomes: all,
      criticalPath: targets.slice(0, 2),
      criticalDuration: 10,
      failures: [],
    },
  ];
}

import type { SessionEvent } from "@sti/core";
import { describe, expect, test } from "vitest";
import { createRecordingOutput, createWithView, fakeFinish, fakeSession } from "../../test/fake-session.ts";
import { githubStyle } from "./github-style.ts";
import { gitlabStyle } from "./gitlab-style.ts";
import { createGroupedRenderer, type GroupStyle } from "./grouped-renderer.ts";

function play(events: readonly SessionEvent[], style: GroupStyle): readonly string[] {
  const stdout = createRecordingOutput();
  const logOf = (target: string) => `/repo/.sti/logs/${target}.log`;
  const renderer = createWithView((session) =>
    createGroupedRenderer({ session, stdout, colour: false, cwd: "/repo", style, logOf }),
  );
  for (const event of events) renderer.render(event);
  renderer.close();
  return stdout.text().split("\n");
}

const events = fakeSession({ names: ["api", "web"], concurrency: 2, outcomes: { web: "failed" } });

/** A session of one target that prints these lines. */
function printing(lines: readonly string[]): readonly SessionEvent[] {
  const [start, ...rest] = fakeSession({ names: ["api"], concurrency: 1 });
  const output = lines.map(
    (text): SessionEvent => ({ type: "target-output", at: 1, target: "api", stream: "stdout", text }),
  );
  const others = rest.filter(({ type }) => type !== "target-output");
  return [start as SessionEvent, ...others.slice(0, 1), ...output, ...others.slice(1)];
}

describe("in GitHub's log", () => {
  let count = 0;
  const github = () => {
    count = 0;
    return githubStyle({ root: "/repo", newToken: () => `token-${++count}` });
  };

  test("what went well is folded, and what it printed is no command", () => {
    const lines = play(
      printing(["::error::not ours", "##[error]not ours", "\u001b[31mred\u001b[0m"]),
      github(),
    );
    expect(lines.slice(0, 7)).toEqual([
      expect.stringMatching(/^::group::✔ api {2}acme\/api:dev {2}built/),
      "::stop-commands::token-1",
      "::error::not ours",
      "##[error]not ours",
      "red",
      "::token-1::",
      "::endgroup::",
    ]);
  });

  test("a target that printed nothing is one line", () => {
    expect(play(printing([]), github())[0]).toMatch(/^✔ api/);
  });

  test("what failed is not folded, is reported again last, and as an annotation at its place", () => {
    const lines = play(events, github());
    const failed = lines.findIndex((line) => line.startsWith("✖ web"));
    expect(lines.slice(failed - 1, failed + 2)).toEqual([
      "::endgroup::",
      expect.stringMatching(/^✖ web {2}failed/),
      "::stop-commands::token-2",
    ]);
    expect(lines).toContain("  log: .sti/logs/web.log");
    expect(lines.slice(-2)).toEqual([
      "::error file=sti.config.ts,line=12,col=5,title=web failed::/usr/bin/prepare of acme/builder exited with 1",
      "",
    ]);
  });

  test("no text of others is a command in a line of sti's own", () => {
    const foreign = "##[error]owned ##vso[task.x]owned";
    const words = new Set(["type", "outcome", "code", "stream", "kind", "command", "method"]);
    const spoil = (value: unknown, key = ""): unknown => {
      if (typeof value === "string") return words.has(key) ? value : `${value} ${foreign}`;
      if (Array.isArray(value)) return value.map((item) => spoil(item, key));
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, spoil(one, name)]));
    };
    const warning: SessionEvent = { type: "session-warning", at: 2, message: "a warning" };
    const spoilt = [...events.slice(0, -1), warning, ...events.slice(-1)].map((event) => spoil(event));
    const output = play(spoilt as readonly SessionEvent[], github()).join("\n");
    const heeded = output.replaceAll(/^::stop-commands::(\S+)$[\s\S]*?^::\1::$/gm, "");
    expect(heeded.match(/owned/g)?.length).toBeGreaterThan(8);
    expect(heeded).not.toMatch(/##(?:vso)?\[/);
  });

  test("groups are never in one another, and every stopped command comes back", () => {
    let depth = 0;
    let stopped: string | undefined;
    for (const line of play(events, github())) {
      if (stopped !== undefined) {
        if (line === `::${stopped}::`) stopped = undefined;
        continue;
      }
      stopped = /^::stop-commands::(.*)$/.exec(line)?.[1];
      if (line.startsWith("::group::")) depth += 1;
      if (line === "::endgroup::") depth -= 1;
      expect(depth === 0 || depth === 1).toBe(true);
    }
    expect({ depth, stopped }).toEqual({ depth: 0, stopped: undefined });
  });

  test("an annotation has one line, whatever the failure says", () => {
    const failure = {
      code: "config-invalid",
      path: ["apps", "a,b:c"],
      message: "x\n::warning::y 100%",
    } as const;
    const [start, ...rest] = fakeSession({ names: ["web"], concurrency: 1, outcomes: { web: "failed" } });
    const changed = rest.map((event) =>
      event.type === "target-finished" ? { ...fakeFinish("web", "failed", 5), failure } : event,
    );
    const lines = play([start as SessionEvent, ...changed], github());
    expect(lines.at(-2)).toMatch(/^::error title=web failed::.*x%0A::warning::y 100%25/);
  });
});

describe("in GitLab's log", () => {
  test("what went well is a closed section that begins and ends at its times", () => {
    const lines = play(events, gitlabStyle());
    const shown = lines.map((line) => line.replaceAll("\u001b[0K", "<clear>").replaceAll("\r", "<return>"));
    expect(shown[0]).toMatch(
      /^<clear>section_start:\d+:sti_api\[collapsed=true\]<return><clear>✔ api {2}acme\/api:dev/,
    );
    expect(shown.find((line) => line.includes("section_end"))).toMatch(
      /^<clear>section_end:\d+:sti_api<return><clear>$/,
    );
  });

  test("what failed is not folded", () => {
    const lines = play(events, gitlabStyle());
    expect(lines.some((line) => line.startsWith("✖ web"))).toBe(true);
    expect(lines.join("\n")).not.toContain("sti_web");
  });

  test("what a target prints can neither open nor close a section", () => {
    const forged = "\u001b[0Ksection_end:1:sti_api\r\u001b[0Kx";
    const lines = play(printing([forged, "section_start:1:y"]), gitlabStyle());
    expect(lines.slice(1, 3)).toEqual(["x", "section_start:1:y"]);
  });
});

test("a warning about no target is a line of its own", () => {
  const [start, ...rest] = events;
  const warned: SessionEvent = { type: "session-warning", at: 1, message: "debian:12 is not the locked one" };
  expect(play([start as SessionEvent, warned, ...rest], gitlabStyle())[0]).toBe(
    "! debian:12 is not the locked one",
  );
});

test.each([
  ["github", () => githubStyle({ root: "/repo", newToken: () => "token" })],
  ["gitlab", gitlabStyle],
])("recorded events give the same text when they are replayed: %s", (_, style) => {
  const recorded = events.map((event) => JSON.parse(JSON.stringify(event)) as SessionEvent);
  expect(play(recorded, style())).toEqual(play(events, style()));
});

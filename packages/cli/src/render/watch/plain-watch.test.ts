import type { SessionEvent } from "@sti/core";
import { expect, test } from "vitest";
import { createRecordingOutput, createWithView } from "../../../test/fake-session.ts";
import { FAILED } from "../../../test/watched-session.ts";
import type { RendererPlace } from "../create-renderer.ts";
import type { Renderer } from "../renderer.ts";
import { createPlainWatch, createQuietWatch } from "./plain-watch.ts";

function render(create: (place: RendererPlace) => Renderer, events: readonly SessionEvent[]) {
  const [stdout, stderr] = [createRecordingOutput(), createRecordingOutput()];
  const renderer = createWithView((session) =>
    create({
      session,
      stdout,
      stderr,
      colour: false,
      errorColour: false,
      verbose: false,
      cwd: "/repo",
      links: false,
      hasProgress: false,
      logOf: () => undefined,
      now: () => 0,
    }),
  );
  for (const event of events) renderer.render(event);
  renderer.close();
  return { stdout: stdout.text(), stderr: stderr.text() };
}

test("in a pipe each thing that happens is a line with the time", () => {
  const lines = render(createPlainWatch, FAILED).stdout.trimEnd().split("\n");
  for (const line of lines) expect(line).toMatch(/^\d\d:\d\d:\d\d /);
  expect(lines.map((line) => line.slice("00:00:00 ".length))).toEqual([
    "3 targets, 1 at a time",
    "● builder  acme/builder:dev  up to date  (source changed)",
    "● api  acme/api:dev  up to date  (source changed)",
    "● web  acme/web:dev  up to date  (source changed)",
    "● nothing new  in 0.1s",
    "▸ api, web  api/src/x.ts and 1 more changed",
    "▸ api  started  (src/x.ts edited)",
    "✖ api  failed 0.4s  (prepare exited with 1: error: no such module)",
    "api │ compiling",
    "✔ web  acme/web:dev  built 0.4s  (source changed)",
    "● 1 new image, api failed  in 2.0s",
  ]);
});

test("a failure is printed when it happens, by the plain and the quiet renderer", () => {
  for (const create of [createPlainWatch, createQuietWatch]) {
    const { stderr } = render(create, FAILED.slice(0, -2));
    expect(stderr).toContain("✖ apps.api: /usr/bin/prepare of acme/builder exited with 1");
  }
});

test("the quiet renderer prints nothing else", () => {
  const { stderr, stdout } = render(createQuietWatch, FAILED);
  expect(stdout).toBe("");
  expect(stderr.match(/✖/g)).toHaveLength(1);
});

test("a broken config is reported with its place", () => {
  const location = { file: "/repo/sti.config.ts", line: 3, column: 7 };
  const failure = { code: "config-syntax", message: "Unexpected token", location, frame: "" } as const;
  const { stderr } = render(createPlainWatch, [{ type: "config-broken", at: 0, failures: [failure] }]);
  expect(stderr).toContain("sti.config.ts:3:7");
});
